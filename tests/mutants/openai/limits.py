"""Mutants of the limits of an answer and of the reason for its end."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from reference_server.text.engine import End, Piece
from tests.mutants.mutant import wraps_engine
from tests.mutants.openai.engines import Around
from tests.mutants.openai.wire import edits_answers, edits_requests

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator, Sequence

    from reference_server.text.engine import Message, Options
    from tests.mutants.openai.wire import Json


@wraps_engine(kills=("OAI-LIMIT-1",))
class OneTokenTooMany(Around):
    """An answer is one token longer than its limit."""

    def complete(
        self, messages: Sequence[Message], options: Options
    ) -> AsyncGenerator[Piece, None]:
        more = None if options.max_tokens is None else options.max_tokens + 1
        return self.engine.complete(messages, self.with_options(options, max_tokens=more))


@edits_answers(kills=("OAI-LIMIT-2",))
def a_cut_answer_says_stop(body: Json) -> None:
    """`finish_reason` is always `stop`."""
    body["choices"][0]["finish_reason"] = "stop"


@edits_answers(kills=("OAI-LIMIT-3",), check="test_an_answer_that_ends_by_itself")
def a_whole_answer_says_length(body: Json) -> None:
    """`finish_reason` is always `length`."""
    body["choices"][0]["finish_reason"] = "length"


@edits_requests(kills=("OAI-LIMIT-4",))
def the_new_name_of_the_limit_is_not_known(body: Json) -> None:
    """`max_completion_tokens` is passed over."""
    body.pop("max_completion_tokens", None)


@edits_requests(kills=("OAI-LIMIT-5",))
def a_single_token_is_too_few(body: Json) -> None:
    """A `max_tokens` of 1 is refused as one of 0 would be."""
    if body.get("max_tokens") == 1:
        body["max_tokens"] = 0


@wraps_engine(kills=("OAI-LIMIT-6",), outcome="warns")
class AnotherTextUnderALimit(Around):
    """A limited answer is another text than the unlimited one."""

    async def complete(self, messages: Any, options: Any) -> AsyncGenerator[Piece, None]:
        limited = options.max_tokens is not None and options.max_tokens < 20
        async for piece in self.engine.complete(messages, options):
            text = piece.text.translate(_OTHER_DIGITS) if limited else piece.text
            yield Piece(text, piece.input_tokens, piece.completion_tokens, piece.end)


_OTHER_DIGITS = str.maketrans("0123456789", "9876543210")


@wraps_engine(kills=("OAI-STREAM-27",))
class AStreamDoesNotSayLength(Around):
    """A stream that its limit cut ends with `stop`."""

    async def complete(self, messages: Any, options: Any) -> AsyncGenerator[Piece, None]:
        async for piece in self.engine.complete(messages, options):
            end = End.STOP if options.stream and piece.end else piece.end
            yield Piece(piece.text, piece.input_tokens, piece.completion_tokens, end)


@wraps_engine(kills=("OAI-STREAM-28",))
class AStreamAlwaysSaysLength(Around):
    """A stream that ended by itself ends with `length`."""

    async def complete(self, messages: Any, options: Any) -> AsyncGenerator[Piece, None]:
        async for piece in self.engine.complete(messages, options):
            end = End.LENGTH if options.stream and piece.end else piece.end
            yield Piece(piece.text, piece.input_tokens, piece.completion_tokens, end)
