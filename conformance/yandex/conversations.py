"""Conversations whose right answer is known: codes drawn at random, asked for plainly.

The phrasing is what models with little obedience still follow, and answers are searched for the
code, not compared with it.
"""

from __future__ import annotations

import random
import re
from typing import TYPE_CHECKING

from conformance.yandex.methods import user

if TYPE_CHECKING:
    from conformance.yandex.methods import Json

_LETTERS = "BCDFGHJKLMNPQRTVWXZ"
_NOT_IN_CODES = re.compile(r"[\W_]+")
SENTENCE = "Съешь ещё этих мягких французских булок"
"""Letters of two alphabets' worth of bytes; a word with ё shows whether it survived."""
COUNT_TO = 60
"""Long enough that generating takes a measurable time, short enough to be cheap."""


def draw_codes(seed: int | str, count: int) -> list[str]:
    """Codes that no model can guess, all different, the same for the same seed."""
    draw = random.Random(f"codes {seed}")
    found: dict[str, None] = {}
    while len(found) < count:
        found["".join(draw.sample(_LETTERS, 3)) + f"-{draw.randrange(1000, 10000)}"] = None
    return list(found)


def holds_code(text: str, code: str) -> bool:
    """Whether the text holds the code, whatever stands between its letters and digits."""
    return _NOT_IN_CODES.sub("", code.upper()) in _NOT_IN_CODES.sub("", text.upper())


def repeat(code: str) -> list[Json]:
    """A conversation whose answer is the code."""
    return [user(f"Repeat this code exactly and write nothing else: {code}")]


def counting(last: int = COUNT_TO) -> list[Json]:
    """A conversation with a long answer that ends by itself."""
    return [user(f"Count from 1 to {last}. Write only the numbers, separated by single spaces.")]


def sentence() -> list[Json]:
    """A conversation whose answer is a sentence beyond ASCII."""
    return [user(f"Повтори дословно и не пиши ничего больше: «{SENTENCE}»")]


def open_question() -> list[Json]:
    """A conversation that a model may answer as it likes."""
    return [user("Describe a lighthouse in one short sentence.")]


_QUESTION = "What is the code of the {place} box? Answer with that code only."
_NOTED = "Noted."


def told_by_system(code: str) -> list[Json]:
    """A conversation whose system message holds the code."""
    rule = f"You keep codes for the user. The code of the green box is {code}."
    return [{"role": "system", "text": rule}, user(_QUESTION.format(place="green"))]


def told_in_turn(codes: list[str], which: int) -> list[Json]:
    """Three turns, each with the code of a box of its own; the question is about one of them."""
    places = ("red", "blue", "white")
    messages: list[Json] = [{"role": "system", "text": "You keep codes for the user."}]
    for place, code in zip(places, codes, strict=True):
        messages += [user(f"The code of the {place} box is {code}."), _said(_NOTED)]
    return [*messages, user(_QUESTION.format(place=places[which]))]


def told_at_last(code: str) -> list[Json]:
    """A conversation whose last turn holds the code beside the question."""
    earlier = [user("Hello. I will give you a code."), _said("Please do.")]
    return [*earlier, user(f"The code is {code}. Repeat the code {code} and write nothing else.")]


def said_by_assistant(code: str) -> list[Json]:
    """A conversation in which the assistant itself gave the code."""
    asked = user("Make up a code for the yellow box.")
    return [
        asked,
        _said(f"The code of the yellow box is {code}."),
        user(_QUESTION.format(place="yellow")),
    ]


def _said(text: str) -> Json:
    return {"role": "assistant", "text": text}
