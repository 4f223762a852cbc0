"""Measured figures of two releases side by side, and how far they lie apart."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Literal

from reports.load_figures import error_share, percentile, success_latency
from reports.probes.measured import MEASURES

if TYPE_CHECKING:
    from collections.abc import Callable

    from reports.load_result import LoadResult, OperationResult
    from reports.release import Release

FigureUnit = Literal["s", "ms", "1/s", "share"]
Better = Literal["lower", "higher"]


@dataclass(frozen=True)
class Figure:
    """One measure of both releases; None is not measured, or not supported by enough values.

    `change` is b over a minus 1, None where that says nothing (not measured, zero, or measured
    under different conditions).
    """

    measure: str
    operation: str
    unit: FigureUnit
    better: Better
    a: float | None
    b: float | None
    comparable: bool = True

    @property
    def change(self) -> float | None:
        if self.a is None or self.b is None or not self.a or not self.comparable:
            return None
        return self.b / self.a - 1


@dataclass(frozen=True)
class _Measure:
    name: str
    unit: FigureUnit
    better: Better
    of: Callable[[OperationResult], float | None]


def _latency(which: str, row: OperationResult) -> float | None:
    return percentile(success_latency(row), which)


_MEASURES = (
    _Measure("correct_throughput", "1/s", "higher", lambda row: row.correct_throughput),
    _Measure("error_share", "share", "lower", lambda row: error_share([row])),
    _Measure("latency_p50", "ms", "lower", partial(_latency, "p50")),
    _Measure("latency_p95", "ms", "lower", partial(_latency, "p95")),
    _Measure("latency_p99", "ms", "lower", partial(_latency, "p99")),
    _Measure(
        "first_token_p95", "ms", "lower", lambda row: percentile(row.time_to_first_token, "p95")
    ),
)
_ALWAYS = ("correct_throughput", "error_share", "latency_p50", "latency_p95")


def start_figures(a: Release, b: Release) -> tuple[Figure, ...]:
    """The measures of a start that at least one side has, as medians over its starts."""
    before, after = (release.startup.spread if release.startup else {} for release in (a, b))
    return tuple(
        Figure(
            measure=name,
            operation="",
            unit="s",
            better="lower",
            a=before[name].median_s if name in before else None,
            b=after[name].median_s if name in after else None,
        )
        for name in MEASURES
        if (name in before or name in after) and name != "shutdown_s"
    )


def load_figures(
    a: LoadResult | None, b: LoadResult | None, *, comparable: bool
) -> tuple[Figure, ...]:
    """The figures of two load runs, operation by operation in the order of the second run.

    Measures that neither run has are left out.
    """
    rows = [{row.operation: row for row in run.operations} if run else {} for run in (a, b)]
    found = [
        Figure(
            measure=measure.name,
            operation=name,
            unit=measure.unit,
            better=measure.better,
            a=measure.of(rows[0][name]) if name in rows[0] else None,
            b=measure.of(rows[1][name]) if name in rows[1] else None,
            comparable=comparable,
        )
        for name in dict.fromkeys([*rows[1], *rows[0]])
        for measure in _MEASURES
    ]
    return tuple(
        one for one in found if one.measure in _ALWAYS or (one.a is not None or one.b is not None)
    )
