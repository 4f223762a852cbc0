"""The search for the highest rate that meets the SLO: doubling, then bisection.

Every probe is an open-loop run of its own, judged with confidence bounds; one that cannot be
decided, or in which the generator fell behind, is repeated for twice as long before the search gives up on that rate.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from math import sqrt
from typing import TYPE_CHECKING

from reports.load_result import CapacityProbe, CapacityResult

if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Literal

EXTENSIONS = 2
"""How often such a probe is repeated, each time twice as long as before."""


@dataclass(slots=True)
class Search:
    """One search; `probe(rate, lengthening)` runs a probe `lengthening` times as long as usual."""

    probe: Callable[[float, float], CapacityProbe]
    start: float
    precision: float
    max_rate: float
    probes: list[CapacityProbe] = field(default_factory=list)

    def run(self) -> CapacityResult:
        """Search upwards from `start`, or downwards if that is too much already."""
        passing: float | None = None
        failing: float | None = None
        rate = self.start
        while True:
            verdict = self._decided(rate)
            if verdict in ("UNRESOLVED", "INVALID"):
                return self._result(verdict, passing, failing)
            if verdict == "PASS":
                passing = rate
            else:
                failing = rate
            if passing is None and failing is not None:
                if failing <= self.start / 64:
                    return self._result("BELOW_START", None, failing)
                rate = failing / 2
            elif failing is None:
                if rate >= self.max_rate:
                    return self._result("ABOVE_LIMIT", passing, None)
                rate = min(rate * 2, self.max_rate)
            elif passing is not None:
                if failing / passing <= 1 + self.precision:
                    return self._result("FOUND", passing, failing)
                rate = sqrt(passing * failing)

    def _decided(self, rate: float) -> Literal["PASS", "FAIL", "UNRESOLVED", "INVALID"]:
        probe = self._probed(rate, 1.0)
        for extension in range(1, EXTENSIONS + 1):
            if probe.verdict in ("PASS", "FAIL"):
                break
            probe = self._probed(rate, 2.0**extension)
        return probe.verdict

    def _probed(self, rate: float, lengthening: float) -> CapacityProbe:
        self.probes.append(self.probe(rate, lengthening))
        return self.probes[-1]

    def _result(
        self,
        status: Literal["FOUND", "UNRESOLVED", "ABOVE_LIMIT", "BELOW_START", "INVALID"],
        passing: float | None,
        failing: float | None,
    ) -> CapacityResult:
        return CapacityResult(
            status=status,
            highest_passing_rate=passing,
            lowest_failing_rate=failing,
            precision=self.precision,
            probes=tuple(sorted(self.probes, key=lambda probe: probe.rate)),
        )
