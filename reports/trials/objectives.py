"""Absolute limits (an SLO file), judged over all blocks of the candidate by binomial bounds.

Each load run judges them for itself, mostly without a verdict: a block is short. Here the
requests of all blocks count together. Unlike a difference between two releases, a limit is about
what this release did in the time it was watched, so requests are what is counted.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from reports import sentences
from reports.histograms import Merged
from reports.load_result import Objective
from reports.statistics.binomial import lower_bound, more_needed, upper_bound

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from reports.load_result import Distribution, LoadResult
    from reports.verdict import VerdictName

ERRORS, GOODPUT = "error_share", "goodput"
_MEASURES = ("time_to_first_token", "inter_token_latency")


def pooled_objectives(loads: Sequence[LoadResult], looks: int) -> tuple[Objective, ...]:
    """Every limit over all runs of one release.

    The verdict may be drawn `looks` times, so each time at a share of the error that the SLO
    file's confidence leaves.
    """
    rows = [(load, row) for load in loads if load.slo for row in load.slo.objectives]
    confidences = [load.slo.confidence for load in loads if load.slo]
    if not rows:
        return ()
    confidence = 1 - (1 - confidences[0]) / looks
    keys = dict.fromkeys((row.operation, row.objective) for _, row in rows)
    return tuple(
        _pooled([one for one in rows if (one[1].operation, one[1].objective) == key], confidence)
        for key in keys
    )


def objective_reasons(objectives: Sequence[Objective]) -> Iterator[str]:
    """One line for each limit that is not kept, or not seen to be kept."""
    for row in objectives:
        if row.verdict == "PASS":
            continue
        about = {
            "verdict": row.verdict,
            "operation": row.operation,
            "objective": row.objective,
            "limit": f"{row.limit:g}",
        }
        parts = [
            sentences.LIMIT_NOT_MEASURED(**about)
            if row.measured is None
            else sentences.LIMIT(**about, measured=f"{row.measured:.4g}")
        ]
        if row.low is not None and row.allowed_share:
            parts.append(
                sentences.BEYOND_LIMIT(
                    low=f"{row.low:.2%}",
                    high=f"{row.high:.2%}",
                    requests=row.requests,
                    allowed=f"{row.allowed_share:.2%}",
                )
            )
        if row.needs:
            parts.append(sentences.MORE_REQUESTS(needs=row.needs))
        yield "; ".join(parts)


def _pooled(rows: Sequence[tuple[LoadResult, Objective]], confidence: float) -> Objective:
    first = rows[0][1]
    if first.objective == GOODPUT:
        measured = [row.measured or 0.0 for _, row in rows]
        mean = sum(measured) / len(measured)
        return Objective(
            operation=first.operation,
            objective=GOODPUT,
            limit=first.limit,
            measured=mean,
            verdict="PASS" if mean >= first.limit else "FAIL",
            requests=sum(row.requests for _, row in rows),
        )
    if first.objective == ERRORS:
        trials = sum(row.requests for _, row in rows)
        over = sum(round((row.measured or 0.0) * row.requests) for _, row in rows)
        return _judged(first, over, trials, over / trials if trials else None, confidence)
    merged = Merged(_values(rows))
    percentile = 100 * (1 - (first.allowed_share or 0.0))
    return _judged(
        first, merged.count_over(first.limit), merged.count, merged.value_at(percentile), confidence
    )


def _values(rows: Sequence[tuple[LoadResult, Objective]]) -> Iterator[Distribution]:
    """The distributions that a limit on a percentile is about."""
    for load, row in rows:
        operation = load.operation(row.operation)
        if operation is None:
            continue
        measure = next((name for name in _MEASURES if row.objective.startswith(name)), None)
        if measure is None:
            yield from (one.latency for one in operation.outcomes if one.kind == "success")
        elif (distribution := getattr(operation, measure)) is not None:
            yield distribution


def _judged(
    row: Objective, over: int, trials: int, measured: float | None, confidence: float
) -> Objective:
    allowed = row.allowed_share or 0.0
    low, high = lower_bound(over, trials, confidence), upper_bound(over, trials, confidence)
    verdict: VerdictName = "INCONCLUSIVE"
    if trials and allowed == 0.0:
        verdict = "FAIL" if over else "PASS"
    elif low > allowed:
        verdict = "FAIL"
    elif trials and high <= allowed:
        verdict = "PASS"
    open_yet = verdict == "INCONCLUSIVE" and allowed > 0.0
    return Objective(
        operation=row.operation,
        objective=row.objective,
        limit=row.limit,
        measured=measured,
        verdict=verdict,
        allowed_share=row.allowed_share,
        low=low,
        high=high,
        requests=trials,
        needs=more_needed(over, trials, allowed, confidence) if open_yet else 0,
    )
