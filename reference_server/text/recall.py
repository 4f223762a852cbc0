"""Finding again what a conversation was told: codes, names, numbers, any "X is Y".

Nothing here understands language. A fact is a value with the words that stand around it; a
question finds the fact that shares most word stems with it, and may point at a message ("in the
system message", "the second code"). English and Russian.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from itertools import islice, pairwise
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from reference_server.text.engine import Message

_QUOTES = "\"'«»“”„`*"
# A code: a word that no language has, for a digit or an inner capital or hyphenated capitals.
CODE = re.compile(
    r"(?<![\w-])(?=[\w-]{3,})(?:"
    r"(?=[\w-]*\d)[^\W_][\w-]*[^\W_]"  # a digit anywhere
    r"|[A-ZА-ЯЁ]{2,}(?:[-_][A-ZА-ЯЁ]{2,})+"  # ALPHA-BRAVO
    r"|(?=[A-Za-z]*[a-z][A-Z])(?=[A-Za-z]*[A-Z][a-z]?[A-Z])[A-Za-z]{6,}"  # xKqRtZ
    r")(?![\w-])"
)
_COPULA = re.compile(
    r"(?:\s(?:is|was|are|equals|reads|will be|это|является|равен|равна|равно|будет)\b\s{0,3}[:—–-]?"
    r"|\s?[:=]|\s[—–-]\s(?:это\b)?)\s{0,3}",
    re.IGNORECASE,
)
_VALUE_END = re.compile(r"[.,;!?\n]|\s(?:and|but|и|а|но)\s")
_CLAUSE = re.compile(r"(?:[^.;!?\n]|\.(?=\w))+")
_WORD = re.compile(r"[^\W_]+")
_STEM_LENGTH = 4
_EMPTY_STEMS = frozenset(
    re.findall(
        r"\w+",
        "a an the of to in on at is are was it its this that my your our me you i we he she they do "
        "does did what whic who wher when how tell told give gave say said repl answ plea just only "
        "noth else with and or not for from have has had mess here ther "
        "что како кака како каку каки кото кто где когд мне мой моя мое моё меня тебе тебя ты вы я "
        "он она это этот эта и или не на в во с со по из от до для был была было быть скаж отве "
        "тольк ниче боль назо напо сооб был пожа толь",
    )
)
_MAX_VALUE_WORDS = 4
_MAX_VALUE_LENGTH = 120
_MAX_STATEMENTS = 8

_SHAPE_SCORE = 2
_POINTED_AT_SCORE = 8


@dataclass(frozen=True, slots=True)
class Fact:
    """A value, the message that it stood in, and the stems of the words around it."""

    value: str
    message: int
    stems: frozenset[str]
    is_code: bool


def stems(text: str) -> frozenset[str]:
    """First letters of the words that carry meaning, so that inflections fall together."""
    found = {word[:_STEM_LENGTH] for word in _WORD.findall(text.lower().replace("ё", "е"))}
    return frozenset(found - _EMPTY_STEMS)


def codes(text: str) -> list[str]:
    """The codes of a text in order, each once."""
    return list(dict.fromkeys(CODE.findall(text)))


def clauses(text: str) -> list[str]:
    """The text cut where a sentence or a part of it ends; a point inside a word ends nothing."""
    return _CLAUSE.findall(text)


def facts(messages: Sequence[Message]) -> list[Fact]:
    """Everything that the messages state, in order."""
    return [
        fact
        for place, message in enumerate(messages)
        for clause in clauses(message.text)
        for fact in _facts_of(clause, place)
    ]


def recall(question: str, messages: Sequence[Message]) -> list[str]:
    """The values that `question` asks for out of `messages`, best matches only, in order."""
    known = facts(messages)
    asked = stems(question)
    pointed = _pointed_at(question, messages)
    scored = [(fact, _score(fact, asked, pointed)) for fact in known]
    best = max((score for _, score in scored), default=0)
    if best <= 0:
        return []
    return list(dict.fromkeys(fact.value for fact, score in scored if score == best))


def _score(fact: Fact, asked: frozenset[str], pointed: frozenset[int]) -> int:
    shared = len(fact.stems & asked)
    if not shared and not (fact.is_code and fact.message in pointed):
        # A code is worth giving for any question that speaks of codes; a plain fact is not.
        return _SHAPE_SCORE if fact.is_code and asked & _CODE_STEMS else 0
    shape = _SHAPE_SCORE if fact.is_code else 0
    return 2 * shared + shape + (_POINTED_AT_SCORE if fact.message in pointed else 0)


_CODE_STEMS = stems(
    "code codes codeword word password passphrase number key token secret identifier phrase "
    "код коды кодовое слово пароль число номер ключ токен секрет идентификатор фраза"
)


def _facts_of(clause: str, place: int) -> Iterable[Fact]:
    shaped = [
        Fact(code, place, stems(clause.replace(code, " ")), is_code=True) for code in codes(clause)
    ]
    if shaped and len(shaped) > 1:
        shaped = _nearest_words(clause, place, [fact.value for fact in shaped])
    yield from shaped
    if not shaped:
        yield from _statements(clause, place)


def _statements(clause: str, place: int) -> Iterable[Fact]:
    """Each "X is Y" of a clause; the X of a later one begins after the "is" of the one before."""
    begin = 0
    for copula in islice(_COPULA.finditer(clause), _MAX_STATEMENTS):
        value = _value(clause[copula.end() : copula.end() + _MAX_VALUE_LENGTH])
        if value:
            yield Fact(value, place, stems(clause[begin : copula.start()]), is_code=False)
        begin = copula.end()


def _nearest_words(clause: str, place: int, values: list[str]) -> list[Fact]:
    """Of several codes in one clause, each belongs to the words between it and the one before."""
    starts = [clause.index(value) for value in values]
    borders = [0, *(start + len(value) for start, value in zip(starts, values, strict=True))]
    return [
        Fact(value, place, stems(clause[begin : end - len(value)]), is_code=True)
        for value, (begin, end) in zip(values, pairwise(borders), strict=True)
    ]


def _value(text: str) -> str:
    """The value at the start of what follows "is": a quoted phrase, or a few words."""
    text = text.strip()
    quoted = re.match(rf"[{_QUOTES}]+([^{_QUOTES}]+)[{_QUOTES}]", text)
    if quoted:
        return quoted[1].strip()
    words = _VALUE_END.split(text)[0].split()
    return " ".join(words[:_MAX_VALUE_WORDS]).strip(_QUOTES + " ")


_ORDINALS = (
    (0, re.compile(r"\bfirst\b|\bперв", re.IGNORECASE)),
    (1, re.compile(r"\bsecond\b|\bвтор(?:о|ы)", re.IGNORECASE)),
    (2, re.compile(r"\bthird\b|\bтреть", re.IGNORECASE)),
    (-1, re.compile(r"\b(?:last|latest|final)\b|\bпоследн", re.IGNORECASE)),
)
_SYSTEM = re.compile(r"\bsystem\b|\bсистемн", re.IGNORECASE)
_MIDDLE = re.compile(r"\bmiddle\b|\bсередин", re.IGNORECASE)
_ASSISTANT = re.compile(
    r"\byou (?:say|said|answered|replied)\b|\bты (?:сказал|ответил)", re.IGNORECASE
)


def _pointed_at(question: str, messages: Sequence[Message]) -> frozenset[int]:
    """The messages that the question names by role or by place."""
    turns = [place for place, message in enumerate(messages) if message.role == "user"]
    if _SYSTEM.search(question):
        return frozenset(p for p, message in enumerate(messages) if message.role == "system")
    if _ASSISTANT.search(question):
        return frozenset(p for p, message in enumerate(messages) if message.role == "assistant")
    if _MIDDLE.search(question):
        return frozenset(turns[1:-1] or turns[1:] or turns)
    for position, pattern in _ORDINALS:
        if pattern.search(question) and -len(turns) <= position < len(turns):
            return frozenset({turns[position]})
    return frozenset()
