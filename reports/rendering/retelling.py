"""What results say in English, in the reader's language: sentences found again, values kept."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

from reports.sentences import NESTED, SENTENCES
from schemas import contract_names, load_contract

if TYPE_CHECKING:
    from reports.rendering.words import Words

_JOINTS = ("; ", ": ")


def retold(words: Words, text: str) -> str:
    """The text in the reader's language, as far as it is made of known sentences.

    Parts that stand behind each other with `; ` or `: ` are retold each; what nobody has
    translated stays as it is.
    """
    if words.language == "en":
        return text
    known = _known(words, text)
    if known is not None:
        return known
    for sentence in SENTENCES:
        values = sentence.values_of(text)
        if values is not None:
            filled = {
                name: retold(words, value) if name in NESTED else value
                for name, value in values.items()
            }
            return words.say(sentence.template) % filled
    return _part_by_part(words, text)


def _known(words: Words, text: str) -> str | None:
    said = words.say(text)
    return said if said != text else _requirements().get(text)


def _part_by_part(words: Words, text: str) -> str:
    for joint in _JOINTS:
        at = text.find(joint)
        while at >= 0:
            before, after = text[:at], text[at + len(joint) :]
            told = retold(words, before), retold(words, after)
            if told != (before, after):
                return joint.join(told)
            at = text.find(joint, at + 1)
    return text


@cache
def _requirements() -> dict[str, str]:
    """The Russian text of every requirement, by its English one."""
    return {
        row.text: row.text_ru
        for name in contract_names()
        for row in load_contract(name).requirements
        if row.text_ru
    }
