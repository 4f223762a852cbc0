"""What the index over all published releases shows: a row per release, and how things went on."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

from reports.load_figures import percentile
from reports.rendering.charts import busiest_latency
from reports.rendering.release_view import ReleaseView
from reports.standing import standing

if TYPE_CHECKING:
    from reports.conformance_result import RequirementResult
    from reports.release import Release
    from reports.standing import Standing
    from reports.verdict import VerdictName

_NOT_KEPT = frozenset({"violates", "accepted", "warns", "harness_error"})


@dataclass(frozen=True)
class Published:
    """One stored release; `fault` says why it could not be read, and then `release` is None."""

    version: str
    release: Release | None
    fault: str = ""

    @cached_property
    def view(self) -> ReleaseView | None:
        return ReleaseView(self.release) if self.release else None

    @property
    def verdict(self) -> VerdictName | None:
        return self.view.verdict if self.view else None

    @property
    def start_seconds(self) -> float | None:
        return self.release.start_seconds if self.release else None

    @property
    def p95_ms(self) -> float | None:
        """p95 of the operation that succeeded most often, in milliseconds."""
        return percentile(busiest_latency(self.release), "p95") if self.release else None

    @property
    def throughput(self) -> float | None:
        """Right answers per second over all operations."""
        if not self.release or not self.release.load:
            return None
        return sum(row.correct_throughput for row in self.release.load.operations)

    @property
    def log_errors(self) -> int | None:
        if not self.release or not self.release.logs:
            return None
        return sum(one.errors for one in self.release.logs.readings)

    @property
    def started_at(self) -> str:
        return (
            self.release.conformance.started_at if self.release and self.release.conformance else ""
        )


@dataclass(frozen=True)
class RequirementTrend:
    """How one requirement stood in each release; None where it was not asked for."""

    row: RequirementResult
    standings: tuple[Standing | None, ...]


@dataclass(frozen=True)
class ServiceView:
    """The releases of one service from old to new; `comparisons` are file names without suffix."""

    service: str
    releases: tuple[Published, ...]
    comparisons: tuple[str, ...]

    @property
    def restless(self) -> tuple[RequirementTrend, ...]:
        """The requirements that were not kept in some release, or stood differently in another."""
        tables = [
            {row.id: row for row in one.view.rows} if one.view else {} for one in self.releases
        ]
        ids = dict.fromkeys(name for table in reversed(tables) for name in table)
        trends = []
        for name in ids:
            found = tuple(standing(t[name]) if name in t else None for t in tables)
            newest = next(t[name] for t in reversed(tables) if name in t)
            stood = set(found) - {None}
            if stood & _NOT_KEPT or len(stood) > 1:
                trends.append(RequirementTrend(newest, found))
        return tuple(trends)
