"""The tokenizer rule of the built-in engine: lossless, documented, and without a vocabulary.

A text is cut from left to right. A token is the longest of:
- up to 12 letters, digits or underscores, with one space before them;
- one other visible character, with one space before it;
- up to 12 characters of white space.

A conversation is framed as in ChatML: four tokens around each message (its start, its role, a
line break, its end), and three that open the answer. An answer ends with one token of its own,
which counts as generated. By this rule the worked example of the Hybrid document has exactly the
counts that are printed there: 26 tokens in, 11 out.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING
from zlib import crc32

from reference_server.text.engine import Message, Token

if TYPE_CHECKING:
    from collections.abc import Sequence

_TOKEN = re.compile(r" ?\w{1,12}| ?[^\w\s]|\s{1,12}")
_START, _END, _BREAK = "<|im_start|>", "<|im_end|>", "\n"
_ANSWERING_ROLE = "assistant"

TOKENS_PER_MESSAGE = 4
TOKENS_OF_THE_ANSWER_OPENING = 3
TOKENS_OF_THE_ANSWER_END = 1


def split(text: str) -> list[str]:
    """The tokens of a text; joined, they are the text again."""
    return _TOKEN.findall(text)


def count(text: str) -> int:
    return len(_TOKEN.findall(text))


def count_conversation(messages: Sequence[Message]) -> int:
    """What `conversation` is long, without making it."""
    inside = sum(count(message.text) for message in messages)
    return inside + TOKENS_PER_MESSAGE * len(messages) + TOKENS_OF_THE_ANSWER_OPENING


def tokens(text: str) -> tuple[Token, ...]:
    return tuple(_token(part) for part in split(text))


def conversation(messages: Sequence[Message]) -> tuple[Token, ...]:
    """The tokens of a conversation up to where the answer begins."""
    found: list[Token] = []
    for message in messages:
        found += _opening(message.role)
        found += tokens(message.text)
        found.append(_token(_END, special=True))
    return (*found, *_opening(_ANSWERING_ROLE))


def _opening(role: str) -> list[Token]:
    return [_token(part, special=True) for part in (_START, role, _BREAK)]


def _token(text: str, *, special: bool = False) -> Token:
    # An id that any process would give the same token; ids of special tokens start above 2^32.
    return Token(crc32(text.encode()) + (special << 32), text, special)
