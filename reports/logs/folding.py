"""A message folded to its shape, so that a thousand errors that differ in a number are one."""

from __future__ import annotations

import re

_FOLDS: tuple[tuple[re.Pattern[str], str], ...] = (
    (re.compile(r"\b[a-z][a-z0-9+.-]*://[^\s'\"<>)]+(?:<redacted>)?", re.IGNORECASE), "<url>"),
    (re.compile(r"\b[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}\b", re.IGNORECASE), "<uuid>"),
    (
        re.compile(r"\b\d{4}[-/]\d\d[-/]\d\d[T ]\d\d:\d\d:\d\d(?:[.,]\d+)?(?:Z|[+-]\d\d:?\d\d)?"),
        "<time>",
    ),
    (re.compile(r"\b0x[0-9a-f]+\b", re.IGNORECASE), "<hex>"),
    (re.compile(r"\b(?=[0-9a-f]*\d)(?=[0-9a-f]*[a-f])[0-9a-f]{8,}\b", re.IGNORECASE), "<hex>"),
    (re.compile(r"\b\d{1,3}(?:\.\d{1,3}){3}(?::\d+)?\b"), "<addr>"),
    (re.compile(r"(?<![\w<>/])(?:~|\.{1,2})?(?:/[\w.@+%-]+){2,}/?"), "<path>"),
    (re.compile(r"(?<![A-Za-z_<])\d+(?:[.,:]\d+)*"), "<n>"),
    (re.compile(r"\s+"), " "),
)
LONGEST_KEY = 300  # characters; what follows is detail


def fold(message: str) -> str:
    """Return `message` with urls, ids, times, addresses, paths and numbers replaced by their kind."""
    for pattern, kind in _FOLDS:
        message = pattern.sub(kind, message)
    return message.strip()[:LONGEST_KEY]
