"""One raw log line taken apart: when, how serious, and the text that is left."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

import msgspec

if TYPE_CHECKING:
    from datetime import datetime

    from reports.logs.clock import LogClock

Level = Literal["info", "warning", "error"]

_LEVELS: dict[str, Level] = {
    **dict.fromkeys(("trace", "debug", "info", "notice", "information", "i"), "info"),
    **dict.fromkeys(("warn", "warning", "w"), "warning"),
    **dict.fromkeys(("err", "error", "critical", "crit", "fatal", "alert", "e", "f"), "error"),
}
_LEVEL_WORD = r"(?:TRACE|DEBUG|INFO|NOTICE|WARN(?:ING)?|ERR(?:OR)?|CRIT(?:ICAL)?|FATAL)"

_ANSI = re.compile(r"\x1b\[[0-9;?]*[ -/]*[@-~]")
_SYMBOLS = re.compile("^(?:[\u2190-\u2bff\U0001f000-\U0001faff\ufe0f\u200d\u20e3]+\\s*)+")
_SYMBOL_LEVELS: tuple[tuple[str, Level], ...] = (
    *((symbol, "error") for symbol in "\u274c\u26d4\U0001f6d1\U0001f4a5\U0001f525"),
    ("\u26a0", "warning"),
)

_FULL = re.compile(
    r"^\[?(\d{4})[-/](\d\d)[-/](\d\d)[T ](\d\d):(\d\d):(\d\d)(?:[.,](\d{1,9}))?"
    r"\s?(Z|[+-]\d\d:?\d\d)?(?:\]|(?=\s|$)) ?"
)
_YEARLESS = re.compile(r"^\[?(\d\d)-(\d\d) (\d\d):(\d\d):(\d\d)(?:[.,](\d{1,9}))?\]? ?")
_TIME_OF_DAY = re.compile(r"^\[?(\d\d):(\d\d):(\d\d)(?:[.,](\d{1,9}))?(?:\]|(?=\s|$)) ?")
_EPOCH = re.compile(r"^\[?(1\d{9})(?:\.(\d{1,9}))?(?:\]|(?=\s|$)) ?")
_GLOG = re.compile(r"^([IWEF])(\d\d)(\d\d) (\d\d):(\d\d):(\d\d)\.(\d{1,9})\s+\d+ [\w./-]+:\d+\] ?")
_LEVEL = re.compile(
    rf"^(?:({_LEVEL_WORD})(?=[:\s|]|$):?[ \t]*"  # uvicorn pads the level
    rf"|(?:\[ ?((?i:{_LEVEL_WORD})) ?\]:?|- [\w.\-]+ - ({_LEVEL_WORD}) -|\|\s*({_LEVEL_WORD})\s*\|"
    rf"|- ({_LEVEL_WORD}) -|(?:ppocr|paddlex?|root) ({_LEVEL_WORD}):) ?)"
)
# Words that are part of the message: they say how serious it is, and stay where they are.
_WORDED: tuple[tuple[re.Pattern[str], Level], ...] = (
    (re.compile(r"^(?:[\w.]*Warning: |warning\b[:\s])", re.IGNORECASE), "warning"),
    (
        re.compile(
            r"^(?:[A-Za-z_][\w.]*(?:Error|Exception): |(?:error|fatal)\b[:\s])", re.IGNORECASE
        ),
        "error",
    ),
)
_LOGFMT = re.compile(r"\blevel=\"?([A-Za-z]+)")
_ABORTED_AT = re.compile(r"\*\*\* Aborted at (1\d{9}) \(unix time\)")
# What names the sender rather than the event: a pod, a compose service, a worker process, a file.
_SENDERS = re.compile(
    r"^(?:\[pod/[^\]]+\] ?|[a-z0-9][\w.-]*[-_]\d+\s+\| ?|\([^()]{0,80}\bpid=\d+[^()]{0,80}\) ?"
    r"|\[[\w./-]+\.(?:py|cc|cu|cpp|h|go|rs):\d+\] ?|(?:stdout|stderr) [FP] ?|- (?=\S))"
)
_MOST_PREFIXES = 8  # a stamp, a sender, a level, a second stamp, …: more is not a prefix

_JSON_TIME = ("time", "timestamp", "@timestamp", "ts", "asctime", "datetime", "date")
_JSON_LEVEL = ("level", "severity", "levelname", "lvl", "log.level")
_JSON_TEXT = ("message", "msg", "log", "event", "text", "MESSAGE")
_JSON_TRACE = ("exc_info", "exception", "traceback", "stack", "stack_trace", "error.stack_trace")


@dataclass(frozen=True, slots=True)
class LogLine:
    """One line: its 1-based number, its time if it has one, its own level, the text left over."""

    number: int
    at: datetime | None
    level: Level | None
    text: str


def parse_line(number: int, raw: str, clock: LogClock) -> LogLine:
    """Take `raw` (without its line end) apart; whatever is not understood stays in the text."""
    text = _ANSI.sub("", raw) if "\x1b" in raw else raw
    if "\r" in text:  # a progress bar redraws its line: only the last state was ever seen
        text = text.rstrip("\r").rsplit("\r", 1)[-1]
    return _parse(number, text.rstrip(), clock, at=None, depth=0)


def _parse(number: int, text: str, clock: LogClock, *, at: datetime | None, depth: int) -> LogLine:
    level: Level | None = None
    for _ in range(_MOST_PREFIXES):
        found, rest, stamp = _strip_prefix(text, clock, stamped=at is not None)
        if rest is None:
            break
        text, level, at = rest, found or level, at or stamp
    if text.startswith("{") and text.endswith("}") and depth < 2:  # noqa: PLR2004 - docker wraps once
        inner = _parse_json(number, text, clock, at=at, depth=depth)
        if inner is not None:
            return inner
    symbols = _SYMBOLS.match(text)
    if symbols:
        hints = [word for symbol, word in _SYMBOL_LEVELS if symbol in symbols[0]]
        inner = _parse(number, text[symbols.end() :], clock, at=at, depth=depth + 1)
        return LogLine(
            number, inner.at, level or inner.level or next(iter(hints), None), inner.text
        )
    if level is None and "level=" in text and (logfmt := _LOGFMT.search(text)):
        level = _LEVELS.get(logfmt[1].lower())
    if level is None:
        level = next((word for pattern, word in _WORDED if pattern.match(text)), None)
    if at is None and "Aborted at" in text and (aborted := _ABORTED_AT.search(text)):
        at = clock.epoch(float(aborted[1]))
    return LogLine(number, at, level, text)


def _strip_prefix(
    text: str, clock: LogClock, *, stamped: bool
) -> tuple[Level | None, str | None, datetime | None]:
    """Take one prefix off: (level it names, rest of the text, time it gives).

    The rest is None when there is no prefix left. The outermost stamp counts: it is the
    platform's; one behind it is the program's own and only taken away.
    """
    first = text[:1]
    if first.isdigit() or first == "[":
        for pattern, read in (
            (_FULL, clock.full),
            (_YEARLESS, clock.yearless),
            (_TIME_OF_DAY, clock.time_of_day),
            (_EPOCH, clock.epoch_parts),
        ):
            match = pattern.match(text)
            if match:
                return None, text[match.end() :], None if stamped else read(*match.groups())
    if first in "IWEF" and (glog := _GLOG.match(text)):
        at = None if stamped else clock.yearless(*glog.groups()[1:])
        return _LEVELS[glog[1].lower()], text[glog.end() :], at
    level = _LEVEL.match(text)
    if level:
        word = next(group for group in level.groups() if group)
        return _LEVELS[word.lower()], text[level.end() :], None
    sender = _SENDERS.match(text)
    return None, text[sender.end() :] if sender else None, None


def _parse_json(
    number: int, text: str, clock: LogClock, *, at: datetime | None, depth: int
) -> LogLine | None:
    """Read a JSON line, or return None when it is not one that carries a message."""
    try:
        fields = msgspec.json.decode(text)
    except (msgspec.DecodeError, UnicodeEncodeError):
        return None
    if not isinstance(fields, dict):
        return None
    message = _first(fields, _JSON_TEXT)
    if not isinstance(message, str):
        return None
    stamp = _first(fields, _JSON_TIME)
    at = at or clock.any(stamp)
    inner = _parse(number, message.rstrip(), clock, at=at, depth=depth + 1)
    word = _first(fields, _JSON_LEVEL)
    level = _LEVELS.get(word.lower()) if isinstance(word, str) else None
    trace = _first(fields, _JSON_TRACE)
    body = f"{inner.text}\n{trace}" if isinstance(trace, str) else inner.text
    return LogLine(number, at or inner.at, level or inner.level, body)


def _first(fields: dict[str, Any], names: tuple[str, ...]) -> Any:
    return next((fields[name] for name in names if fields.get(name) is not None), None)
