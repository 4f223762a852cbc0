"""A SIGTERM loop: attempt after attempt killed at the same age, or before it was ever up.

A server that gets SIGTERM may stop in order and never name the signal, so orderly stops count too.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from reports.logs.clock import seconds_between
from reports.logs.result import SigtermLoop

if TYPE_CHECKING:
    from datetime import datetime

    from reports.logs.result import Attempt

FEWEST = 3  # one kill is a rollout, two may be chance
SAME_AGE = 1.5  # the oldest of a loop is at most so many times as old as the youngest
LONGEST_AGE_S = 600.0
"""A container that lived longer was not killed for its start: after ten minutes the platform itself
takes a container for stable and forgets its restarts."""


@dataclass(slots=True)
class _Run:
    """Consecutive attempts that SIGTERM ended; lists of extremes only, however long it gets."""

    count: int = 0
    ready: bool = False
    last: datetime | None = None
    lifetimes: list[float] = field(default_factory=list)
    periods: list[float] = field(default_factory=list)


class LoopWatch:
    """Sees each attempt as it ends and keeps the longest loop."""

    def __init__(self) -> None:
        self._run = _Run()
        self._longest: _Run | None = None

    def see(self, attempt: Attempt, *, began: datetime | None, stopped: datetime | None) -> None:
        """Take the next attempt, and when it began and was told to stop."""
        age = seconds_between(began, stopped)
        if attempt.ending not in ("terminated", "clean") or (age or 0) > LONGEST_AGE_S:
            self._run = _Run()
            return
        if self._run.count and not _fits(self._run, attempt, age):
            self._run = _Run()
        run = self._run
        period = seconds_between(run.last, stopped)
        if period is not None:
            _widen(run.periods, period)
        if age is not None:
            _widen(run.lifetimes, age)
        run.count += 1
        run.ready = run.ready or attempt.became_ready
        run.last = stopped
        if run.count >= FEWEST and (self._longest is None or run.count > self._longest.count):
            self._longest = run

    def result(self) -> SigtermLoop | None:
        run = self._longest
        if run is None:
            return None
        return SigtermLoop(
            count=run.count,
            lifetime_min_s=min(run.lifetimes, default=None),
            lifetime_max_s=max(run.lifetimes, default=None),
            period_min_s=min(run.periods, default=None),
            period_max_s=max(run.periods, default=None),
            became_ready=run.ready,
        )


def _fits(run: _Run, attempt: Attempt, age: float | None) -> bool:
    """Whether the attempt continues the loop: never up like the others, or of about their age."""
    if not attempt.became_ready and not run.ready:
        return True
    if age is None or not run.lifetimes:
        return False
    ages = [*run.lifetimes, age]
    return max(ages) <= SAME_AGE * min(ages)


def _widen(extremes: list[float], value: float) -> None:
    extremes[:] = [min(*extremes, value), max(*extremes, value)] if extremes else [value]
