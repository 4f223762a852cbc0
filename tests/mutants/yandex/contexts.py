"""Mutants of what an answer is made from: messages left out, conversations mixed up."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from reference_server.text.errors import Code, TextError
from reference_server.yandex.service import FoundationModels
from tests.mutants.mutant import patches
from tests.mutants.yandex.planting import around, ask_instead, both, rework

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator, Awaitable, Callable

    Messages = AsyncGenerator[Any, None]

BURST = 6
"""More at once than any check but the concurrent ones sends of one kind."""


def _keep(which: Callable[[tuple[Any, ...]], tuple[Any, ...]]) -> None:
    ask_instead("completion", lambda request: replace(request, messages=which(request.messages)))


@patches(kills=both("CONTEXT-1", "CONC-2"), all_of=True)
def system_message_ignored() -> None:
    """System messages are left out."""
    _keep(lambda messages: tuple(one for one in messages if one.role != "system"))


@patches(kills=both("CONTEXT-1", "CONTEXT-2", "CONTEXT-3"), all_of=True)
def only_the_last_message_used() -> None:
    """All but the last message are left out."""
    _keep(lambda messages: messages[-1:])


@patches(kills=both("CONTEXT-2", "CONTEXT-3", "CONTEXT-4"), all_of=True)
def only_the_first_message_used() -> None:
    """All but the first message are left out."""
    _keep(lambda messages: messages[:1])


@patches(kills=both("CONTEXT-2"), all_of=True)
def first_turn_ignored() -> None:
    """The user's first turn is left out where there are several."""

    def without_first(messages: tuple[Any, ...]) -> tuple[Any, ...]:
        users = [one for one in messages if one.role == "user"]
        return tuple(one for one in messages if len(users) < 3 or one is not users[0])

    _keep(without_first)


@patches(kills=both("CONTEXT-3"), all_of=True)
def middle_turns_ignored() -> None:
    """Of a long conversation only the beginning and the end are used."""
    _keep(lambda messages: messages if len(messages) < 6 else messages[:3] + messages[-1:])


@patches(kills=both("CONTEXT-4"), all_of=True)
def last_turn_ignored() -> None:
    """Of several messages the last is left out."""
    _keep(lambda messages: messages[:-1] or messages)


@patches(kills=both("CONTEXT-1", "CONTEXT-2", "CONTEXT-3", "CONTEXT-4"), all_of=True)
def messages_ignored() -> None:
    """Every conversation is answered as if it were a greeting."""
    _keep(lambda messages: (replace(messages[-1], role="user", text="Hello."),))


@patches(kills=both("CONTEXT-5"), all_of=True, outcome="warns")
def own_words_forgotten() -> None:
    """What the assistant said is left out."""
    _keep(lambda messages: tuple(one for one in messages if one.role != "assistant"))


@patches(kills=both("CONC-1"), all_of=True)
def fails_in_a_crowd() -> None:
    """Of many simultaneous conversations some get an internal error."""
    busy = 0

    async def crowded(_request: Any, messages: Messages) -> Messages:
        nonlocal busy
        busy += 1
        try:
            await asyncio.sleep(0.02)
            if busy > BURST:
                raise TextError(Code.INTERNAL, "planted: too many")
            async for message in messages:
                yield message
        finally:
            busy -= 1

    rework(crowded)


@patches(kills=both("CONC-2", "CONC-3"), all_of=True)
def cross_talk() -> None:
    """The conversation is kept in one place for all: who comes later changes what is answered."""
    last: list[Any] = [None]
    original = FoundationModels.completion

    async def shared(self: FoundationModels, request: Any) -> Messages:
        if len(request.messages) == 2:
            last[0] = request
            await asyncio.sleep(0.02)
            request = last[0]
        async for message in original(self, request):
            yield message

    FoundationModels.completion = shared  # type: ignore[method-assign]


@patches(kills=both("CONC-3"), all_of=True)
def leaks_the_one_before() -> None:
    """The end of the answer before is still there."""
    last = [""]

    async def leaking(request: Any, messages: Messages) -> Messages:
        async for message in messages:
            before, last[0] = last[0], message.text
            crowded = len(request.messages) == 2
            yield replace(message, text=f"{message.text} {before}") if crowded else message

    rework(leaking)


@patches(kills=both("CONC-4"), all_of=True)
def streams_share_a_buffer() -> None:
    """Simultaneous streams write into one text."""
    buffer: list[str] = []

    async def mixed(request: Any, messages: Messages) -> Messages:
        async for message in messages:
            if not request.stream:
                yield message
                continue
            buffer.append(message.text)
            yield replace(message, text=" ".join(buffer[-4:]))

    rework(mixed)


@patches(kills=both("CONC-5"), all_of=True)
def embeddings_change_places() -> None:
    """Embeddings that are asked for together get the vector of the one before."""
    busy: list[Any] = []

    async def swapped(_request: Any, answer: Awaitable[Any]) -> Any:
        own = await answer
        before = busy[-1] if busy else own
        busy.append(own)
        await asyncio.sleep(0.05)
        busy.pop(0)
        return replace(own, embedding=before.embedding)

    around("embedding", swapped)
