"""What was observed between two releases that matters before or after the update."""

from __future__ import annotations

from typing import TYPE_CHECKING

from reports.comparison.comparing import lost_from_sight
from reports.recommendations.facts import Fact, Seconds, Value, listed
from reports.standing import standing

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from reports.comparison import Comparison, Move
    from reports.release import Release

START_RATIO, START_STEP_S = 1.25, 0.5
"""Starts that lie closer together than both are the same: they vary by that much by themselves."""


def comparison_facts(comparison: Comparison) -> tuple[Fact, ...]:
    """Return the facts about the step from release a to release b."""
    return (
        *_of_the_older(comparison),
        *_of_moves(comparison),
        *_of_logs(comparison),
        *_of_starts(comparison),
    )


def _of_the_older(comparison: Comparison) -> Iterator[Fact]:
    run = comparison.a.conformance
    if run is None:
        return
    violated = [row.id for row in run.requirements if standing(row) == "violates"]
    if violated:
        values = {"count": len(violated), "ids": listed(violated), **_names(comparison)}
        yield Fact("older_violates", _at(comparison.a, "conformance.json"), values)
    elif comparison.side_a.works:
        yield Fact("older_works", _at(comparison.a, "conformance.json"), _names(comparison))


def _of_moves(comparison: Comparison) -> Iterator[Fact]:
    if any(caveat.refuses for caveat in comparison.caveats):
        yield Fact("not_comparable", _both(comparison, "conformance.json"), _names(comparison))
        return
    unseen = [move for move in comparison.moves if lost_from_sight(move)]
    named: tuple[tuple[str, Iterable[Move]], ...] = (
        ("worse", comparison.moved("newly_violated")),
        ("lost_from_sight", unseen),
        ("fixed", comparison.moved("fixed")),
        ("newly_warned", comparison.moved("newly_warned")),
        ("newly_accepted", comparison.moved("newly_accepted")),
    )
    for name, moves in named:
        ids = [move.row.id for move in moves]
        if ids:
            values = {"count": len(ids), "ids": listed(ids), **_names(comparison)}
            yield Fact(name, _at(comparison.b, "conformance.json"), values)
    if comparison.verdict.name == "PASS":
        yield Fact("ready", _both(comparison, "conformance.json"), _names(comparison))
    if _same_functionality(comparison):
        yield Fact("same_functionality", _both(comparison, "conformance.json"), _names(comparison))


def _same_functionality(comparison: Comparison) -> bool:
    sides = (comparison.side_a, comparison.side_b)
    return all(side.functionality == "full" for side in sides) and not comparison.moved("vanished")


def _of_logs(comparison: Comparison) -> Iterator[Fact]:
    before, after, names = comparison.side_a, comparison.side_b, _names(comparison)
    evidence = _both(comparison, "logs.json")
    if before.vllm_problems and after.vllm_problems is False:
        yield Fact("vllm_gone", evidence, names)
    if after.vllm_problems and before.vllm_problems is False:
        yield Fact("vllm_came", evidence, names)
    if before.log_errors is not None and after.log_errors is not None:
        values = {"before": before.log_errors, "after": after.log_errors, **names}
        if after.log_errors < before.log_errors:
            yield Fact("cleaner_log", evidence, values)
        if after.log_errors > before.log_errors:
            yield Fact("dirtier_log", evidence, values)


def _of_starts(comparison: Comparison) -> Iterator[Fact]:
    before, after = comparison.side_a.start_seconds, comparison.side_b.start_seconds
    if before is None or after is None:
        return
    low, high = sorted((before, after))
    if high < START_RATIO * low or high - low < START_STEP_S:
        return
    values: dict[str, Value] = {"before": Seconds(before), "after": Seconds(after)}
    name = "faster_start" if after < before else "slower_start"
    yield Fact(name, (*_start_place(comparison.a), *_start_place(comparison.b)), values)


def _start_place(release: Release) -> tuple[str, ...]:
    return _at(release, "startup.json" if release.startup else "logs.json")


def _at(release: Release, file: str) -> tuple[str, ...]:
    return (f"{release.version}/{file}",)


def _both(comparison: Comparison, file: str) -> tuple[str, ...]:
    return (*_at(comparison.a, file), *_at(comparison.b, file))


def _names(comparison: Comparison) -> dict[str, Value]:
    return {"a": comparison.a.version, "b": comparison.b.version}
