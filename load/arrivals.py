"""Arrival schedules: when each request of an open-loop run starts, decided before it begins.

A schedule is a lazy stream of absolute offsets, a pure function of the plan, so that memory does
not grow with the run, and N workers that each take every N-th arrival send exactly what one
would. Rates that change are followed by inverting the expected number of arrivals.
"""

from __future__ import annotations

import itertools
import math
import random
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from load.plan import Plan

STEPS = 5
RAMP_WARMUP_SHARE = 0.1
"""A ramp begins at nothing; its warm-up runs at this share of the final rate."""


class Arrival(NamedTuple):
    """One request to start `at` seconds after the start of the warm-up."""

    number: int
    at: float
    warmup: bool
    operation: str | None


def schedule(plan: Plan) -> Iterator[Arrival]:
    """Every arrival of the round, in order of time."""
    if plan.arrivals == "replay":
        yield from _replayed(plan)
        return
    warmup = [(plan.warmup_s, _warmup_rate(plan))]
    number = -1
    for number, at in enumerate(_evenly(warmup)):
        yield Arrival(number, at, warmup=True, operation=None)
    for offset in measured_offsets(plan):
        number += 1
        yield Arrival(number, plan.warmup_s + offset, warmup=False, operation=None)


def share_of(arrivals: Iterable[Arrival], worker: int, workers: int) -> Iterator[Arrival]:
    """The arrivals that this one of `workers` sends: every N-th, by number."""
    return itertools.islice(arrivals, worker, None, workers)


def measured_offsets(plan: Plan) -> Iterator[float]:
    """Offsets of the measured part, from its own start. Unit: seconds."""
    if plan.arrivals in ("poisson", "soak"):
        return _poisson(plan.rate, plan.duration_s, plan.seed)
    if plan.arrivals == "ramp":
        return _ramp(plan.rate, plan.duration_s)
    return _evenly(phases(plan))


def phases(plan: Plan) -> list[tuple[float, float]]:
    """(duration, rate) of each constant part of a constant, step or spike schedule."""
    if plan.arrivals == "step":
        return [(plan.duration_s / STEPS, plan.rate * n / STEPS) for n in range(1, STEPS + 1)]
    if plan.arrivals == "spike":
        third = plan.duration_s / 3
        return [(third, plan.rate), (third, plan.rate * plan.peak_factor), (third, plan.rate)]
    return [(plan.duration_s, plan.rate)]


def expected_count(plan: Plan) -> int:
    """How many measured arrivals the whole round has."""
    return sum(not arrival.warmup for arrival in schedule(plan))


def _warmup_rate(plan: Plan) -> float:
    if plan.arrivals == "ramp":
        return plan.rate * RAMP_WARMUP_SHARE
    return phases(plan)[0][1]


def _evenly(parts: list[tuple[float, float]]) -> Iterator[float]:
    number = 0
    begun = expected = 0.0
    for duration, rate in parts:
        expected_at_end = expected + duration * rate
        # a hair below, lest rounding let the first arrival of the next part in twice
        while number < expected_at_end - 1e-9:
            yield begun + (number - expected) / rate
            number += 1
        begun += duration
        expected = expected_at_end


def _poisson(rate: float, duration: float, seed: int) -> Iterator[float]:
    rng = random.Random(f"arrivals/{seed}")
    at = rng.expovariate(rate)
    while at < duration:
        yield at
        at += rng.expovariate(rate)


def _ramp(rate: float, duration: float) -> Iterator[float]:
    for number in range(math.ceil(rate * duration / 2 - 1e-9)):
        yield math.sqrt(2 * duration * number / rate)


def _replayed(plan: Plan) -> Iterator[Arrival]:
    end = plan.warmup_s + plan.duration_s
    for number, line in enumerate(plan.replay):
        if line.at > end:
            return
        yield Arrival(number, line.at, line.at < plan.warmup_s, line.operation)
