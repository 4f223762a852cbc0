"""Mutants of what is known of a conversation."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from tests.mutants.mutant import wraps_engine
from tests.mutants.openai.engines import Around
from tests.mutants.openai.wire import edits_answers, edits_requests

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator, Sequence

    from reference_server.text.engine import Message, Options, Piece
    from tests.mutants.openai.wire import Json


def _keep(body: Json, wanted: Any) -> None:
    messages = body["messages"]
    last = len(messages) - 1
    body["messages"] = [
        one for place, one in enumerate(messages) if place == last or wanted(place, one)
    ]


@edits_requests(kills=("OAI-CONTEXT-1",))
def only_the_last_turn_counts(body: Json) -> None:
    """Earlier messages of the user are left out."""
    _keep(body, lambda place, one: one["role"] != "user")


@edits_requests(kills=("OAI-CONTEXT-2",))
def the_system_message_is_left_out(body: Json) -> None:
    """The system message is left out."""
    _keep(body, lambda place, one: one["role"] != "system")


@edits_requests(kills=("OAI-CONTEXT-3",))
def the_assistant_is_left_out(body: Json) -> None:
    """Messages of the assistant are left out."""
    _keep(body, lambda place, one: one["role"] != "assistant")


@edits_requests(kills=("OAI-CONTEXT-4",))
def the_middle_is_forgotten(body: Json) -> None:
    """Of a long conversation only both ends are kept."""
    count = len(body["messages"])
    _keep(body, lambda place, one: place < 4 or place > count - 6)


@wraps_engine(kills=("OAI-CONTEXT-5",))
class ServerMemory(Around):
    """Messages of earlier requests stay in the conversation."""

    kept: tuple[Message, ...] = ()

    def complete(
        self, messages: Sequence[Message], options: Options
    ) -> AsyncGenerator[Piece, None]:
        found = (*self.kept, *messages)
        self.kept = found[-6:]
        return self.engine.complete(found, options)


@edits_answers(kills=("OAI-CONTEXT-6",))
def characters_beyond_ascii_are_lost(body: Json) -> None:
    """Characters beyond 16 bits become question marks."""
    message = body["choices"][0]["message"]
    message["content"] = "".join(one if ord(one) < 1 << 16 else "?" for one in message["content"])


@edits_requests(kills=("OAI-CONTEXT-7",))
def there_is_no_assistant(body: Json) -> None:
    """A conversation with a message of the assistant is refused."""
    for message in body["messages"]:
        if message["role"] == "assistant":
            message["role"] = "bot"


@edits_answers(kills=("OAI-CONTEXT-8",))
def a_conversation_counts_up_to_a_hundred(body: Json) -> None:
    """`prompt_tokens` is never above 50."""
    usage = body["usage"]
    usage["prompt_tokens"] = min(usage["prompt_tokens"], 50)
    usage["total_tokens"] = usage["prompt_tokens"] + usage["completion_tokens"]
