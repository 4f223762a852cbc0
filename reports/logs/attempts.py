"""The attempts of a container: where each start begins, when it is up, how it ends."""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from reports.logs.clock import seconds_between, stamp
from reports.logs.loops import LoopWatch
from reports.logs.result import Attempt, Ending, Milestone

if TYPE_CHECKING:
    from reports.logs.lines import LogLine
    from reports.logs.result import SigtermLoop
    from reports.logs.rules import Rule

KEPT_FIRST, KEPT_LAST = 100, 100  # attempts of a log that are kept
_MOST_MILESTONES = 40
_MOST_TOPICS = 20
_NEXT_LIFE = timedelta(seconds=5)  # a line so long after an orderly end belongs to the next start


@dataclass(slots=True)
class _Life:
    """An attempt that is still being read."""

    number: int
    first_line: int
    began: datetime | None
    last: datetime | None = None
    ready_at: datetime | None = None
    ready: bool = False
    ended: datetime | None = None
    ending: Ending = "running"
    killed_at: datetime | None = None
    booted: set[str] = field(default_factory=set)
    milestones: list[Milestone] = field(default_factory=list)
    errors: int = 0
    warnings: int = 0
    critical: int = 0
    topics: list[str] = field(default_factory=list)


class AttemptTracker:
    """Follows the lines of one log; `current` is the number of the attempt it is in, 0 before any."""

    def __init__(self) -> None:
        self._life: _Life | None = None
        self._first: list[Attempt] = []
        self._last: deque[Attempt] = deque(maxlen=KEPT_LAST)
        self._loops = LoopWatch()
        self.current = 0

    def see(self, line: LogLine, rule: Rule | None) -> None:
        """Take a line and the rule that matched it."""
        life = self._life
        if life is None or self._begins(life, line, rule):
            life = self._begin(life, line)
        if line.at is not None:
            life.began = life.began or line.at
            life.last = line.at
        if rule is not None:
            _apply(life, line, rule)

    def problem(self, severity: str, topic: str, *, critical: bool) -> None:
        """Count a problem to the current attempt."""
        if self._life is None:
            return
        if severity == "error":
            self._life.errors += 1
        else:
            self._life.warnings += 1
        self._life.critical += critical
        if topic not in self._life.topics and len(self._life.topics) < _MOST_TOPICS:
            self._life.topics.append(topic)

    def finish(self) -> tuple[tuple[Attempt, ...], SigtermLoop | None]:
        """Close the last attempt; return those kept, and the SIGTERM loop if there is one."""
        if self._life is not None:
            self._close(self._life)
            self._life = None
        return (*self._first, *self._last), self._loops.result()

    def _begins(self, life: _Life, line: LogLine, rule: Rule | None) -> bool:
        over = life.ending != "running"
        mark = rule.mark if rule else None
        if rule is not None and mark == "boot":
            return over or life.ready or rule.id in life.booted
        if mark == "process":
            return over or line.text in life.booted
        return (
            life.ending == "clean"
            and mark is None
            and line.at is not None
            and life.ended is not None
            and line.at - life.ended > _NEXT_LIFE
        )

    def _begin(self, previous: _Life | None, line: LogLine) -> _Life:
        if previous is not None:
            if previous.ending == "running":
                previous.ending, previous.ended = "lost", previous.last
            self._close(previous)
        self.current += 1
        self._life = _Life(self.current, line.number, line.at)
        return self._life

    def _close(self, life: _Life) -> None:
        attempt = Attempt(
            number=life.number,
            first_line=life.first_line,
            began=stamp(life.began),
            ended=stamp(life.ended),
            ending=life.ending,
            start_seconds=seconds_between(life.began, life.ready_at),
            uptime_seconds=seconds_between(life.began, life.ended),
            became_ready=life.ready,
            milestones=tuple(life.milestones),
            errors=life.errors,
            warnings=life.warnings,
            critical=life.critical,
            topics=tuple(sorted(life.topics)),
        )
        self._loops.see(attempt, began=life.began, stopped=life.killed_at or life.ended)
        (self._first if len(self._first) < KEPT_FIRST else self._last).append(attempt)


def _apply(life: _Life, line: LogLine, rule: Rule) -> None:
    if rule.mark == "boot":
        life.booted.add(rule.id)
    elif rule.mark == "process":
        life.booted.add(line.text)
    elif rule.mark == "ready" and not life.ready:
        life.ready, life.ready_at = True, line.at
    elif rule.mark == "stopped":
        life.ending, life.ended = "clean", line.at or life.last
    elif rule.mark == "sigterm" and life.ending == "running":
        life.ending, life.ended = "terminated", line.at or life.last
        life.killed_at = life.ended
    elif rule.mark == "failed" and life.ending == "running":
        life.ending, life.ended = "crashed", line.at or life.last
    known = {milestone.id for milestone in life.milestones}
    if rule.label and rule.id not in known and len(known) < _MOST_MILESTONES:
        life.milestones.append(
            Milestone(
                id=rule.id,
                label=rule.label,
                line=line.number,
                at=stamp(line.at),
                seconds=seconds_between(life.began, line.at),
            )
        )
