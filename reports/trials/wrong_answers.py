"""How many answers of the candidate were wrong, held against what is allowed."""

from __future__ import annotations

from typing import TYPE_CHECKING

from reports import sentences
from reports.statistics.binomial import lower_bound, more_needed, upper_bound
from reports.trials.result import WrongAnswers

if TYPE_CHECKING:
    from collections.abc import Sequence

    from reports.trials.policy import TrialPolicy
    from reports.trials.result import Block
    from reports.verdict import VerdictName


def judge_wrong_answers(
    blocks: Sequence[Block], policy: TrialPolicy, looks: int = 1
) -> WrongAnswers:
    """Hold the candidate's wrong answers against what is allowed, over all its requests.

    Where none is allowed one decides, however often one looks; where some are, each of the
    `looks` may err by its share only.
    """
    mine = [block for block in blocks if block.side == "candidate"]
    wrong, requests = sum(one.violations for one in mine), sum(one.requests for one in mine)
    confidence = policy.confidence
    if policy.allowed_wrong_share > 0:
        confidence = 1 - (1 - confidence) / looks
    low = lower_bound(wrong, requests, confidence)
    high = upper_bound(wrong, requests, confidence)
    limit = max(policy.allowed_wrong_share, policy.rule_out_wrong_share)
    verdict: VerdictName = "PASS" if high <= limit else "INCONCLUSIVE"
    if low > policy.allowed_wrong_share:
        verdict = "FAIL"
    return WrongAnswers(
        wrong=wrong,
        requests=requests,
        low=low,
        high=high,
        allowed=policy.allowed_wrong_share,
        ruled_out=policy.rule_out_wrong_share,
        verdict=verdict,
        needs_requests=more_needed(wrong, requests, limit, confidence)
        if verdict == "INCONCLUSIVE"
        else 0,
    )


def wrong_answer_reasons(wrong: WrongAnswers) -> list[str]:
    """The line about them, unless there is nothing to say."""
    if wrong.verdict == "FAIL":
        return [sentences.WRONG_ANSWERS(wrong=wrong.wrong, requests=wrong.requests)]
    if wrong.verdict == "INCONCLUSIVE":
        said = sentences.WRONG_NOT_RULED_OUT(
            requests=wrong.requests, share=f"{wrong.ruled_out:.1%}"
        )
        return [f"{said}; {sentences.MORE_ANSWERS(needs=wrong.needs_requests)}"]
    return []
