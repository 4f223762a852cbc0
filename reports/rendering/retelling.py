"""What results say in English, in the reader's language: sentences found again, values kept."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

from reports.sentences import NESTED, SENTENCES
from schemas import contract_names, load_contract

if TYPE_CHECKING:
    from reports.rendering.words import Words

_MOST_PIECES = 4
"""Pieces between colons that one sentence may have, if it does not go on to the end."""


def retold(words: Words, text: str) -> str:
    """The text in the reader's language, as far as it is made of known sentences.

    Sentences that stand behind each other with `; ` or `: ` are retold each; what nobody has
    translated stays as it is.
    """
    if words.language == "en":
        return text
    whole = _as_one(words, text)
    if whole is not None:
        return whole
    return "; ".join(_between_colons(words, part) for part in text.split("; "))


def _as_one(words: Words, text: str) -> str | None:
    """The text as a known text or one known sentence."""
    said = words.say(text)
    if said != text:
        return said
    if text in _requirements():
        return _requirements()[text]
    for sentence in SENTENCES:
        values = sentence.values_of(text)
        if values is not None:
            filled = {
                name: retold(words, value) if name in NESTED else value
                for name, value in values.items()
            }
            return words.say(sentence.template) % filled
    return None


def _between_colons(words: Words, text: str) -> str:
    pieces, told, at = text.split(": "), list[str](), 0
    while at < len(pieces):
        ends = dict.fromkeys((len(pieces), *range(at + _MOST_PIECES, at, -1)))
        for end in ends:
            said = _as_one(words, ": ".join(pieces[at:end]))
            if said is not None:
                break
        else:
            said, end = pieces[at], at + 1
        told.append(said)
        at = end
    return ": ".join(told)


@cache
def _requirements() -> dict[str, str]:
    """The Russian text of every requirement, by its English one."""
    return {
        row.text: row.text_ru
        for name in contract_names()
        for row in load_contract(name).requirements
        if row.text_ru
    }
