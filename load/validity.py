"""Whether a run says anything: the rules by which the generator, not the target, was the limit."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

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
MORE_WORKERS = "add workers (--processes N, or --worker on more machines) or lower --rate"


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
        yield _invalid(
            "interrupted", "the run was interrupted before its end", "let it run to its end"
        )
    for index in facts.lost_workers:
        yield _invalid(
            "worker_lost",
            f"worker {index} was lost in mid-run, and the arrivals it had yet to send with it",
            "see why the process ended (memory, a signal, the network) and run again",
        )


def _machine(facts: Facts) -> Iterator[ValidityFinding]:
    for index, health in enumerate(facts.health):
        if health.saturated_share > SATURATED_SHARE:
            yield _invalid(
                "cpu",
                f"worker {index} had no CPU to spare in {health.saturated_share:.0%} of the run",
                MORE_WORKERS,
            )
        if health.stalled_s > max(STALLED_S, STALLED_SHARE * facts.measured_s):
            yield _invalid(
                "event_loop",
                f"worker {index}'s event loop stood still for {health.stalled_s:.2f} s in all, "
                f"{health.longest_stall_ms:.0f} ms at the longest",
                f"give the generator a core of its own, or {MORE_WORKERS}",
            )
        if health.clock_step_ms > CLOCK_STEP_MS:
            yield _invalid(
                "clock",
                f"the wall clock of worker {index} stepped by {health.clock_step_ms:.0f} ms",
                "run again when the time service has settled and the machine does not sleep",
            )


def _schedule(facts: Facts) -> Iterator[ValidityFinding]:
    limit = facts.lag_limit_ms
    if limit is None:
        limit = max(LAG_P99_MS, LAG_SHARE_OF_MEDIAN * facts.median_latency_ms)
    if facts.lag_p99_ms > limit:
        yield _invalid(
            "schedule_lag",
            f"1 % of the requests started {facts.lag_p99_ms:.1f} ms or more after their time "
            f"(limit {limit:.1f} ms)",
            MORE_WORKERS,
        )
    if facts.dropped and not facts.drops_are_meant:
        yield _invalid(
            "dropped",
            f"{facts.dropped} arrivals were dropped because too many requests were in flight",
            "raise --max-in-flight, or lower --rate to what the target can keep up with",
        )
    missing = facts.expected - facts.scheduled
    if facts.expected and missing / facts.expected > RATE_TOLERANCE:
        yield _invalid(
            "rate",
            f"{missing} of {facts.expected} scheduled arrivals never came due",
            "let every worker run to the end of the schedule",
        )


def _samples(slo: SloResult) -> Iterator[ValidityFinding]:
    for row in slo.objectives:
        if row.verdict == "INCONCLUSIVE":
            yield ValidityFinding(
                rule="samples",
                decides="INCONCLUSIVE",
                message=f"{row.operation}: {row.requests} requests cannot decide {row.objective}",
                remedy=f"run longer: {row.needs} more requests at the least",
            )
