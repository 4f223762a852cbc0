"""One container log, read line by line in constant memory into a `LogReading`."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import chain, islice
from typing import TYPE_CHECKING

from reports.logs.attempts import AttemptTracker
from reports.logs.blocks import EntryBuilder
from reports.logs.clock import LogClock, first_date, stamp
from reports.logs.folding import fold
from reports.logs.lines import parse_line
from reports.logs.redaction import redact
from reports.logs.result import ErrorGroup, LogReading, Severity

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from datetime import datetime
    from typing import IO

    from reports.logs.blocks import Entry
    from reports.logs.rules import Rule, RuleBook

MOST_GROUPS = 500
_MOST_ATTEMPTS_NAMED = 20
_LONGEST_LINE = 64 * 1024  # bytes; what follows is dropped
_LONGEST_RULED = 4_000  # characters of a line that the rules look at: patterns may be quadratic
_LONGEST_EXAMPLE = 4_000  # characters
_PEEKED = 500  # lines in which a date is looked for, when the first stamps have none


@dataclass(slots=True)
class _Group:
    """An error group that is still growing."""

    message: str
    example: str
    severity: Severity
    rule: Rule | None
    first_line: int
    first_at: datetime | None
    attempts: list[int]
    count: int = 0
    last_line: int = 0
    last_at: datetime | None = None


class _Groups:
    """Problems by rule and folded message; beyond the limit new kinds are only counted."""

    def __init__(self) -> None:
        self._groups: dict[tuple[str, str], _Group] = {}
        self.errors = 0
        self.warnings = 0
        self.ungrouped = 0

    def add(self, entry: Entry, severity: Severity, attempt: int) -> None:
        if severity == "error":
            self.errors += 1
        else:
            self.warnings += 1
        message = fold(redact(entry.message))
        key = (entry.rule.id if entry.rule else severity, message)
        group = self._groups.get(key)
        if group is None:
            if len(self._groups) >= MOST_GROUPS:
                self.ungrouped += 1
                return
            example = redact(entry.text)[:_LONGEST_EXAMPLE]
            group = _Group(message, example, severity, entry.rule, entry.number, entry.at, [])
            self._groups[key] = group
        group.count += 1
        group.last_line, group.last_at = entry.number, entry.at
        if attempt not in group.attempts[-1:] and len(group.attempts) < _MOST_ATTEMPTS_NAMED:
            group.attempts.append(attempt)

    def result(self) -> tuple[ErrorGroup, ...]:
        """Return the groups, the gravest first, then the most frequent."""
        groups = [_error_group(group) for group in self._groups.values()]
        groups.sort(key=lambda g: (not g.critical, g.severity, -g.count, g.first_line))
        return tuple(groups)


def read_log(stream: IO[bytes], name: str, rules: RuleBook) -> LogReading:
    """Read a log from a binary stream of UTF-8 text (other bytes are replaced).

    `name` is how the reading calls itself. Raises `OSError` when the stream fails.
    """
    lines = _lines(stream)
    peeked = list(islice(lines, _PEEKED))
    clock = LogClock(first_date(peeked))
    tracker, builder, groups = AttemptTracker(), EntryBuilder(), _Groups()
    number = recognised = 0
    began: datetime | None = None
    ended: datetime | None = None

    def settle(entry: Entry | None) -> None:
        severity = None if entry is None else _severity(entry)
        if entry is not None and severity is not None:
            groups.add(entry, severity, tracker.current)
            rule = entry.rule
            topic = rule.topic if rule else "service"
            tracker.problem(severity, topic, critical=rule is not None and rule.critical)

    for number, raw in enumerate(chain(peeked, lines), start=1):
        line = parse_line(number, raw, clock)
        if not line.text:
            continue
        parts = [(text, _rule_of(text, rules)) for text in line.text.split("\n")]
        recognised += line.level == "error" or any(rule for _, rule in parts)
        began, ended = began or line.at, line.at or ended
        settle(builder.feed(line, parts))
        for _, rule in parts:
            tracker.see(line, rule)
    settle(builder.close())

    attempts, loop = tracker.finish()
    found = groups.result()
    return LogReading(
        name=name,
        lines=number,
        recognised=recognised,
        clock=clock.kind,
        began=stamp(began),
        ended=stamp(ended),
        attempts_total=tracker.current,
        attempts=attempts,
        sigterm_loop=loop,
        groups=found,
        errors=groups.errors,
        warnings=groups.warnings,
        ungrouped=groups.ungrouped,
        vllm_problems=any(group.topic == "vllm" for group in found),
    )


def _rule_of(text: str, rules: RuleBook) -> Rule | None:
    """The rule for a line of text; an indented one is a traceback's quotation, not an event."""
    return None if text[:1] in (" ", "\t") else rules.match(text[:_LONGEST_RULED])


def _severity(entry: Entry) -> Severity | None:
    """What kind of problem an entry is; a rule's word counts for more than the line's own level."""
    level = entry.rule.level if entry.rule and entry.rule.level else entry.level
    return level if level in ("error", "warning") else None


def _error_group(group: _Group) -> ErrorGroup:
    rule = group.rule
    return ErrorGroup(
        message=group.message,
        example=group.example,
        severity=group.severity,
        critical=rule is not None and rule.critical,
        topic=rule.topic if rule else "service",
        rule=rule.id if rule else None,
        count=group.count,
        first_line=group.first_line,
        last_line=group.last_line,
        first_at=stamp(group.first_at),
        last_at=stamp(group.last_at),
        attempts=tuple(group.attempts),
        means=rule.means if rule else "",
        means_ru=rule.means_ru if rule else "",
        remedy=rule.remedy if rule else "",
        remedy_ru=rule.remedy_ru if rule else "",
    )


def _lines(stream: IO[bytes]) -> Iterator[str]:
    """Yield lines without their ends; an overlong one is cut, and its rest never held in memory."""
    for raw in _bounded(stream):
        yield raw.decode("utf-8", errors="replace").lstrip("\ufeff").rstrip("\n").replace("\0", "")


def _bounded(stream: IO[bytes]) -> Iterable[bytes]:
    while raw := stream.readline(_LONGEST_LINE):
        rest = raw
        while len(rest) == _LONGEST_LINE and not rest.endswith(b"\n"):
            rest = stream.readline(_LONGEST_LINE)
        yield raw
