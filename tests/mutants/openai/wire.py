"""The toolkit of these mutants: chat exchanges changed on the wire, streams event by event.

Each decorator registers a mutant. The function that it decorates edits one thing: a request's
body, a whole answer, a chunk or an event of a stream, or a refusal.
"""

from __future__ import annotations

import json
from functools import update_wrapper
from typing import TYPE_CHECKING, Any

from tests.mutants.exchange import Reply
from tests.mutants.mutant import App, wraps_app

if TYPE_CHECKING:
    from collections.abc import Callable

Json = dict[str, Any]
CHAT = "/v1/chat/completions"
DONE = b"data: [DONE]\n\n"


def edits_requests(*, kills: tuple[str, ...], **about: Any) -> Callable[[Any], Any]:
    """A function `(body) -> body | None` over the body of every chat request."""
    return _registers("request", kills, about)


def edits_answers(*, kills: tuple[str, ...], **about: Any) -> Callable[[Any], Any]:
    """A function `(body) -> None` over the body of every whole answer."""

    def register(edit: Callable[[Json], None]) -> Any:
        def whole(reply: Reply) -> None:
            if reply.status == 200:
                edit(reply.json)

        return _registers("whole", kills, about)(update_wrapper(whole, edit))

    return register


def edits_replies(*, kills: tuple[str, ...], **about: Any) -> Callable[[Any], Any]:
    """A function `(reply) -> None` over every whole answer, refusals included."""
    return _registers("whole", kills, about)


def edits_refusals(*, kills: tuple[str, ...], **about: Any) -> Callable[[Any], Any]:
    """A function `(reply) -> None` over every chat answer of status 400 or above."""

    def register(edit: Callable[[Reply], None]) -> Any:
        def refusal(reply: Reply) -> None:
            if reply.status >= 400:
                edit(reply)

        return _registers("whole", kills, about)(update_wrapper(refusal, edit))

    return register


def edits_events(*, kills: tuple[str, ...], **about: Any) -> Callable[[Any], Any]:
    """A function `(event, state) -> bytes` over every event of a stream, framing included.

    `state` is a dict of the stream's own.
    """
    return _registers("event", kills, about)


def edits_chunks(*, kills: tuple[str, ...], **about: Any) -> Callable[[Any], Any]:
    """A function `(chunk, state) -> None` over the JSON of every event of a stream."""

    def register(edit: Callable[[Json, Json], None]) -> Any:
        def event(data: bytes, state: Json) -> bytes:
            if data == DONE:
                return data
            chunk = chunk_of(data)
            edit(chunk, state)
            return framed(chunk)

        return _registers("event", kills, about)(update_wrapper(event, edit))

    return register


def chunk_of(event: bytes) -> Json:
    """The JSON of an event."""
    chunk: Json = json.loads(event.removeprefix(b"data: "))
    return chunk


def framed(chunk: Json) -> bytes:
    """A chunk as an event."""
    return b"data: " + json.dumps(chunk, ensure_ascii=False).encode() + b"\n\n"


def _registers(part: str, kills: tuple[str, ...], about: Json) -> Callable[[Any], Any]:
    def register(edit: Any) -> Any:
        def plant(app: App) -> ChatWire:
            return ChatWire(app, **{part: edit})

        return wraps_app(kills=kills, **about)(update_wrapper(plant, edit))

    return register


class ChatWire:
    """An ASGI application whose chat exchanges are edited on their way; streams keep their pace."""

    def __init__(
        self,
        app: App,
        request: Callable[[Json], Json | None] | None = None,
        whole: Callable[[Reply], None] | None = None,
        event: Callable[[bytes, Json], bytes] | None = None,
    ) -> None:
        self._app, self._request, self._whole, self._event = app, request, whole, event

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        if scope["type"] != "http" or (scope["method"], scope["path"]) != ("POST", CHAT):
            await self._app(scope, receive, send)
            return
        if self._request is not None:
            scope, receive = await self._edited(scope, receive)
        await self._app(scope, receive, _Sending(send, self._whole, self._event))

    async def _edited(self, scope: Any, receive: Any) -> tuple[Any, Any]:
        body = bytearray()
        more = True
        while more:
            message = await receive()
            body += message.get("body", b"")
            more = message.get("more_body", False)
        try:
            given = json.loads(body)
        except ValueError:
            given = None
        if isinstance(given, dict) and self._request is not None:
            body = bytearray(json.dumps(self._request(given) or given).encode())
        kept = [pair for pair in scope["headers"] if pair[0] != b"content-length"]
        headers = [*kept, (b"content-length", str(len(body)).encode())]
        sent = False

        async def replay() -> Any:
            nonlocal sent
            if sent:
                return await receive()
            sent = True
            return {"type": "http.request", "body": bytes(body), "more_body": False}

        return scope | {"headers": headers}, replay


class _Sending:
    """`send` of one exchange: a stream's events pass one by one, anything else is held to its end."""

    def __init__(self, send: Any, whole: Any, event: Any) -> None:
        self._send, self._whole, self._event = send, whole, event
        self._start: Any = None
        self._body = bytearray()
        self._state: Json = {}

    async def __call__(self, message: Any) -> None:
        if message["type"] == "http.response.start":
            self._start = message
            if self._streams:
                await self._send(message)
        elif self._streams:
            body = message.get("body", b"")
            if body and self._event is not None:
                body = self._event(body, self._state)
            await self._send(message | {"body": body})
        else:
            self._body += message.get("body", b"")
            if not message.get("more_body", False):
                await self._finish()

    @property
    def _streams(self) -> bool:
        return any(b"event-stream" in value for _, value in self._start["headers"])

    async def _finish(self) -> None:
        reply = Reply(
            self._start["status"],
            {name.decode(): value.decode() for name, value in self._start["headers"]},
            bytes(self._body),
        )
        if self._whole is not None:
            self._whole(reply)
        content = reply.encoded()
        headers = reply.headers | {"content-length": str(len(content))}
        await self._send(
            {
                "type": "http.response.start",
                "status": reply.status,
                "headers": [(n.encode(), v.encode()) for n, v in headers.items()],
            }
        )
        await self._send({"type": "http.response.body", "body": content})
