"""Mutants that only simultaneous requests bring to light."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any

from reference_server.openai_api import chat
from tests.mutants.exchange import Reply
from tests.mutants.mutant import answers, patches, wraps_engine
from tests.mutants.openai.engines import Around

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator

    from reference_server.text.engine import Piece
    from tests.mutants.exchange import Exchange

CHAT = "POST /v1/chat/completions"
A_MOMENT_S = 0.2


@wraps_engine(kills=("OAI-CONC-1", "OAI-CONC-2"))
class TheLastRequestWins(Around):
    """Requests share one place for their messages: the one that came last is answered to all."""

    messages: Any = ()

    async def complete(self, messages: Any, options: Any) -> AsyncGenerator[Piece, None]:
        self.messages = messages
        await asyncio.sleep(A_MOMENT_S)
        async for piece in self.engine.complete(self.messages, options):
            yield piece


class _Counting:
    """How many requests are being answered at this moment."""

    now = 0

    async def reply(self, exchange: Exchange) -> tuple[Reply, int]:
        self.now += 1
        try:
            await asyncio.sleep(A_MOMENT_S)
            crowd = self.now
            return await exchange.reply(), crowd
        finally:
            self.now -= 1


_COUNTING = _Counting()


@answers(CHAT, kills=("OAI-CONC-1",))
async def a_crowd_gets_no_text(exchange: Exchange) -> Reply:
    """Of simultaneous requests all get an empty text."""
    reply, crowd = await _COUNTING.reply(exchange)
    if crowd > 2 and reply.status == 200:
        reply.json["choices"][0]["message"]["content"] = ""
    return reply


_LATEST = {"text": ""}


@answers(CHAT, kills=("OAI-CONC-2",))
async def a_crowd_hears_its_neighbour(exchange: Exchange) -> Reply:
    """Of simultaneous requests each gets the text of another besides its own."""
    reply, crowd = await _COUNTING.reply(exchange)
    if reply.status == 200 and b'"stream"' not in exchange.body:
        message = reply.json["choices"][0]["message"]
        own = message["content"]
        message["content"] += _LATEST["text"] if crowd > 2 else ""
        _LATEST["text"] = own
    return reply


@answers(CHAT, kills=("OAI-CONC-3",))
async def a_crowd_is_turned_away(exchange: Exchange) -> Reply:
    """Of simultaneous requests those beyond the fourth get 503."""
    reply, crowd = await _COUNTING.reply(exchange)
    return Reply(503, body={"error": "overloaded"}) if crowd > 4 else reply


@answers(CHAT, kills=("OAI-CONC-4",))
async def a_crowd_is_counted_together(exchange: Exchange) -> Reply:
    """`prompt_tokens` of simultaneous requests counts them all."""
    reply, crowd = await _COUNTING.reply(exchange)
    if reply.status == 200 and crowd > 2:
        reply.json["usage"]["prompt_tokens"] *= crowd
    return reply


@patches(kills=("OAI-CONC-5",))
def the_id_is_the_second() -> None:
    """`id` is made of the second in which the answer began."""
    chat.uuid4 = type("Second", (), {"hex": "1764000000"})  # type: ignore[attr-defined]


@patches(kills=("OAI-CHAT-14",), check="test_no_cross_talk")
def the_id_counts_what_is_running() -> None:
    """`id` is one of four in turn, as the slots of a server are."""
    slots = iter(range(10**9))
    chat.uuid4 = type("Slot", (), {"hex": str(next(slots) % 4)})  # type: ignore[attr-defined]


@answers("GET /v1/models", kills=("OAI-CONC-6",), outcome="warns")
async def models_wait_for_the_engine(exchange: Exchange) -> Reply:
    """/v1/models takes six seconds when others ask for it too."""
    _WAITING["now"] += 1
    try:
        await asyncio.sleep(A_MOMENT_S)
        if _WAITING["now"] > 2:
            await asyncio.sleep(6)
        return await exchange.reply()
    finally:
        _WAITING["now"] -= 1


_WAITING = {"now": 0}
