"""One release of one service: everything that has been measured about it, each part optional."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from reports.conformance_result import ConformanceResult
    from reports.load_result import LoadResult
    from reports.logs.result import LogReadings


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
    evidence: tuple[str, ...] = ()
