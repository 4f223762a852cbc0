"""Intervals on the mean over blocks: Student's t, and Holm's correction over several metrics."""

from __future__ import annotations

import math
from bisect import bisect_left
from statistics import fmean, stdev
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

ROUNDING = 1e-12
"""Differences below this are arithmetic, not measurement."""


def t_bound(values: Sequence[float], confidence: float) -> tuple[float, float]:
    """One-sided lower and upper bounds on the mean, each at `confidence`; two values at least."""
    half = _quantile(confidence, len(values)) * stdev(values) / math.sqrt(len(values))
    middle = fmean(values)
    return middle - half, middle + half


def p_above(values: Sequence[float], limit: float) -> float:
    """The one-sided p-value against "the mean is at most `limit`"."""
    return _tail(fmean(values) - limit, values)


def p_below(values: Sequence[float], limit: float) -> float:
    """The one-sided p-value against "the mean is at least `limit`"."""
    return _tail(limit - fmean(values), values)


def _tail(distance: float, values: Sequence[float]) -> float:
    from scipy.special import stdtr

    error = stdev(values) / math.sqrt(len(values))
    if error < ROUNDING:
        return 0.0 if distance > ROUNDING else 1.0
    return float(stdtr(len(values) - 1, -distance / error))


def _quantile(confidence: float, count: int) -> float:
    """Student's t for the mean of so many values; scipy.stats would take a hundred times longer."""
    from scipy.special import stdtrit

    return float(stdtrit(count - 1, confidence))


def holm(p_values: Mapping[str, float], alpha: float) -> frozenset[str]:
    """The hypotheses that Holm's step-down procedure rejects at family-wise level `alpha`."""
    rejected: set[str] = set()
    for rank, (name, p_value) in enumerate(sorted(p_values.items(), key=lambda one: one[1])):
        if p_value > alpha / (len(p_values) - rank):
            break
        rejected.add(name)
    return frozenset(rejected)


def pairs_needed(
    values: Sequence[float], limit: float, confidence: float, most: int = 10_000
) -> int:
    """How many pairs would put the bound clear of `limit`, if mean and spread stay as they are."""
    distance, spread = abs(fmean(values) - limit), stdev(values)

    def clear(pairs: int) -> bool:
        return _quantile(confidence, pairs) * spread / math.sqrt(pairs) < distance

    return bisect_left(range(most), 1, lo=len(values), key=clear)
