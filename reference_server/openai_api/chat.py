"""POST /v1/chat/completions: the whole answer, or server-sent events as it grows."""

from __future__ import annotations

import time
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any
from uuid import uuid4

import msgspec

from reference_server.delivery import FramesResponse
from reference_server.openai_api.errors import Refusal
from reference_server.text.engine import End
from reference_server.text.errors import Code, TextError

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator

    from reference_server.openai_api.requests import ChatRequest
    from reference_server.text.engine import Options, Piece, TextEngine

EVENT_STREAM = "text/event-stream"
DONE = b"data: [DONE]\n\n"
_FINISH_REASON = {End.STOP: "stop", End.LENGTH: "length", End.CONTENT_FILTER: "content_filter"}

Json = dict[str, Any]
_encode = msgspec.json.Encoder().encode


@dataclass(slots=True)
class _Spent:
    """Tokens over all choices; the prompt counts once."""

    prompt: int = 0
    completion: int = 0

    def add(self, last: Piece) -> None:
        self.prompt = last.input_tokens
        self.completion += last.completion_tokens

    @property
    def usage(self) -> Json:
        return {
            "prompt_tokens": self.prompt,
            "completion_tokens": self.completion,
            "total_tokens": self.prompt + self.completion,
        }


@dataclass(frozen=True, slots=True)
class _Envelope:
    """What every part of one answer carries."""

    model: str
    id: str = field(default_factory=lambda: f"chatcmpl-{uuid4().hex}")
    created: int = field(default_factory=lambda: int(time.time()))

    def around(self, kind: str, choices: list[Json], **more: object) -> Json:
        head = {"id": self.id, "object": kind, "created": self.created, "model": self.model}
        return {**head, "choices": choices, **more}

    def event(self, choices: list[Json], **more: object) -> bytes:
        body = self.around("chat.completion.chunk", choices, **more)
        return b"data: " + _encode(body) + b"\n\n"


async def whole_answer(engine: TextEngine, request: ChatRequest) -> Json:
    """The answer in one object; raises TextError."""
    spent = _Spent()
    choices = []
    for index in range(request.choices):
        text, last = await _collect(engine, request, index)
        spent.add(last)
        message = {"role": "assistant", "content": text}
        choices.append({"index": index, "message": message, "finish_reason": _finish_reason(last)})
    return _Envelope(request.model).around("chat.completion", choices, usage=spent.usage)


async def streamed_answer(engine: TextEngine, request: ChatRequest) -> FramesResponse:
    """The answer as events. Raises TextError if not even the first piece can be had."""
    events = _events(engine, request)
    first = await anext(events)
    return FramesResponse(
        _after(first, events), media_type=EVENT_STREAM, headers={"cache-control": "no-cache"}
    )


async def _after(first: bytes, events: AsyncGenerator[bytes, None]) -> AsyncGenerator[bytes, None]:
    try:
        yield first
        async for event in events:
            yield event
    except TextError as error:
        yield b"data: " + _encode(Refusal.of(error).body) + b"\n\n"
    finally:
        await events.aclose()


async def _events(engine: TextEngine, request: ChatRequest) -> AsyncGenerator[bytes, None]:
    envelope = _Envelope(request.model)
    # With include_usage every chunk has the field, and only the one after the choices a value.
    more: Json = {"usage": None} if request.include_usage else {}
    spent = _Spent()
    for index in range(request.choices):
        delta: Json = {"role": "assistant", "content": ""}
        pieces = engine.complete(request.messages, _options(request, index))
        last = None
        try:
            async for piece in pieces:
                if delta:
                    yield envelope.event([_chunk(index, delta)], **more)
                    delta = {}
                if piece.text:
                    yield envelope.event([_chunk(index, {"content": piece.text})], **more)
                last = piece
        finally:
            await pieces.aclose()
        reason = _finish_reason(last)
        yield envelope.event([_chunk(index, {}, reason)], **more)
        spent.add(_ended(last))
    if request.include_usage:
        yield envelope.event([], usage=spent.usage)
    yield DONE


async def _collect(engine: TextEngine, request: ChatRequest, index: int) -> tuple[str, Piece]:
    pieces = engine.complete(request.messages, _options(request, index))
    texts = []
    last = None
    try:
        async for piece in pieces:
            texts.append(piece.text)
            last = piece
    finally:
        await pieces.aclose()
    return "".join(texts), _ended(last)


def _options(request: ChatRequest, index: int) -> Options:
    """Each further choice of a seeded request has a seed of its own."""
    seed = request.options.seed
    return request.options if seed is None else replace(request.options, seed=seed + index)


def _ended(last: Piece | None) -> Piece:
    if last is None or last.end is None:
        raise TextError(Code.INTERNAL, "the text engine stopped before its answer's end")
    return last


def _finish_reason(last: Piece | None) -> str:
    ended = _ended(last)
    assert ended.end is not None  # noqa: S101  # for the type checker; _ended has looked
    return _FINISH_REASON[ended.end]


def _chunk(index: int, delta: Json, finish_reason: str | None = None) -> Json:
    return {"index": index, "delta": delta, "finish_reason": finish_reason}
