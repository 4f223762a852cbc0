"""From blocks to a verdict: the block is the unit of replication, not the request.

Requests of one run share its conditions; pooling them calls identical releases different far too
often. So each pair of neighbouring blocks gives one observation per metric (a log ratio, or a
difference of shares), and the mean of these is held against the margin.
"""

from __future__ import annotations

import math
from statistics import fmean
from typing import TYPE_CHECKING

from reports.statistics.binomial import lower_bound, more_needed, upper_bound
from reports.trials.intervals import holm, p_above, p_below, pairs_needed, t_bound
from reports.trials.result import Block, MetricKind, MetricVerdict, Trial, WrongAnswers

if TYPE_CHECKING:
    from collections.abc import Sequence

    from reports.trials.policy import TrialPolicy
    from reports.verdict import VerdictName

HIGHER_IS_BETTER = frozenset({"goodput", "tokens_per_second"})
SHARES = frozenset({"failure_share"})


def analyse(
    blocks: Sequence[Block],
    policy: TrialPolicy,
    *,
    scenario: str,
    versions: tuple[str, str],
    seed: int,
) -> Trial:
    """The verdict on all complete pairs so far. `versions` are baseline's and candidate's."""
    pairs = complete_pairs(blocks)
    metrics = _judge_metrics(pairs, policy)
    wrong = judge_wrong_answers(blocks, policy)
    verdicts = [metric.verdict for metric in metrics] + [wrong.verdict]
    worst: VerdictName = next(
        (one for one in ("INVALID", "FAIL", "INCONCLUSIVE") if one in verdicts), "PASS"
    )
    return Trial(
        scenario=scenario,
        baseline_version=versions[0],
        candidate_version=versions[1],
        seed=seed,
        blocks=tuple(blocks),
        metrics=metrics,
        wrong_answers=wrong,
        verdict=worst,
        reasons=tuple(_reasons(metrics, wrong)),
    )


def complete_pairs(blocks: Sequence[Block]) -> list[tuple[Block, Block]]:
    """(baseline, candidate) of every pair of which both sides ran."""
    sides = {(block.pair, block.side): block for block in blocks}
    numbers = sorted({block.pair for block in blocks})
    return [
        (sides[number, "baseline"], sides[number, "candidate"])
        for number in numbers
        if (number, "baseline") in sides and (number, "candidate") in sides
    ]


def observations(pairs: Sequence[tuple[Block, Block]], metric: str) -> list[float]:
    """One number per pair, positive where the candidate is worse: a log ratio or a difference."""
    found = []
    for baseline, candidate in pairs:
        if metric not in baseline.metrics or metric not in candidate.metrics:
            continue
        before, after = baseline.metrics[metric], candidate.metrics[metric]
        if metric in SHARES:
            found.append(after - before)
        elif before > 0 and after > 0:
            ratio = math.log(after / before)
            found.append(-ratio if metric in HIGHER_IS_BETTER else ratio)
        elif metric in HIGHER_IS_BETTER and before > 0:
            found.append(math.log(_NOTHING_LEFT))
    return found


_NOTHING_LEFT = 100.0
"""How many times worse a candidate counts that delivers nothing at all in a block."""


def _judge_metrics(
    pairs: Sequence[tuple[Block, Block]], policy: TrialPolicy
) -> tuple[MetricVerdict, ...]:
    seen = {name: observations(pairs, name) for name in policy.margins}
    seen = {name: values for name, values in seen.items() if len(values) >= 2}  # noqa: PLR2004
    alpha = (1 - policy.confidence) / looks(policy)
    limits = {name: _limit(name, policy.margins[name]) for name in seen}
    secondary = [name for name in seen if name != policy.primary]
    failed = holm({name: p_above(seen[name], limits[name]) for name in secondary}, alpha)
    passed = holm({name: p_below(seen[name], limits[name]) for name in secondary}, alpha)
    if policy.primary in seen:
        values, limit = seen[policy.primary], limits[policy.primary]
        failed |= {policy.primary} if p_above(values, limit) <= alpha else set()
        passed |= {policy.primary} if p_below(values, limit) <= alpha else set()
    return tuple(
        _metric_verdict(
            name,
            values,
            pairs,
            policy,
            "FAIL" if name in failed else "PASS" if name in passed else "INCONCLUSIVE",
            1 - (alpha if name == policy.primary else alpha / max(1, len(secondary))),
        )
        for name, values in seen.items()
    )


def looks(policy: TrialPolicy) -> int:
    """How often the verdict may be drawn: after the least number of pairs, then every second."""
    return 1 + math.ceil((policy.max_pairs - policy.min_pairs) / 2)


def is_look(pairs: int, policy: TrialPolicy) -> bool:
    """Whether the verdict is drawn after this many pairs."""
    if pairs < policy.min_pairs:
        return False
    return pairs >= policy.max_pairs or (pairs - policy.min_pairs) % 2 == 0


def _limit(metric: str, margin: float) -> float:
    return margin if metric in SHARES else math.log1p(margin)


def _metric_verdict(
    name: str,
    values: Sequence[float],
    pairs: Sequence[tuple[Block, Block]],
    policy: TrialPolicy,
    verdict: VerdictName,
    confidence: float,
) -> MetricVerdict:
    kind: MetricKind = "share" if name in SHARES else "ratio"
    low, high = t_bound(values, confidence)
    shown = (fmean(values), low, high)
    effect, low, high = shown if kind == "share" else tuple(math.exp(value) for value in shown)
    margin = policy.margins[name]
    return MetricVerdict(
        metric=name,
        kind=kind,
        primary=name == policy.primary,
        pairs=len(values),
        baseline=fmean(pair[0].metrics.get(name, math.nan) for pair in pairs),
        candidate=fmean(pair[1].metrics.get(name, math.nan) for pair in pairs),
        effect=effect,
        low=low,
        high=high,
        margin=margin if kind == "share" else 1 + margin,
        confidence=confidence,
        verdict=verdict,
        needs_pairs=pairs_needed(values, _limit(name, margin), confidence)
        if verdict == "INCONCLUSIVE"
        else None,
    )


def judge_wrong_answers(blocks: Sequence[Block], policy: TrialPolicy) -> WrongAnswers:
    """Hold the candidate's wrong answers against what is allowed, over all its requests."""
    mine = [block for block in blocks if block.side == "candidate"]
    wrong, requests = sum(one.violations for one in mine), sum(one.requests for one in mine)
    low = lower_bound(wrong, requests, policy.confidence)
    high = upper_bound(wrong, requests, policy.confidence)
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
        needs_requests=more_needed(wrong, requests, limit, policy.confidence)
        if verdict == "INCONCLUSIVE"
        else 0,
    )


def _reasons(metrics: Sequence[MetricVerdict], wrong: WrongAnswers) -> list[str]:
    reasons = []
    for metric in metrics:
        if metric.verdict == "PASS":
            continue
        said = (
            f"{metric.metric}: {metric.effect:.2f} times the baseline "
            f"({metric.low:.2f} to {metric.high:.2f}), allowed {metric.margin:.2f}"
            if metric.kind == "ratio"
            else f"{metric.metric}: {metric.effect:+.1%} ({metric.low:+.1%} to {metric.high:+.1%}), "
            f"allowed {metric.margin:+.1%}"
        )
        if metric.needs_pairs is not None:
            said += f"; {metric.needs_pairs} pairs of blocks would decide it at this spread"
        reasons.append(f"{metric.verdict} {said}")
    if wrong.verdict == "FAIL":
        reasons.append(f"FAIL {wrong.wrong} of {wrong.requests} answers were wrong")
    elif wrong.verdict == "INCONCLUSIVE":
        reasons.append(
            f"INCONCLUSIVE {wrong.requests} requests cannot rule out {wrong.ruled_out:.1%} wrong "
            f"answers; {wrong.needs_requests} more without one would"
        )
    return reasons
