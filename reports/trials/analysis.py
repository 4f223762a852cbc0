"""From blocks to a verdict: the block is the unit of replication, not the request.

Requests of one run share its conditions; pooling them calls identical releases different far too
often. So each pair of neighbouring blocks gives one observation per metric (a log ratio, or a
difference of shares), and the mean of these is held against the margin.
"""

from __future__ import annotations

import math
from statistics import fmean
from typing import TYPE_CHECKING

from reports import sentences
from reports.trials.intervals import holm, p_above, p_below, pairs_needed, t_bound
from reports.trials.objectives import objective_reasons, pooled_objectives
from reports.trials.result import MetricVerdict, Trial
from reports.trials.wrong_answers import judge_wrong_answers, wrong_answer_reasons

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from reports.load_result import LoadResult
    from reports.trials.policy import Metric, TrialPolicy
    from reports.trials.result import Block, MetricKind
    from reports.verdict import VerdictName

HIGHER_IS_BETTER = frozenset({"goodput"})
SHARES = frozenset({"failure_share"})


def analyse(
    blocks: Sequence[Block],
    policy: TrialPolicy,
    *,
    scenario: str,
    versions: tuple[str, str],
    seed: int,
    candidate_loads: Sequence[LoadResult] = (),
    baseline_stored: bool = False,
) -> Trial:
    """The verdict on all complete pairs so far. `versions` are baseline's and candidate's.

    The limits of an SLO file are judged on `candidate_loads`, the load runs behind the blocks.
    With a stored baseline there are no pairs, and nothing is said about differences.
    """
    pairs = complete_pairs(blocks)
    metrics = _judge_metrics(pairs, policy)
    wrong = judge_wrong_answers(blocks, policy, looks(policy))
    objectives = pooled_objectives(candidate_loads, looks(policy))
    verdicts = [wrong.verdict, *(one.verdict for one in metrics)]
    verdicts += [one.verdict for one in objectives]
    reasons = [*_reasons(metrics), *wrong_answer_reasons(wrong), *objective_reasons(objectives)]
    if not baseline_stored and policy.primary not in {one.metric for one in metrics}:
        verdicts.append("INCONCLUSIVE")
        reasons.append(sentences.PRIMARY_NOT_MEASURED(metric=policy.primary, scenario=scenario))
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
        objectives=objectives,
        baseline_stored=baseline_stored,
        verdict=worst,
        reasons=tuple(reasons),
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
    name: Metric,
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
        baseline=_mean(pairs, 0, name),
        candidate=_mean(pairs, 1, name),
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


def _reasons(metrics: Sequence[MetricVerdict]) -> Iterator[str]:
    for metric in metrics:
        if metric.verdict == "PASS":
            continue
        ratio = metric.kind == "ratio"
        sentence, form = (sentences.RATIO, ".2f") if ratio else (sentences.DIFFERENCE, "+.1%")
        said = sentence(
            verdict=metric.verdict,
            metric=metric.metric,
            effect=format(metric.effect, form),
            low=format(metric.low, form),
            high=format(metric.high, form),
            margin=format(metric.margin, form),
        )
        if metric.needs_pairs is not None:
            said += "; " + sentences.MORE_PAIRS(pairs=metric.needs_pairs)
        yield said


def _mean(pairs: Sequence[tuple[Block, Block]], side: int, name: str) -> float:
    """Over the pairs that have the metric on both sides: a block with few answers lacks some."""
    both = [pair for pair in pairs if all(name in block.metrics for block in pair)]
    return fmean(pair[side].metrics[name] for pair in both)
