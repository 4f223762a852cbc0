"""Fake targets with planted truth: each is a few lines, and its docstring is what is true of it.

The server keeps its own record of when every request came and when it was answered, on the
machine's monotonic clock; a test compares the report with that record, not with a hope about
how fast a busy machine is.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import ssl
import threading
import time
from collections.abc import Awaitable, Callable, Iterator
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

RIGHT = {"right": True}


@dataclass
class Exchange:
    """One request as the server saw it; `write` sends bytes at once."""

    number: int
    path: str
    headers: dict[str, str]
    content: bytes
    writer: asyncio.StreamWriter
    received_at: float
    first_byte_at: float = 0.0
    piece_times: list[float] = field(default_factory=list)
    answered_at: float = 0.0
    status: int = 0

    @property
    def body(self) -> dict[str, object]:
        """The JSON of a request that is JSON."""
        value: dict[str, object] = json.loads(self.content) if self.content[:1] == b"{" else {}
        return value

    async def answer(self, status: int = 200, body: object = None, **headers: str) -> None:
        content = json.dumps({**RIGHT, "echo": self.body.get("code")} if body is None else body)
        lines = [f"HTTP/1.1 {status} X", f"Content-Length: {len(content)}"]
        lines += [f"{name.replace('_', '-')}: {value}" for name, value in headers.items()]
        self.first_byte_at = self.answered_at = time.perf_counter()
        self.status = status
        self.writer.write("\r\n".join([*lines, "", content]).encode())
        await self.writer.drain()

    async def begin_stream(self) -> None:
        self.status = 200
        self.first_byte_at = time.perf_counter()
        self.writer.write(b"HTTP/1.1 200 X\r\nTransfer-Encoding: chunked\r\n\r\n")
        await self.writer.drain()

    async def piece(self, text: str) -> None:
        data = json.dumps({"piece": text}).encode() + b"\n"
        self.piece_times.append(time.perf_counter())
        self.writer.write(b"%x\r\n%s\r\n" % (len(data), data))
        await self.writer.drain()

    async def end_stream(self) -> None:
        self.answered_at = time.perf_counter()
        self.writer.write(b"0\r\n\r\n")
        await self.writer.drain()


Behaviour = Callable[[Exchange], Awaitable[None]]


def fixed(seconds: float) -> Behaviour:
    """Every answer takes exactly this long."""

    async def behave(exchange: Exchange) -> None:
        await asyncio.sleep(seconds)
        await exchange.answer()

    return behave


def bimodal(fast: float, slow: float, every: int) -> Behaviour:
    """Every n-th answer is slow, all others are fast."""

    async def behave(exchange: Exchange) -> None:
        await asyncio.sleep(slow if exchange.number % every == 0 else fast)
        await exchange.answer()

    return behave


def stalling(seconds: float, stall: float, period: float) -> Behaviour:
    """Answers take `seconds`, but for the first `stall` seconds of every period nobody is answered."""
    begun: list[float] = []

    async def behave(exchange: Exchange) -> None:
        if not begun:
            begun.append(exchange.received_at)
        await asyncio.sleep(seconds)
        phase = (time.perf_counter() - begun[0]) % period
        if phase < stall:
            await asyncio.sleep(stall - phase)
        await exchange.answer()

    return behave


def paced_stream(first: float, gap: float, pieces: int) -> Behaviour:
    """The first piece comes after `first` seconds, each further one after `gap`."""

    async def behave(exchange: Exchange) -> None:
        await exchange.begin_stream()
        due = time.perf_counter() + first
        for number in range(pieces):
            await asyncio.sleep(max(0.0, due - time.perf_counter()))
            await exchange.piece(f"token{number} ")
            due += gap
        await exchange.end_stream()

    return behave


def cut_stream(pieces: int) -> Behaviour:
    """The connection is closed after some pieces, without the end of the stream."""

    async def behave(exchange: Exchange) -> None:
        await exchange.begin_stream()
        for number in range(pieces):
            await exchange.piece(f"token{number} ")
        exchange.writer.close()

    return behave


def error_burst(first: int, last: int) -> Behaviour:
    """The requests from `first` to `last` get a fast 500, all others are right and take 30 ms."""

    async def behave(exchange: Exchange) -> None:
        if first <= exchange.number <= last:
            await exchange.answer(500, {"detail": "burst"})
        else:
            await asyncio.sleep(0.03)
            await exchange.answer()

    return behave


def limited(slots: int, seconds: float) -> Behaviour:
    """`slots` at a time, each for `seconds`; the others queue: capacity is slots / seconds."""
    free: list[float] = [0.0] * slots

    async def behave(exchange: Exchange) -> None:
        # Booked on the clock, so that a late wake-up does not lower the capacity.
        slot = min(range(slots), key=free.__getitem__)
        free[slot] = max(free[slot], exchange.received_at) + seconds
        await asyncio.sleep(max(0.0, free[slot] - time.perf_counter()))
        await exchange.answer()

    return behave


def shedding(at_once: int, seconds: float, *, retry_after: bool = True) -> Behaviour:
    """`at_once` requests are served in `seconds`, the others refused with 503 at once."""
    busy = [0]

    async def behave(exchange: Exchange) -> None:
        if busy[0] >= at_once:
            headers = {"Retry_After": "1"} if retry_after else {}
            await exchange.answer(503, {"detail": "busy"}, **headers)
            return
        busy[0] += 1
        try:
            await asyncio.sleep(seconds)
        finally:
            busy[0] -= 1
        await exchange.answer()

    return behave


def wrong_every(every: int) -> Behaviour:
    """Every n-th answer carries the code of the request before it."""
    before: list[object] = [None]

    async def behave(exchange: Exchange) -> None:
        code, before[0] = before[0], exchange.body.get("code")
        wrong = exchange.number % every == every - 1
        await exchange.answer(body={**RIGHT, "echo": code} if wrong else None)

    return behave


def always(status: int, body: object) -> Behaviour:
    """One answer for everything."""

    async def behave(exchange: Exchange) -> None:
        await exchange.answer(status, body)

    return behave


@dataclass
class Target:
    """A running fake target: its address and its own record, in order of arrival."""

    url: str
    exchanges: list[Exchange]

    def service_times_ms(self) -> list[float]:
        """What the server knows it took for each answered request, sorted."""
        return sorted(
            (row.answered_at - row.received_at) * 1000 for row in self.exchanges if row.answered_at
        )


@contextlib.contextmanager
def serving(
    behave: Behaviour, certificate: Path | None = None, *, probe: Behaviour | None = None
) -> Iterator[Target]:
    """Serve on a free port of loopback, in a thread of its own, until the block ends.

    A GET is answered by `probe`, or with 200 at once; only a POST is recorded.
    """
    exchanges: list[Exchange] = []
    loop = asyncio.new_event_loop()

    async def handle(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with contextlib.suppress(asyncio.IncompleteReadError, ConnectionError):
            while not writer.is_closing():
                head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1").split("\r\n")
                headers = {
                    name.lower(): value.strip()
                    for name, _, value in (line.partition(":") for line in head[1:] if line)
                }
                length = int(headers.get("content-length", "0"))
                content = await reader.readexactly(length)
                method, path, _ = head[0].split(" ")
                exchange = Exchange(
                    number=len(exchanges),
                    path=path,
                    headers=headers,
                    content=content,
                    writer=writer,
                    received_at=time.perf_counter(),
                )
                if method == "GET":
                    await (probe or Exchange.answer)(exchange)
                    continue
                exchanges.append(exchange)
                await behave(exchange)
        writer.close()

    context = None
    if certificate is not None:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(certificate)
    server = loop.run_until_complete(
        asyncio.start_server(handle, "127.0.0.1", 0, ssl=context, backlog=1024)
    )
    port = server.sockets[0].getsockname()[1]
    thread = threading.Thread(target=loop.run_forever, daemon=True)
    thread.start()
    try:
        yield Target(f"http{'s' if certificate else ''}://127.0.0.1:{port}", exchanges)
    finally:
        loop.call_soon_threadsafe(loop.stop)
        thread.join()
        server.close()
        loop.run_until_complete(_cancel_all())
        loop.close()


async def _cancel_all() -> None:
    tasks = asyncio.all_tasks() - {asyncio.current_task()}
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)
