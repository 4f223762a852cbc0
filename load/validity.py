"""Whether a run says anything: the rules by which the generator, not the target, was the limit."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from reports import sentences
from reports.load_result import ValidityFinding

if TYPE_CHECKING:
    from collections.abc import Iterator

    from load.generator import Health
    from reports.load_result import SloResult

LAG_P99_MS = 10.0
LAG_SHARE_OF_MEDIAN = 0.1
"""Lag counts into every latency; up to this share of the median it changes no conclusion."""
SATURATED_SHARE = 0.1
STALLED_SHARE = 0.01
STALLED_S = 0.25
CLOCK_STEP_MS = 100.0
RATE_TOLERANCE = 0.01


@dataclass(frozen=True, slots=True)
class Facts:
    """What the rules look at. Rates are not judged in a closed loop, which has no schedule."""

    open_loop: bool
    measured_s: float
    expected: int
    scheduled: int
    dropped: int
    lag_p99_ms: float
    median_latency_ms: float
    lag_limit_ms: float | None
    health: tuple[Health, ...]
    lost_workers: tuple[int, ...]
    interrupted: bool
    drops_are_meant: bool


def findings(facts: Facts, slo: SloResult | None) -> tuple[ValidityFinding, ...]:
    """Every rule that the run broke; none for a run that can be believed."""
    rules = [*_ended_early(facts), *_machine(facts)]
    if facts.open_loop:
        rules += _schedule(facts)
    if slo is not None:
        rules += _samples(slo)
    return tuple(rules)


def _invalid(rule: str, message: str, remedy: str) -> ValidityFinding:
    return ValidityFinding(rule=rule, decides="INVALID", message=message, remedy=remedy)


def _ended_early(facts: Facts) -> Iterator[ValidityFinding]:
    if facts.interrupted:
        yield _invalid("interrupted", sentences.INTERRUPTED(), sentences.LET_IT_RUN())
    for index in facts.lost_workers:
        yield _invalid(
            "worker_lost",
            sentences.WORKER_LOST(worker=index),
            sentences.SEE_WHY_IT_ENDED(),
        )


def _machine(facts: Facts) -> Iterator[ValidityFinding]:
    for index, health in enumerate(facts.health):
        if health.saturated_share > SATURATED_SHARE:
            yield _invalid(
                "cpu",
                sentences.NO_CPU(worker=index, share=f"{health.saturated_share:.0%}"),
                sentences.MORE_WORKERS(),
            )
        if health.stalled_s > max(STALLED_S, STALLED_SHARE * facts.measured_s):
            yield _invalid(
                "event_loop",
                sentences.STOOD_STILL(
                    worker=index,
                    seconds=f"{health.stalled_s:.2f}",
                    longest=f"{health.longest_stall_ms:.0f}",
                ),
                sentences.A_CORE_OF_ITS_OWN(reason=sentences.MORE_WORKERS()),
            )
        if health.clock_step_ms > CLOCK_STEP_MS:
            yield _invalid(
                "clock",
                sentences.CLOCK_STEPPED(worker=index, step=f"{health.clock_step_ms:.0f}"),
                sentences.LET_THE_CLOCK_SETTLE(),
            )


def _schedule(facts: Facts) -> Iterator[ValidityFinding]:
    limit = facts.lag_limit_ms
    if limit is None:
        limit = max(LAG_P99_MS, LAG_SHARE_OF_MEDIAN * facts.median_latency_ms)
    if facts.lag_p99_ms > limit:
        yield _invalid(
            "schedule_lag",
            sentences.STARTED_LATE(lag=f"{facts.lag_p99_ms:.1f}", limit=f"{limit:.1f}"),
            sentences.MORE_WORKERS(),
        )
    if facts.dropped and not facts.drops_are_meant:
        yield _invalid(
            "dropped",
            sentences.DROPPED(arrivals=facts.dropped),
            sentences.MORE_IN_FLIGHT(),
        )
    missing = facts.expected - facts.scheduled
    if facts.expected and missing / facts.expected > RATE_TOLERANCE:
        yield _invalid(
            "rate",
            sentences.NEVER_DUE(missing=missing, expected=facts.expected),
            sentences.TO_THE_END(),
        )


def _samples(slo: SloResult) -> Iterator[ValidityFinding]:
    for row in slo.objectives:
        if row.verdict == "INCONCLUSIVE":
            yield ValidityFinding(
                rule="samples",
                decides="INCONCLUSIVE",
                message=sentences.TOO_FEW(
                    operation=row.operation, requests=row.requests, objective=row.objective
                ),
                remedy=sentences.RUN_LONGER(needs=row.needs),
            )
