"""An OpenAI-compatible upstream that answers what a test has written down for it."""

from __future__ import annotations

import asyncio
import contextlib
import json
import threading
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from reference_server.running import serve_in_thread

if TYPE_CHECKING:
    from collections.abc import Iterator

STALL = b"stall"  # in place of a part: wait until the client leaves


@dataclass
class Script:
    """Answers by path, and what was asked. A part of an answer's body is sent at a time."""

    status: int = 200
    headers: dict[str, str] = field(default_factory=dict)
    parts: list[bytes] = field(default_factory=list)
    prompt_tokens: int = 21
    asked: list[tuple[str, dict[str, Any]]] = field(default_factory=list)
    authorizations: list[str | None] = field(default_factory=list)
    left: threading.Event = field(default_factory=threading.Event)

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        if scope["type"] == "lifespan":
            while True:
                message = await receive()
                await send({"type": f"{message['type']}.complete"})
                if message["type"] == "lifespan.shutdown":
                    return
        body = b""
        while (message := await receive()).get("more_body"):
            body += message["body"]
        body += message["body"]
        request = json.loads(body) if body else {}
        self.asked.append((scope["path"], request))
        headers = {name.decode(): value.decode() for name, value in scope["headers"]}
        self.authorizations.append(headers.get("authorization"))
        if scope["path"].endswith("/models"):
            await answer(send, [as_json({"data": [{"id": "listed-model"}]})])
        elif request.get("max_tokens") == 1 and not request.get("stream"):
            usage = {"prompt_tokens": self.prompt_tokens, "completion_tokens": 1}
            await answer(send, [as_json({"choices": [], "usage": usage})])
        else:
            await self._scripted(receive, send)

    async def _scripted(self, receive: Any, send: Any) -> None:
        leaving = asyncio.ensure_future(receive())
        with contextlib.suppress(OSError):
            await answer(send, self.parts, self.status, self.headers, leaving)
        if STALL in self.parts:
            await leaving
            self.left.set()
        leaving.cancel()


class Stage:
    """An upstream whose script may be changed while it runs."""

    def __init__(self) -> None:
        self.script = Script()

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        await self.script(scope, receive, send)


async def answer(
    send: Any,
    parts: list[bytes],
    status: int = 200,
    headers: dict[str, str] | None = None,
    leaving: asyncio.Future[Any] | None = None,
) -> None:
    pairs = [(name.encode(), value.encode()) for name, value in (headers or {}).items()]
    await send({"type": "http.response.start", "status": status, "headers": pairs})
    for part in parts:
        if part == STALL and leaving is not None:
            await asyncio.wait({leaving})
            return
        await send({"type": "http.response.body", "body": part, "more_body": True})
    await send({"type": "http.response.body", "body": b"", "more_body": False})


def as_json(body: object) -> bytes:
    return json.dumps(body).encode()


def event(body: object) -> bytes:
    return b"data: " + as_json(body) + b"\n\n"


def chunk(text: str, finish: str | None = None, **more: Any) -> bytes:
    choice = {"index": 0, "delta": {"content": text}, "finish_reason": finish}
    return event({"choices": [choice], **more})


@contextlib.contextmanager
def upstream(script: Script | Stage) -> Iterator[str]:
    """The base URL of a server that plays the script."""
    with serve_in_thread(script) as url:
        yield url
