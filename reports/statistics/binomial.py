"""Confidence bounds on a share, and how many requests a percentile needs."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

CONFIDENCE = 0.95
EXACT = 1e-13


def lower_bound(hits: int, trials: int, confidence: float = CONFIDENCE) -> float:
    """One-sided Clopper-Pearson lower bound on the share behind `hits` of `trials`."""
    if hits == 0:
        return 0.0
    return _solve(lambda share: at_least(hits, trials, share), 1 - confidence)


def upper_bound(hits: int, trials: int, confidence: float = CONFIDENCE) -> float:
    """One-sided Clopper-Pearson upper bound; 1.0 when nothing was tried."""
    if hits >= trials:
        return 1.0
    return _solve(lambda share: at_least(hits + 1, trials, share), confidence)


def requests_needed(percentile: float, confidence: float = CONFIDENCE) -> int:
    """The fewest requests, none over the limit, that put a percentile below it.

    59 for p95 and 299 for p99 at 95 % confidence.
    """
    return math.ceil(math.log(1 - confidence) / math.log(percentile / 100))


def more_needed(over: int, trials: int, allowed: float, confidence: float = CONFIDENCE) -> int:
    """How many more requests, if none of them is over, would settle that the share is allowed.

    Where nothing is allowed the count decides, so there one request is enough.
    """
    if allowed <= 0.0:
        return max(0, 1 - trials)
    most = 1 << 32
    if upper_bound(over, trials + most, confidence) > allowed:
        return most
    low, high = 0, most
    while low < high:
        middle = (low + high) // 2
        if upper_bound(over, trials + middle, confidence) <= allowed:
            high = middle
        else:
            low = middle + 1
    return low


def at_least(hits: int, trials: int, share: float) -> float:
    """The probability of `hits` or more in `trials` of this share: I_share(hits, n - hits + 1)."""
    if hits <= 0:
        return 1.0
    if share <= 0.0:
        return 0.0
    if share >= 1.0:
        return 1.0
    a, b = float(hits), float(trials - hits + 1)
    front = math.exp(
        math.lgamma(a + b)
        - math.lgamma(a)
        - math.lgamma(b)
        + a * math.log(share)
        + b * math.log1p(-share)
    )
    if share < (a + 1) / (a + b + 2):
        return front * _continued_fraction(share, a, b) / a
    return 1.0 - front * _continued_fraction(1 - share, b, a) / b


def _continued_fraction(x: float, a: float, b: float) -> float:
    """Lentz's evaluation of the incomplete beta's fraction; source: DLMF 8.17.22."""
    tiny = 1e-300
    c, d = 1.0, 1.0 - (a + b) * x / (a + 1)
    d = 1.0 / (d if abs(d) > tiny else tiny)
    value = d
    for m in range(1, 10_000):
        for numerator in (
            m * (b - m) * x / ((a + 2 * m - 1) * (a + 2 * m)),
            -(a + m) * (a + b + m) * x / ((a + 2 * m) * (a + 2 * m + 1)),
        ):
            d = 1.0 + numerator * d
            c = 1.0 + numerator / c
            d = 1.0 / (d if abs(d) > tiny else tiny)
            c = c if abs(c) > tiny else tiny
            value *= d * c
        if abs(d * c - 1.0) < EXACT:
            break
    return value


def _solve(probability: Callable[[float], float], wanted: float) -> float:
    """The share at which a probability that grows with it reaches `wanted`."""
    low, high = 0.0, 1.0
    for _ in range(60):
        middle = (low + high) / 2
        if probability(middle) < wanted:
            low = middle
        else:
            high = middle
    return (low + high) / 2
