"""One release of one service: everything that has been measured about it, each part optional."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from reports.conformance_result import ConformanceResult
    from reports.load_result import LoadResult
    from reports.logs.result import LogReadings
    from reports.probes.measured import StartupResult


@dataclass(frozen=True, kw_only=True)
class Release:
    """What a report is rendered from. A part that is None was not measured, and is said so.

    `evidence` names the files beside the report that curl lines refer to.
    """

    service: str
    version: str
    conformance: ConformanceResult | None = None
    load: LoadResult | None = None
    logs: LogReadings | None = None
    startup: StartupResult | None = None
    evidence: tuple[str, ...] = ()

    @property
    def start_seconds(self) -> float | None:
        """From the start of the process to the first good answer, in seconds.

        The median of the measured starts; without them, the last start that a log tells of.
        """
        if self.startup and "healthy_s" in self.startup.spread:
            return self.startup.spread["healthy_s"].median_s
        readings = self.logs.readings if self.logs else ()
        told = [one.start_seconds for one in readings if one.start_seconds is not None]
        return told[-1] if told else None
