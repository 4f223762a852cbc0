"""Mutants of choices, temperature, top_p and seed."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from reference_server.text.engine import Piece
from tests.mutants.mutant import wraps_engine
from tests.mutants.openai.engines import Around
from tests.mutants.openai.wire import edits_answers, edits_events, edits_requests

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator

    from tests.mutants.openai.wire import Json

_TURNS = iter(range(10**9))


@edits_requests(kills=("OAI-SAMPLE-1",))
def one_choice_is_enough(body: Json) -> None:
    """`n` is passed over."""
    body.pop("n", None)


@edits_answers(kills=("OAI-SAMPLE-2",))
def every_choice_is_the_first(body: Json) -> None:
    """`index` of every choice is 0."""
    for choice in body["choices"]:
        choice["index"] = 0


@edits_events(kills=("OAI-SAMPLE-3",))
def a_stream_has_the_last_choice_only(event: bytes, state: Json) -> bytes:
    """Of several streamed choices all but the last are left out."""
    return b"" if b'"index":0' in event or b'"index":1' in event else event


@edits_requests(kills=("OAI-SAMPLE-4",))
def zero_is_no_temperature(body: Json) -> None:
    """A `temperature` of 0 is refused."""
    if body.get("temperature") == 0:
        body["temperature"] = -1


@edits_requests(kills=("OAI-SAMPLE-5",))
def two_is_too_hot(body: Json) -> None:
    """A `temperature` of 2 is refused."""
    if body.get("temperature") == 2:
        body["temperature"] = 3


@edits_requests(kills=("OAI-SAMPLE-6",))
def top_p_is_refused(body: Json) -> None:
    """Any `top_p` but 1 is refused."""
    if body.get("top_p") not in (None, 1):
        body["top_p"] = 2


@edits_requests(kills=("OAI-SAMPLE-7",))
def a_seed_is_refused(body: Json) -> None:
    """A `seed` is refused."""
    if "seed" in body:
        body["seed"] = "no number"


class _Rambling(Around):
    def applies(self, options: Any) -> bool:
        raise NotImplementedError

    async def complete(self, messages: Any, options: Any) -> AsyncGenerator[Piece, None]:
        addition = f"({next(_TURNS)}) " if self.applies(options) else ""
        async for piece in self.engine.complete(messages, options):
            yield Piece(
                addition + piece.text, piece.input_tokens, piece.completion_tokens, piece.end
            )
            addition = ""


@wraps_engine(kills=("OAI-SAMPLE-8",), outcome="warns")
class ColdAnswersDiffer(_Rambling):
    """At temperature 0 every answer is another."""

    def applies(self, options: Any) -> bool:
        return bool(options.temperature == 0)


@wraps_engine(kills=("OAI-SAMPLE-9",), outcome="warns")
class TheSeedChangesNothing(_Rambling):
    """Answers with one seed differ."""

    def applies(self, options: Any) -> bool:
        return options.seed is not None
