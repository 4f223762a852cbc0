"""The built-in engine: deterministic, no download, no model. See docs/text-engines.md."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from reference_server.text import tokens
from reference_server.text.classification import classify
from reference_server.text.embedding import embed
from reference_server.text.engine import (
    Classification,
    ClassificationTask,
    Embedding,
    End,
    Piece,
    Token,
)
from reference_server.text.errors import TooLong
from reference_server.text.instructions import answer

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator, Sequence

    from reference_server.settings import Settings
    from reference_server.text.engine import Message, Options, TextEngine

# The version that the worked example of the Hybrid document prints.
VERSION = "07.03.2024"
MAX_INPUT_TOKENS = 8192
# Beyond this many characters the work is long enough to keep other requests waiting.
_LONG_TEXT = 5_000


def build(settings: Settings) -> TextEngine:
    return BuiltinEngine(seconds_per_token=settings.builtin_token_seconds)


def missing(_settings: Settings) -> list[str]:
    return []


class BuiltinEngine:
    """Answers by rule. A streamed answer takes `seconds_per_token`, as a model's would."""

    version = VERSION

    def __init__(self, *, seconds_per_token: float = 0.0) -> None:
        self._seconds_per_token = seconds_per_token

    async def complete(
        self, messages: Sequence[Message], options: Options
    ) -> AsyncGenerator[Piece, None]:
        input_tokens = tokens.count_conversation(messages)
        if input_tokens > MAX_INPUT_TOKENS:
            raise TooLong(input_tokens, MAX_INPUT_TOKENS)
        parts, end = limit(cut_at_stop(answer(messages), options.stop), options.max_tokens)
        closing = tokens.TOKENS_OF_THE_ANSWER_END if end is End.STOP else 0
        if not options.stream:
            yield Piece("".join(parts), input_tokens, len(parts) + closing, end)
            return
        for done, part in enumerate(parts, start=1):
            await asyncio.sleep(self._seconds_per_token)
            last = done == len(parts) and not closing
            yield Piece(part, input_tokens, done, end if last else None)
        if closing or not parts:
            await asyncio.sleep(self._seconds_per_token)
            yield Piece("", input_tokens, len(parts) + closing, end)

    async def embed(self, text: str) -> Embedding:
        found = tokens.count(text)
        if found > MAX_INPUT_TOKENS:
            raise TooLong(found, MAX_INPUT_TOKENS)
        if len(text) > _LONG_TEXT:
            return Embedding(await asyncio.to_thread(embed, text), found)
        return Embedding(embed(text), found)

    async def classify(self, task: ClassificationTask) -> Classification:
        texts = [task.description, task.text, *task.labels]
        texts += [part for sample in task.samples for part in (sample.text, sample.label)]
        found = sum(map(tokens.count, texts))
        if found > MAX_INPUT_TOKENS:
            raise TooLong(found, MAX_INPUT_TOKENS)
        return Classification((await classify(task, self.embed)).confidences, found)

    async def tokenize(self, text: str) -> tuple[Token, ...]:
        return tokens.tokens(text)

    async def tokenize_conversation(self, messages: Sequence[Message]) -> tuple[Token, ...]:
        return tokens.conversation(messages)

    async def close(self) -> None:
        """Nothing is held."""


def cut_at_stop(text: str, stops: Sequence[str]) -> str:
    """The text up to the first place where any of the stop sequences begins."""
    places = [text.find(stop) for stop in stops if stop in text]
    return text[: min(places)] if places else text


def limit(text: str, max_tokens: int | None) -> tuple[list[str], End]:
    """The tokens that may be given, and whether the limit was what ended them.

    The token that ends an answer counts: an answer of ten tokens needs a limit of eleven to end
    by itself.
    """
    parts = tokens.split(text)
    if max_tokens is not None and max_tokens < len(parts) + tokens.TOKENS_OF_THE_ANSWER_END:
        return parts[:max_tokens], End.LENGTH
    return parts, End.STOP
