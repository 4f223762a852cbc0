"""A release of an inference service with planted behaviour: `fake_release.py PORT [key=value…]`.

The bundled server's text contracts over its instant built-in engine, so that what is slow, wrong
or gone is what is planted here. Keys, all counting the POSTs of a load run:

sleep            seconds before every answer
first_token      seconds before the first piece of a streamed answer
fail_every=N     every N-th answer is a 500
wrong_every=N    every N-th answer carries another code than it was asked for
stall_every=N    every N-th answer takes a second longer
slots=N          N answers at a time, each `sleep` seconds: the others queue
die_after=N      the process ends with code 3 at the N-th
roll_after=N     from the N-th on its OpenAPI document has another version
remodel_after=N  from the N-th on its modelVersion is another
expire_after=N   from the N-th on the key is refused
violates=1       GET /v1/models lists things that are no models
"""

from __future__ import annotations

import asyncio
import json
import os
import re
import sys
import tempfile
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import uvicorn

sys.path.insert(0, str(Path(__file__).parents[2]))

from reference_server.app import create_app
from reference_server.settings import Settings

App = Callable[..., Awaitable[None]]
CODE = re.compile(rb"[ACDEFHKLMNPRTVWXY]{6}[34679]{2}")
OTHER = b"AAAAAA33"
COMPLETION = "/foundationModels/v1/completion"
OWN = b'"maxTokens": "1"'
"""What the gate itself asks to learn the model's version; no load."""


class Planted:
    """The application behind what is planted."""

    def __init__(self, app: App, settings: dict[str, str]) -> None:
        self.app = app
        self.number = {name: float(value) for name, value in settings.items()}
        self.posts = 0
        self.free = asyncio.Semaphore(int(self.number.get("slots", 1000)))

    def every(self, name: str) -> bool:
        return name in self.number and self.posts % int(self.number[name]) == 0

    def after(self, name: str) -> bool:
        return name in self.number and self.posts >= self.number[name]

    async def __call__(self, scope: dict[str, Any], receive: App, send: App) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        if self.after("expire_after"):
            await answer(send, 401, {"message": "Missing authorization in request"})
            return
        if scope["method"] != "POST":
            await self.app(scope, receive, edited(send, scope, self))
            return
        message = await receive()
        body = message["body"]
        while message.get("more_body"):
            message = await receive()
            body += message["body"]
        if OWN in body or OWN.replace(b" ", b"") in body:
            await self.app(scope, replayed(body, receive), edited(send, scope, self))
            return
        await self.load(scope, body, receive, send)

    async def load(self, scope: dict[str, Any], body: bytes, receive: App, send: App) -> None:
        self.posts += 1
        if self.after("die_after"):
            os._exit(3)
        if self.every("fail_every"):
            await answer(send, 500, {"error": "planted"})
            return
        if self.every("wrong_every"):
            body = CODE.sub(OTHER, body)
        wait = self.number.get("sleep", 0.0) + float(self.every("stall_every"))
        if b'"stream": true' in body or b'"stream":true' in body:
            wait += self.number.get("first_token", 0.0)
        async with self.free:
            await asyncio.sleep(wait)
        await self.app(scope, replayed(body, receive), send)


def replayed(body: bytes, receive: App) -> Callable[[], Awaitable[Any]]:
    waiting = [{"type": "http.request", "body": body, "more_body": False}]

    async def again() -> Any:
        return waiting.pop() if waiting else await receive()

    return again


def edited(send: App, scope: dict[str, Any], planted: Planted) -> App:
    """Rewrites what the service says of itself; such answers are sent whole."""
    changes = {
        ("/openapi.json", planted.after("roll_after")): (b'"version":"', b'"version":"rolled-'),
        ("/v1/models", "violates" in planted.number): (b'"object":"model"', b'"object":"thing"'),
        (COMPLETION, planted.after("remodel_after")): (
            b'"modelVersion":"',
            b'"modelVersion":"new-',
        ),
    }
    change = changes.get((scope["path"], True))
    started: list[dict[str, Any]] = []

    async def sending(message: dict[str, Any]) -> None:
        if change is None:
            await send(message)
        elif message["type"] == "http.response.start":
            started.append(message)
        else:
            body = message["body"].replace(*change)
            headers = [(n, v) for n, v in started[0]["headers"] if n != b"content-length"]
            await send({**started[0], "headers": headers})
            await send({**message, "body": body})

    return sending


async def answer(send: App, status: int, body: object) -> None:
    headers = [(b"content-type", b"application/json")]
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": json.dumps(body).encode()})


def main() -> None:
    given = dict(word.split("=", 1) for word in sys.argv[2:])
    key = given.pop("key", None)
    with tempfile.TemporaryDirectory() as state:
        app = create_app(Settings(state_dir=state, release="1.3.6", start_scale=0, api_key=key))
        uvicorn.run(
            Planted(app, given), host="127.0.0.1", port=int(sys.argv[1]), log_level="warning"
        )


if __name__ == "__main__":
    main()
