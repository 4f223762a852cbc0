"""Text that must come back: random codes that a model is told to repeat.

A code of another request in an answer is cross-talk, a missing one a wrong answer; neither needs
to know what else a model may say.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from load.call import violation

if TYPE_CHECKING:
    from load.call import Judgement
    from load.dice import Dice

_LETTERS, _DIGITS = "ACDEFHKLMNPRTVWXY", "34679"
_CODE = re.compile(rf"(?<!\w)[{_LETTERS}]{{6}}[{_DIGITS}]{{2}}(?!\w)")
SHORT, LONG = 1, 12
"""Codes per request: one for an answer in one piece, a dozen for one that is streamed."""


def new_codes(dice: Dice, count: int) -> tuple[str, ...]:
    """So many random codes, such as KHLMNP47."""
    return tuple(dice.code(6, _LETTERS) + dice.code(2, _DIGITS) for _ in range(count))


def prompt(codes: tuple[str, ...]) -> str:
    """The words that ask for the codes back."""
    return f"Repeat this and nothing else: {' '.join(codes)}"


def judge_codes(codes: tuple[str, ...], text: str, *, complete: bool) -> Judgement | None:
    """What is wrong with the text, or None; `complete` is false if a token limit cut it short."""
    if not text.strip():
        return violation("empty_answer", "the answer has no text")
    found = _CODE.findall(text)
    foreign = next((code for code in found if code not in codes), None)
    if foreign is not None:
        return violation("cross_talk", f"the code {foreign} belongs to another request")
    missing = next((code for code in codes if code not in found), None)
    if complete and missing is not None:
        return violation("code_missing", f"asked for {missing}, got {text[:80]!r}")
    return None
