"""Answering a client that may leave: nothing is worked out for one who has gone."""

from __future__ import annotations

import asyncio
from contextlib import suppress
from typing import TYPE_CHECKING, TypeVar

import msgspec
from starlette.responses import Response

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator, Awaitable, Mapping

    from starlette.requests import Request
    from starlette.types import Receive, Scope, Send

T = TypeVar("T")

MAX_BODY_BYTES = 4 * 1024 * 1024  # what gRPC takes by default, so that both transports agree


class ClientGone(Exception):
    """The client closed its connection before it had its answer."""


class WrongBody(ValueError):
    """The body is not one JSON document of the size that is taken; the message says why."""


async def read_json(request: Request) -> object:
    """The request's body, decoded strictly: UTF-8, no lone surrogates, nothing after the end.

    Raises WrongBody, or ClientGone.
    """
    body = bytearray()
    while True:
        message = await request.receive()
        if message["type"] == "http.disconnect":
            raise ClientGone
        body += message.get("body", b"")
        if len(body) > MAX_BODY_BYTES:
            raise WrongBody(f"the body is longer than {MAX_BODY_BYTES} bytes")
        if not message.get("more_body", False):
            break
    media_type = request.headers.get("content-type", "application/json").partition(";")[0]
    if media_type.strip().lower() != "application/json":
        raise WrongBody(f"Content-Type is {media_type.strip()!r}; send application/json")
    try:
        return msgspec.json.decode(bytes(body))
    except RecursionError:
        raise WrongBody("the JSON is nested too deeply") from None
    except UnicodeDecodeError:
        raise WrongBody("the body is not UTF-8") from None
    except msgspec.DecodeError as error:
        raise WrongBody(f"the body is not JSON: {error}") from None


async def while_connected(request: Request, work: Awaitable[T]) -> T:
    """What `work` returns; if the client leaves first, `work` is cancelled and ClientGone raised.

    The request's body must have been read to its end.
    """
    working = asyncio.ensure_future(work)
    leaving = asyncio.ensure_future(_left(request.receive))
    try:
        await asyncio.wait({working, leaving}, return_when=asyncio.FIRST_COMPLETED)
        if not working.done():
            raise ClientGone
        return working.result()
    finally:
        await _stop(leaving)
        await _stop(working)


class FramesResponse(Response):
    """A body sent frame by frame, each as soon as it is there.

    `frames` is closed when the client leaves, in the middle of a frame's making if need be.
    """

    def __init__(
        self,
        frames: AsyncGenerator[bytes, None],
        *,
        media_type: str,
        headers: Mapping[str, str],
        status_code: int = 200,
    ) -> None:
        self.frames = frames
        self.status_code = status_code
        self.media_type = media_type
        self.background = None
        self.init_headers(headers)

    async def __call__(self, _scope: Scope, receive: Receive, send: Send) -> None:
        sending = asyncio.ensure_future(self._send(send))
        leaving = asyncio.ensure_future(_left(receive))
        try:
            await asyncio.wait({sending, leaving}, return_when=asyncio.FIRST_COMPLETED)
            if sending.done():
                sending.result()
        finally:
            await _stop(leaving)
            await _stop(sending)
            await self.frames.aclose()

    async def _send(self, send: Send) -> None:
        start = {"type": "http.response.start", "status": self.status_code}
        await send({**start, "headers": self.raw_headers})
        async for frame in self.frames:
            await send({"type": "http.response.body", "body": frame, "more_body": True})
        await send({"type": "http.response.body", "body": b"", "more_body": False})


async def _left(receive: Receive) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass


async def _stop(task: asyncio.Future[T]) -> None:
    if task.done():
        return
    task.cancel()
    with suppress(asyncio.CancelledError):
        await task
