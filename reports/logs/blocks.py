"""Lines that belong together: a traceback, Python's or Paddle's, is one entry and not fifty."""

from __future__ import annotations

import re
from collections import deque
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from datetime import datetime

    from reports.logs.lines import Level, LogLine
    from reports.logs.rules import Rule

_KEPT_HEAD, _KEPT_TAIL = 10, 40  # lines of a block that are kept; the middle is frames
_INDENTS = (" ", "\t", "|")
_LONGEST_LINE = 2_000  # characters kept of one line

_TRACEBACK = re.compile(r"^\s*(?:\+ )?(?:Exception Group )?Traceback \(most recent call last\):")
_CHAINED = re.compile(
    r"^\s*\|?\s*(?:During handling of the above exception, another exception occurred:"
    r"|The above exception was the direct cause of the following exception:)"
)
_EXCEPTION = re.compile(
    r"^(?:[A-Za-z_]\w*(?:\.\w+)+(?::|$)|[A-Za-z_][\w.]*(?:Error|Exception|Warning|Exit|Interrupt)\b"
    r"|[A-Z]\w+(?:: |$))"
)
_PADDLE_HEAD = re.compile(r"^C\+\+ Traceback \(most recent call last\):")
_PADDLE_FRAME = re.compile(
    r"^(?:\d+\s+\S|-{10,}$|No stack trace in paddle|Error Message Summary:|$)"
)
_PADDLE_DETAIL = re.compile(r"^\s*(?:\[(?:TimeInfo|SignalInfo|Hint|operator)\b|\(at |$)|^\s+\S")
_RULER = re.compile(r"^-{10,}$")

_State = Literal["plain", "frames", "after", "paddle_frames", "paddle_summary"]


class Entry:
    """One entry: where it begins, its level, its lines (the middle of a long one left out)."""

    __slots__ = (
        "_dropped",
        "_head",
        "_tail",
        "at",
        "exception",
        "level",
        "number",
        "rule",
        "ruled",
    )

    def __init__(self, line: LogLine) -> None:
        self.number = line.number
        self.at: datetime | None = line.at
        self.level: Level | None = line.level
        self.rule: Rule | None = None
        self.ruled = ""
        self.exception = ""
        self._head: list[str] = []
        self._tail: deque[str] = deque(maxlen=_KEPT_TAIL)
        self._dropped = 0

    def add(self, text: str, rule: Rule | None) -> None:
        """Take one more line; the gravest rule that any of them met stands for the entry."""
        text = text[:_LONGEST_LINE]
        if len(self._head) < _KEPT_HEAD:
            self._head.append(text)
        else:
            self._dropped += len(self._tail) == _KEPT_TAIL
            self._tail.append(text)
        if rule is not None and (self.rule is None or rule.gravity > self.rule.gravity):
            self.rule, self.ruled = rule, text

    @property
    def text(self) -> str:
        gap = [f"… {self._dropped} lines …"] if self._dropped else []
        return "\n".join([*self._head, *gap, *self._tail]).rstrip()

    @property
    def message(self) -> str:
        """The one line that says what happened."""
        return self.ruled or self.exception or self._head[0]


class EntryBuilder:
    """Joins lines into entries; holds one entry at a time, so memory does not grow."""

    def __init__(self) -> None:
        self._open: Entry | None = None
        self._state: _State = "plain"

    def feed(self, line: LogLine, parts: list[tuple[str, Rule | None]]) -> Entry | None:
        """Take a line, as the lines of text it holds (a JSON line may bring a traceback along)
        with the rule each met; return the entry that it completes, if it begins a new one.
        """
        (first, rule), *rest = parts
        done: Entry | None = None
        if self._open is None or not self._continues(first, line):
            done = self._open
            self._open = Entry(line)
            self._state = "plain"
            if _TRACEBACK.match(first):
                self._begin_traceback()
            elif _PADDLE_HEAD.match(first) or _RULER.match(first):
                self._state = "paddle_frames"
        self._open.add(first, rule)
        for text, its_rule in rest:
            self._continues(text, line)
            self._open.add(text, its_rule)
        return done

    def close(self) -> Entry | None:
        """Return the last entry: there are no more lines."""
        done, self._open = self._open, None
        return done

    def _begin_traceback(self) -> None:
        self._state = "frames"
        if self._open is not None:
            self._open.level = "error"

    def _continues(self, text: str, line: LogLine) -> bool:
        """Whether `text` belongs to the open entry; moves the state on when it does."""
        if self._state in ("paddle_frames", "paddle_summary"):
            return self._continues_paddle(text)
        if self._state in ("frames", "after"):
            return self._continues_traceback(text, line)
        if _TRACEBACK.match(text) and self._open is not None and self._open.level == "error":
            self._begin_traceback()
            return True
        return text[:1] in _INDENTS and line.level is None

    def _continues_traceback(self, text: str, line: LogLine) -> bool:
        """Python's: indented frames, one line that names the exception, perhaps a chained one."""
        if _CHAINED.match(text):
            self._state = "frames"
            return True
        indented = not text or text[0] in _INDENTS
        if self._state == "after":
            return indented and line.level in (None, "error")
        if self._open is not None and _EXCEPTION.match(text):
            self._open.exception = text[:_LONGEST_LINE]
            self._state = "after"
            return True
        return indented or _TRACEBACK.match(text) is not None

    def _continues_paddle(self, text: str) -> bool:
        """Paddle's report: rulers, frames, a summary heading, one message, its bracketed details."""
        if self._state == "paddle_frames":
            if _PADDLE_FRAME.match(text) or _PADDLE_HEAD.match(text):
                return True
            if _EXCEPTION.match(text) and self._open is not None:
                self._open.level = "error"
                self._open.exception = text[:_LONGEST_LINE]
                self._state = "paddle_summary"
                return True
            return False
        return bool(_PADDLE_DETAIL.match(text))
