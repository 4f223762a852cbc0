"""The toolkit of mutants that change what goes over the wire: one request, one buffered answer.

Only for answers that end: a stream would be held back until it is complete.
"""

from __future__ import annotations

import json
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from fnmatch import fnmatchcase
from typing import Any
from urllib.parse import parse_qsl, unquote

App = Callable[..., Awaitable[None]]
Headers = dict[str, str]


class Reply:
    """An answer that may be edited; `json` is parsed when it is first used, and written back."""

    def __init__(self, status: int = 200, headers: Headers | None = None, body: Any = b"") -> None:
        self.status = status
        self.headers: Headers = headers or {}
        self.body: bytes = body if isinstance(body, bytes) else b""
        self._json: Any = None
        self._parsed = False
        if not isinstance(body, bytes):
            self.json = body

    @property
    def json(self) -> Any:
        """The body as JSON; edits of what this returns are sent."""
        if not self._parsed:
            self._json, self._parsed = json.loads(self.body), True
        return self._json

    @json.setter
    def json(self, value: Any) -> None:
        self._json, self._parsed = value, True
        self.headers.setdefault("content-type", "application/json")

    def text(self, text: str, media_type: str = "text/plain") -> None:
        """Replace the body by a text."""
        self.body, self._parsed = text.encode(), False
        self.headers["content-type"] = media_type

    def encoded(self) -> bytes:
        """The body as it is sent."""
        return json.dumps(self._json, ensure_ascii=False).encode() if self._parsed else self.body


@dataclass
class Field:
    """A field of a form; `filename` is None where it is a plain text."""

    name: str
    value: bytes
    filename: str | None = None
    media_type: str | None = None


@dataclass
class Exchange:
    """One request on its way to the server. Edit it, then `await exchange.reply()`."""

    app: App
    scope: dict[str, Any]
    body: bytes
    receive: Callable[[], Awaitable[dict[str, Any]]]
    headers: Headers = field(init=False)

    def __post_init__(self) -> None:
        self.headers = {
            name.decode("latin-1").lower(): value.decode("latin-1")
            for name, value in self.scope["headers"]
        }

    @property
    def method(self) -> str:
        return str(self.scope["method"])

    @property
    def path(self) -> str:
        """The path, percent-decoded."""
        return str(self.scope["path"])

    @property
    def query(self) -> dict[str, str]:
        return dict(parse_qsl(self.scope["query_string"].decode("latin-1")))

    @property
    def json(self) -> Any:
        """The request's body as JSON. Raises ValueError."""
        return json.loads(self.body)

    @json.setter
    def json(self, value: Any) -> None:
        self.body = json.dumps(value).encode()

    async def form(self) -> list[Field]:
        """The fields of an urlencoded or multipart body; none of a body that is neither."""
        from starlette.exceptions import HTTPException
        from starlette.formparsers import MultiPartException
        from starlette.requests import Request

        try:
            form = await Request(self._inner_scope(), self._replay()).form(max_part_size=64 << 20)
        except (HTTPException, MultiPartException):
            return []
        fields = []
        for name, value in form.multi_items():
            if isinstance(value, str):
                fields.append(Field(name, value.encode("utf-8", "surrogateescape")))
            else:
                content = await value.read()
                fields.append(Field(name, content, value.filename or "", value.content_type))
        return fields

    def put_form(self, fields: list[Field]) -> None:
        """Send these fields instead, as a multipart form."""
        boundary = "----mutant"
        lines = bytearray()
        for one in fields:
            name = f'Content-Disposition: form-data; name="{one.name}"'
            if one.filename is not None:
                name += f'; filename="{one.filename}"'
            lines += f"--{boundary}\r\n{name}\r\n".encode()
            if one.media_type:
                lines += f"Content-Type: {one.media_type}\r\n".encode()
            lines += b"\r\n" + one.value + b"\r\n"
        self.body = bytes(lines) + f"--{boundary}--\r\n".encode()
        self.headers["content-type"] = f"multipart/form-data; boundary={boundary}"

    def move(self, method: str, path: str) -> None:
        """Ask the server for something else."""
        path, _, query = path.partition("?")
        self.scope |= {
            "method": method,
            "path": unquote(path),
            "raw_path": path.encode(),
            "query_string": query.encode(),
        }

    async def reply(self) -> Reply:
        """What the server answers to the request as it now is."""
        reply = Reply()
        body = bytearray()

        async def send(message: dict[str, Any]) -> None:
            if message["type"] == "http.response.start":
                reply.status = message["status"]
                reply.headers = {
                    name.decode("latin-1").lower(): value.decode("latin-1")
                    for name, value in message["headers"]
                }
            elif message["type"] == "http.response.body":
                body.extend(message.get("body", b""))

        await self.app(self._inner_scope(), self._replay(), send)
        reply.body = bytes(body)
        return reply

    def _inner_scope(self) -> dict[str, Any]:
        self.headers["content-length"] = str(len(self.body))
        return self.scope | {
            "headers": [
                (name.encode("latin-1"), value.encode("latin-1"))
                for name, value in self.headers.items()
            ]
        }

    def _replay(self) -> Callable[[], Awaitable[dict[str, Any]]]:
        sent = False

        async def receive() -> dict[str, Any]:
            nonlocal sent
            if sent:
                return await self.receive()
            sent = True
            return {"type": "http.request", "body": self.body, "more_body": False}

        return receive


class Interposed:
    """An ASGI application that hands the exchanges of `on` to `handle`, and passes the others."""

    def __init__(self, app: App, on: str, handle: Callable[[Exchange], Awaitable[Reply]]) -> None:
        self.app, self.handle = app, handle
        self.method, _, self.path = on.partition(" ")

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        if not self._concerns(scope):
            await self.app(scope, receive, send)
            return
        body = bytearray()
        while True:
            message = await receive()
            if message["type"] == "http.disconnect":
                return
            body += message.get("body", b"")
            if not message.get("more_body"):
                break
        reply = await self.handle(Exchange(self.app, dict(scope), bytes(body), receive))
        content = reply.encoded()
        headers = reply.headers | {"content-length": str(len(content))}
        await send(
            {
                "type": "http.response.start",
                "status": reply.status,
                "headers": [(n.encode("latin-1"), v.encode("latin-1")) for n, v in headers.items()],
            }
        )
        await send({"type": "http.response.body", "body": content})

    def _concerns(self, scope: Any) -> bool:
        return (
            scope["type"] == "http"
            and fnmatchcase(scope["method"], self.method)
            and fnmatchcase(scope["path"], self.path)
        )


def editing(app: App, on: str, edit: Callable[[Reply], None]) -> Interposed:
    """An application whose answers to `on` are edited by `edit`."""

    async def handle(exchange: Exchange) -> Reply:
        reply = await exchange.reply()
        edit(reply)
        return reply

    return Interposed(app, on, handle)
