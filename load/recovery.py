"""Beyond capacity and back: did the target refuse politely or queue, and when was it well again."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from load.recorder import (
    ANSWERED,
    FAILED,
    GOOD,
    LATENCY_SUM,
    SCHEDULED,
    VIOLATED,
)
from reports import sentences
from reports.load_result import OverloadResult

if TYPE_CHECKING:
    from load.plan import Plan
    from load.recorder import Recorder

RIGHT_SHARE = 0.99
SLOWDOWN = 2.0
SLACK_MS = 50.0
"""Well again: this share of a second's requests right, at no more than twice the mean latency
before the peak plus this slack, and so for every second that follows."""
_HUNG = ("timeout", "censored")


def judge_overload(plan: Plan, recorder: Recorder) -> OverloadResult:
    """Judge a spike: the middle third of the schedule ran at `peak_factor` times the rate."""
    third = plan.duration_s / 3
    peak_to = 2 * third
    counts: dict[str, int] = {}
    for record in recorder.operations.values():
        for name, row in record.outcomes.items():
            counts[name] = counts.get(name, 0) + row.latency.count
    hung = sum(counts.get(name, 0) for name in _HUNG)
    impolite = counts.get("shed_without_retry_after", 0)
    wrong = sum(row.count("violation") for row in recorder.operations.values()) - impolite
    other = sum(row.count("failure") for row in recorder.operations.values()) - hung
    recovery = recovery_s(plan, recorder)
    problems = [
        text
        for count, text in (
            (hung, sentences.HUNG(requests=hung)),
            (wrong, sentences.WRONG_UNDER_OVERLOAD(answers=wrong)),
            (impolite, sentences.NO_RETRY_AFTER(refusals=impolite)),
            (other, sentences.FAILED_OTHERWISE(requests=other)),
            (recovery is None, sentences.NOT_RECOVERED()),
        )
        if count
    ]
    return OverloadResult(
        base_rate=plan.rate,
        peak_rate=plan.rate * plan.peak_factor,
        peak_from_s=third,
        peak_to_s=peak_to,
        shed=counts.get("shed", 0),
        shed_without_retry_after=impolite,
        hung=hung,
        wrong=wrong,
        recovered=recovery is not None,
        recovery_s=recovery,
        problems=tuple(problems),
    )


def recovery_s(plan: Plan, recorder: Recorder) -> float | None:
    """Whole seconds from the end of the peak until the target stayed well; None if it never did.

    Judged by the requests scheduled in each second, so a late answer counts where it was asked.
    """
    third = plan.duration_s / 3
    before = [row for second, row in recorder.seconds.items() if second + 1 <= third]
    answered = sum(row[ANSWERED] for row in before)
    if not answered:
        return None
    usual_ms = sum(row[LATENCY_SUM] for row in before) / answered / 1000
    first = math.ceil(2 * third)
    last = math.ceil(plan.duration_s)
    well_from = last
    for second in range(last - 1, first - 1, -1):
        row = recorder.seconds.get(second)
        if row is not None and row[SCHEDULED] and not _well(row, usual_ms):
            break
        well_from = second
    return None if well_from >= last else well_from - 2 * third


def _well(row: list[int], usual_ms: float) -> bool:
    if row[GOOD] < RIGHT_SHARE * row[SCHEDULED] or row[FAILED] or row[VIOLATED]:
        return False
    return row[LATENCY_SUM] / row[ANSWERED] / 1000 <= SLOWDOWN * usual_ms + SLACK_MS
