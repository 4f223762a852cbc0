"""What was observed of one release that calls for something to be done, or for nothing."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING

from reports.recommendations.facts import (
    Bilingual,
    Day,
    Fact,
    Rate,
    Seconds,
    Sentence,
    Value,
    listed,
)
from reports.standing import standing
from reports.verdict import judge_conformance

if TYPE_CHECKING:
    from collections.abc import Iterator

    from reports.conformance_result import ConformanceResult, RequirementResult
    from reports.load_result import LoadResult
    from reports.logs.result import LogReadings
    from reports.probes.measured import StartupResult
    from reports.release import Release

_RUN = ("conformance.json",)
SOON_DAYS = 30
SLOW_FIRST_PAGE = 3.0
"""How many times longer than the second the first page must take to be worth a word …"""
SLOW_FIRST_PAGE_S = 3.0
"""… and by how many seconds, so that 30 ms against 5 ms is none."""


def release_facts(release: Release) -> tuple[Fact, ...]:
    """Return the facts about one release, from whichever parts were measured."""
    facts: list[Fact] = []
    if release.conformance:
        facts += _of_conformance(release.conformance)
    if release.logs:
        facts += _of_logs(release.logs)
    if release.startup:
        facts += _of_startup(release.startup)
    if release.load:
        facts += _of_load(release.load)
    return tuple(facts)


def _of_conformance(run: ConformanceResult) -> Iterator[Fact]:
    yield from _violations(run)
    warned = [row.id for row in run.requirements if standing(row) == "warns"]
    if warned:
        yield Fact("warned", _RUN, {"count": len(warned), "ids": listed(warned)})
    if run.deviation_problems:
        count = len(run.deviation_problems)
        yield Fact("deviation_out_of_date", _RUN, {"count": count})
    yield from _ending_deviations(run)
    yield from _untested(run)
    if run.incomplete:
        yield Fact("run_cut_short", _RUN, {"why": run.incomplete_reason})
    if judge_conformance(run).name == "PASS":
        yield Fact("usable", _RUN, {"version": run.version})


def _violations(run: ConformanceResult) -> Iterator[Fact]:
    for contract in run.contracts:
        for group in contract.groups:
            ids = [
                row.id
                for row in contract.requirements
                if row.group == group.id and standing(row) == "violates"
            ]
            if ids:
                yield Fact(
                    "must_violated",
                    _RUN,
                    {
                        "group": Bilingual(group.title, group.title_ru),
                        "count": len(ids),
                        "ids": listed(ids),
                    },
                )


def _ending_deviations(run: ConformanceResult) -> Iterator[Fact]:
    for row in run.requirements:
        days = _days_left(run, row)
        if row.deviation and days is not None and 0 <= days <= SOON_DAYS:
            yield Fact(
                "deviation_ends",
                _RUN,
                {"id": row.id, "day": Day(row.deviation.expires), "owner": row.deviation.owner},
            )


def _days_left(run: ConformanceResult, row: RequirementResult) -> int | None:
    """Days from the run to the end of the deviation: not from today, which changes."""
    if row.deviation is None:
        return None
    try:
        end = dt.date.fromisoformat(row.deviation.expires)
        return (end - dt.datetime.fromisoformat(run.started_at).date()).days
    except ValueError:
        return None


def _untested(run: ConformanceResult) -> Iterator[Fact]:
    by_reason: dict[str, list[str]] = {}
    for row in run.requirements:
        if row.level == "MUST" and row.untested_because == "prerequisite":
            by_reason.setdefault(row.reason, []).append(row.id)
    for reason, ids in by_reason.items():
        values: dict[str, Value] = {
            "count": len(ids),
            "ids": listed(ids),
            "reason": Sentence(reason),
        }
        yield Fact("must_untested", _RUN, values)


def _of_logs(logs: LogReadings) -> Iterator[Fact]:
    for reading in logs.readings:
        if reading.sigterm_loop:
            count = reading.sigterm_loop.count
            yield Fact("killed_again_and_again", (f"logs.json: {reading.name}",), {"count": count})
        for group in reading.groups:
            if group.remedy:
                yield Fact(
                    "critical_in_log" if group.critical else "not_critical_in_log",
                    (f"logs.json: {reading.name}:{group.first_line}",),
                    {"remedy": Bilingual(group.remedy.rstrip("."), group.remedy_ru.rstrip("."))},
                )


def _of_startup(startup: StartupResult) -> Iterator[Fact]:
    for judgement in startup.probes:
        if not judgement.passes:
            yield Fact("probes_kill", ("startup.json",), {"container": judgement.container})
    failures = [run.failure for run in startup.runs if run.failure]
    if failures:
        yield Fact(
            "start_failed",
            ("startup.json",),
            {
                "failed": len(failures),
                "runs": len(startup.runs),
                "failure": failures[0].rstrip("."),
            },
        )
    first = startup.spread.get("first_page_took_s")
    later = startup.spread.get("second_page_took_s")
    if first and later and _slow_first(first.median_s, later.median_s):
        values = {"first": Seconds(first.median_s), "later": Seconds(later.median_s)}
        yield Fact("first_page_slow", ("startup.json",), values)


def _slow_first(first: float, later: float) -> bool:
    return first > SLOW_FIRST_PAGE * later and first - later > SLOW_FIRST_PAGE_S


def _of_load(load: LoadResult) -> Iterator[Fact]:
    for objective in load.slo.objectives if load.slo else ():
        if objective.verdict == "FAIL":
            yield Fact(
                "load_limit_missed",
                ("load.json",),
                {"objective": objective.objective, "operation": objective.operation},
            )
    if load.verdict in ("INCONCLUSIVE", "INVALID"):
        yield Fact("load_decided_nothing", ("load.json",), {"verdict": load.verdict})
    if load.capacity and load.capacity.status == "FOUND" and load.capacity.highest_passing_rate:
        rate = Rate(load.capacity.highest_passing_rate)
        yield Fact("capacity_known", ("load.json",), {"rate": rate})
