"""The end of a run on the terminal: a few lines that hold without the file."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

    from reports.load_result import LoadResult, OperationResult


def lines(result: LoadResult) -> Iterator[str]:
    """The verdict last, its reasons above it, the figures first."""
    plan, generator = result.plan, result.generator
    if plan.loop == "open":
        yield (
            f"open loop, {plan.arrivals}: {generator.achieved_rate:.3g}/s of "
            f"{generator.offered_rate:.3g}/s for {result.measured_s:g} s on {plan.workers} "
            f"worker(s), schedule lag p99 {generator.schedule_lag.p99:.1f} ms"
        )
    else:
        yield (
            f"closed loop of {plan.users} user(s) for {result.measured_s:.1f} s: users wait for "
            "slow answers, so latency under a given rate was not measured"
        )
    for row in result.operations:
        yield _operation(row)
        for outcome in row.outcomes:
            if outcome.kind in ("failure", "violation"):
                example = f": {outcome.examples[0]}" if outcome.examples else ""
                yield f"    {outcome.count} × {outcome.outcome} ({outcome.kind}){example}"
    if result.capacity is not None:
        found = result.capacity
        yield (
            f"capacity {found.status}: {_rate(found.highest_passing_rate)} passes, "
            f"{_rate(found.lowest_failing_rate)} fails, {len(found.probes)} probes"
        )
    if result.overload is not None:
        over = result.overload
        recovery = "never" if over.recovery_s is None else f"after {over.recovery_s:g} s"
        yield f"overload {over.peak_rate:g}/s: {over.shed} shed, recovered {recovery}"
    yield from (f"note: {note}" for note in plan.notes)
    yield from (f"  {reason}" for reason in result.reasons)
    yield f"{result.verdict} (exit code {result.exit_code})"


def _operation(row: OperationResult) -> str:
    good = row.outcome("ok")
    latency = "no right answer"
    if good is not None:
        spread = good.latency
        latency = (
            f"p50 {spread.p50:.1f} p95 {spread.p95:.1f} p99 {spread.p99:.1f} max "
            f"{spread.maximum:.1f} ms from the schedule"
        )
    lost = f", {row.dropped} dropped" if row.dropped else ""
    unjudged = f", {row.content_unjudged} unjudged" if row.content_unjudged else ""
    return (
        f"  {row.operation}: {row.success} right, {row.violations} wrong, {row.failures} failed"
        f"{lost}{unjudged}; {latency}; {row.correct_throughput:.3g} right/s"
    )


def _rate(rate: float | None) -> str:
    return "none" if rate is None else f"{rate:.4g}/s"
