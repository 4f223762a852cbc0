"""How far a recognised text is from the text that was drawn."""

from __future__ import annotations

import re

_SPACE = re.compile(r"\s+")


def character_error_rate(lines: tuple[str, ...], got: str) -> float:
    """Edits needed to find every expected line in the text, per expected character.

    Each line is sought where it fits best, so that the order in which a reader walks the page
    does not count; white space does not count either. 0.0 is perfect, 1.0 is nothing right.
    """
    from rapidfuzz import fuzz

    text = squeeze(got)
    errors = expected = 0.0
    for line in (squeeze(line) for line in lines):
        expected += len(line)
        best = fuzz.partial_ratio(line, text) if len(text) >= len(line) else fuzz.ratio(line, text)
        errors += (1.0 - best / 100.0) * len(line)
    return min(1.0, errors / expected) if expected else 0.0


def contains(marker: str, got: str, *, least: float = 0.85) -> bool:
    """Whether the text holds this marker, one misread character of eight allowed."""
    from rapidfuzz import fuzz

    text = squeeze(got)
    return len(text) >= len(marker) - 1 and fuzz.partial_ratio(marker, text) >= least * 100


def squeeze(text: str) -> str:
    """The text without white space."""
    return _SPACE.sub("", text)
