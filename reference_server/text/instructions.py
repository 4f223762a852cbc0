"""Which of the few simple instructions a conversation ends in, and the answer to it.

Tried in this order: the translation that the Hybrid document prints; "count from A to B"; "repeat
this"; "what was the code"; a system message that prescribes an answer; "remember this"; and, for
anything else, prose that depends on every message.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from reference_server.text.prose import compose, is_russian
from reference_server.text.recall import clauses, codes, recall

if TYPE_CHECKING:
    from collections.abc import Sequence

    from reference_server.text.engine import Message

HAMLET = "to be, or not to be: that is the question."
HAMLET_IN_RUSSIAN = "Быть или не быть — вот в чём вопрос."

_I = re.IGNORECASE
_TRANSLATE = re.compile(r"\btranslat|\bперев(?:ед|од)", _I)
_COUNT = re.compile(
    r"(?:\bcount|\bnumbers\b|счита|перечисл|\bчисла\b).*?"
    r"\b(\d{1,4})\b(?:\s*[-–—…]+\s*|\s+(?:to|through|up to|until|до|по)\s+)(\d{1,4})\b(?![-\w])",
    _I | re.DOTALL,
)
_REPEAT = re.compile(
    r"\b(?:repeat|say|reply|respond|answer|echo|print|output|write|type|return|send|give|"
    r"повтор\w*|скажи\w*|ответ(?:ь|ьте|ить|ом|ай\w*)|отвеча\w*|выведи\w*|напиши\w*|напечатай\w*|верни\w*|пришли\w*)\b",
    _I,
)
_ASK = re.compile(
    r"\?|\b(?:what|which|who|where|when|whose|recall|remind|name|tell|give|repeat|say|reply|answer|"
    r"respond|write|print|output|return|state|"
    r"как(?:ой|ая|ое|ие|им|ую)|кто|где|когда|чему|назов\w*|напомн\w*|скаж\w*|повтор\w*|ответ\w*|"
    r"укаж\w*|выведи\w*|напиш\w*|верн\w*|сообщ\w*|вспомн\w*)\b",
    _I,
)
_REMEMBER = re.compile(r"\b(?:remember|memori[sz]e|note|keep in mind|запомн\w*|учти\w*)\b", _I)
_EARLIER = re.compile(
    r"\b(?:earlier|before|previous\w*|above|first|last|system|told|gave|mentioned|said|remember\w*|"
    r"раньше|ранее|выше|предыдущ\w*|перв\w*|последн\w*|системн\w*|сказал\w*|назвал\w*|запомн\w*)\b",
    _I,
)
_AFTER_COLON = re.compile(r":\s*(\S[^\n]*)")
_QUOTED = re.compile(r"[\"«“„`]([^\"«»“”„`\n]+)[\"»”`]|(?<!\w)'([^'\n]+)'(?!\w)")
_FILLER = re.compile(
    r"^(?:\s*(?:after me|back|to me|exactly|only|just|with|the|a|single|one|this|that|following|code|word|text|"
    r"phrase|string|sentence|and nothing else|verbatim|за мной|мне|ровно|только|точно|дословно|"
    r"следующ\w+|этот|эту|это|код|слово|словом|текст|фразу|строку|одним|и ничего больше)\b[\s,—-]*)+",
    _I,
)
_MAX_COUNT = 2000
_MAX_BARE_WORDS = 3


def answer(messages: Sequence[Message]) -> str:
    """The whole answer to a conversation that holds at least one message."""
    last = _last_request(messages)
    text = messages[last].text
    rest = [message for place, message in enumerate(messages) if place != last]
    for rule in (_translation, _counting, _repetition, _recollection, _prescribed, _remembered):
        found = rule(text, rest)
        if found:
            return found
    return compose(messages, text)


def _last_request(messages: Sequence[Message]) -> int:
    users = [place for place, message in enumerate(messages) if message.role == "user"]
    return users[-1] if users else len(messages) - 1


def _translation(text: str, rest: Sequence[Message]) -> str:
    wanted = any(_TRANSLATE.search(message.text) for message in rest) or _TRANSLATE.search(text)
    plain = " ".join(text.lower().split())
    return HAMLET_IN_RUSSIAN if wanted and plain.endswith(HAMLET) else ""


def _counting(text: str, _rest: Sequence[Message]) -> str:
    asked = _COUNT.search(text)
    if not asked:
        return ""
    first, last = int(asked[1]), int(asked[2])
    step = 1 if last >= first else -1
    numbers = range(first, last + step, step)[:_MAX_COUNT]
    return " ".join(map(str, numbers))


def _repetition(text: str, rest: Sequence[Message]) -> str:
    """Such as "Repeat ABC-123", "Say: hello", "Ответь только словом «да»"."""
    verb = _REPEAT.search(text)
    if not verb:
        return ""
    here = codes(text)
    if here:
        # "My code is A1. What is the code from before?" asks for another one.
        asked_for_older = "?" in text and _EARLIER.search(text) and recall(text, rest)
        return "" if asked_for_older else " ".join(here)
    after = text[verb.end() :]
    if recall(text, rest) and _ASK.search(text):
        return ""
    quoted = _QUOTED.search(after)
    if quoted:
        return quoted[1] or quoted[2]
    colon = _AFTER_COLON.search(after)
    if colon:
        return colon[1].strip()
    bare = _FILLER.sub("", after).strip(" .!\n")
    short = 0 < len(bare.split()) <= _MAX_BARE_WORDS and text.lstrip().startswith(verb[0])
    return bare if short and "?" not in text else ""


def _recollection(text: str, rest: Sequence[Message]) -> str:
    """Such as "What code did I give you first?", "Назови код из системного сообщения"."""
    if not _ASK.search(text):
        return ""
    return ", ".join(recall(text, rest))


def _prescribed(_text: str, rest: Sequence[Message]) -> str:
    """A system message that says what to answer, such as "Always reply with ABC-123"."""
    for message in rest:
        if message.role != "system":
            continue
        for clause in clauses(message.text):
            verb = _REPEAT.search(clause)
            if verb:
                wanted = clause[verb.end() :]
                prescribed = codes(wanted) or [one[1] or one[2] for one in _QUOTED.finditer(wanted)]
                if prescribed:
                    return " ".join(prescribed)
    return ""


def _remembered(text: str, _rest: Sequence[Message]) -> str:
    if not _REMEMBER.search(text) or "?" in text:
        return ""
    kept = " ".join(codes(text)) or "OK"
    return f"Запомнил: {kept}." if is_russian(text) else f"Noted: {kept}."
