"""Prose for requests that the built-in engine has no rule for: fluent, empty and repeatable.

The words are drawn by a generator seeded from every message, so that any change anywhere in the
conversation changes the answer, and nothing else does.
"""

from __future__ import annotations

import random
import re
from hashlib import blake2b
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

    from reference_server.text.engine import Message

_WANTS_MUCH = re.compile(
    r"\b(?:long|detailed|story|essay|article|poem|everything|at length|tale|"
    r"длинн\w*|подробн\w*|рассказ\w*|эссе|стать[юя]|стих\w*|сказк\w*|поэм\w*|сочинени\w*)\b",
    re.IGNORECASE,
)
_CYRILLIC = re.compile(r"[а-яё]", re.IGNORECASE)
_LATIN = re.compile(r"[a-z]", re.IGNORECASE)
SENTENCES, MANY_SENTENCES = 6, 24

_ENGLISH = (
    ("The old lighthouse", "A quiet river", "The morning train", "Every careful reader",
     "The northern wind", "A patient gardener", "The city library", "One small lantern"),
    ("keeps", "remembers", "follows", "carries", "measures", "describes", "welcomes", "gathers"),
    ("the first light", "a line of stones", "the names of ships", "an open question",
     "the slow tide", "a handful of seeds", "the sound of bells", "a map of the coast"),
    ("before the harbour wakes", "while the rain goes on", "when nobody asks for it",
     "as it has for many years", "until the lamps are lit", "beyond the last houses"),
)  # fmt: skip
_RUSSIAN = (
    ("Старый маяк", "Тихий ручей", "Утренний поезд", "Внимательный читатель",
     "Северный ветер", "Терпеливый садовник", "Городской архив", "Маленький фонарь"),
    ("хранит", "помнит", "находит", "уносит", "измеряет", "описывает", "встречает", "собирает"),
    ("первый свет", "ряд камней", "имена кораблей", "открытый вопрос",
     "медленный прилив", "горсть семян", "звон колоколов", "карту побережья"),
    ("пока гавань спит", "когда идёт дождь", "если никто не просит",
     "как и много лет назад", "до самых огней", "за последними домами"),
)  # fmt: skip


def is_russian(text: str) -> bool:
    return len(_CYRILLIC.findall(text)) > len(_LATIN.findall(text))


def compose(messages: Sequence[Message], request: str) -> str:
    """About 70 tokens, or about 300 where the request wants much, in the request's language."""
    digest = blake2b(digest_size=8)
    for message in messages:
        for part in (message.role, message.text):
            encoded = part.encode()
            digest.update(len(encoded).to_bytes(8, "big") + encoded)
    draw = random.Random(digest.digest())
    parts = _RUSSIAN if is_russian(request) else _ENGLISH
    sentences = MANY_SENTENCES if _WANTS_MUCH.search(request) else SENTENCES
    return " ".join(f"{' '.join(map(draw.choice, parts))}." for _ in range(sentences))
