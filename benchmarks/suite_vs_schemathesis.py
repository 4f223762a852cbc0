"""Cases per second of the suite and of Schemathesis: same OpenAPI document, same server, one run.

    python benchmarks/suite_vs_schemathesis.py [--latency-ms 0 50] [--examples 25] [--at-once 32]
                                                [--depth thorough]

A case is a request whose answer is judged. Schemathesis runs with one worker, as it does by
itself, and with as many as the suite has requests in flight. Each tool counts by its own clock;
the time of the whole process stands beside. It prints and judges nothing.
"""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import json
import re
import subprocess
import sys
import tempfile
import threading
import time
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Iterator

ROOT = Path(__file__).resolve().parents[1]
DOCUMENT = ROOT / "schemas/yandex/openapi.yaml"
START_LIMIT_S = 60
RUN_LIMIT_S = 1200


@dataclass(frozen=True)
class Pace:
    """How many cases in how much time; `wall_s` holds the start of the process as well."""

    cases: int
    own_s: float
    wall_s: float

    @property
    def per_second(self) -> float:
        return self.cases / self.own_s


@contextlib.contextmanager
def server() -> Iterator[str]:
    """The bundled server as a process; gives its base URL."""
    with tempfile.TemporaryDirectory() as folder:
        process = subprocess.Popen(
            [
                sys.executable, "-m", "reference_server", "--port", "0", "--start-scale", "0",
                "--state-dir", folder,
            ],
            cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
        )  # fmt: skip
        try:
            output = process.stdout
            lines = iter(output.readline if output else str, "")
            found = (re.search(r"Uvicorn running on (http://\S+)", line) for line in lines)
            url = next(match[1] for match in found if match)
            threading.Thread(target=output.read if output else str, daemon=True).start()
            yield url
        finally:
            process.terminate()
            process.wait(START_LIMIT_S)


@contextlib.contextmanager
def delayed(url: str, latency_s: float) -> Iterator[str]:
    """An address at which the server answers later by `latency_s`; the URL itself for 0."""
    if not latency_s:
        yield url
        return
    target = urlsplit(url)
    listening: list[int] = []
    ready, loop = threading.Event(), asyncio.new_event_loop()

    async def relay(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        inner_reader, inner_writer = await asyncio.open_connection(target.hostname, target.port)
        await asyncio.gather(
            _pump(reader, inner_writer, latency_s), _pump(inner_reader, writer, 0.0)
        )

    async def listen() -> None:
        relaying = await asyncio.start_server(relay, "127.0.0.1", 0)
        listening.append(relaying.sockets[0].getsockname()[1])
        ready.set()

    def run() -> None:
        asyncio.set_event_loop(loop)
        loop.run_until_complete(listen())
        loop.run_forever()

    threading.Thread(target=run, daemon=True).start()
    ready.wait(START_LIMIT_S)
    try:
        yield f"http://127.0.0.1:{listening[0]}"
    finally:
        loop.call_soon_threadsafe(loop.stop)


async def _pump(
    reader: asyncio.StreamReader, writer: asyncio.StreamWriter, latency_s: float
) -> None:
    """Pass bytes on, each `latency_s` after it came, whatever came in between."""
    with contextlib.suppress(ConnectionError):
        async for due, data in _timed(reader, latency_s):
            await asyncio.sleep(max(0.0, due - time.monotonic()))
            writer.write(data)
            await writer.drain()
    writer.close()


async def _timed(
    reader: asyncio.StreamReader, latency_s: float
) -> AsyncIterator[tuple[float, bytes]]:
    while data := await reader.read(65536):
        yield time.monotonic() + latency_s, data


def suite(url: str, at_once: int, depth: str) -> Pace:
    """The suite over REST, as a user runs it."""
    with tempfile.TemporaryDirectory() as folder:
        wall_s, _ = _timed_run(
            sys.executable, "-m", "pytest", "conformance/yandex", "-q", "-p", "no:cacheprovider",
            "--contract", "yandex", "--base-url", url, "--concurrency", str(at_once),
            "--depth", depth, "--seed", "1", "--reports-dir", folder, "--service-name", "server",
        )  # fmt: skip
        written = Path(folder) / "server/unversioned/conformance.json"
        cost = json.loads(written.read_text(encoding="utf-8"))["cost"]
    return Pace(cost["requests"], cost["duration_s"], wall_s)


def schemathesis(url: str, at_once: int, examples: int) -> Pace:
    """Schemathesis with all its phases, with so many workers."""
    wall_s, output = _timed_run(
        str(Path(sys.executable).with_name("schemathesis")), "run", str(DOCUMENT), "--url", url,
        "--workers", str(at_once), "--max-examples", str(examples), "--seed", "1", "--no-color",
        "--continue-on-failure",
    )  # fmt: skip
    generated = re.search(r"([\d,]+) generated", output)
    took = re.search(r" in ([\d.]+)s =", output)
    if generated is None or took is None:
        raise SystemExit(f"Schemathesis did not end as expected:\n{output[-2000:]}")
    return Pace(int(generated[1].replace(",", "")), float(took[1]), wall_s)


def _timed_run(*command: str) -> tuple[float, str]:
    started = time.monotonic()
    done = subprocess.run(
        command, cwd=ROOT, capture_output=True, text=True, timeout=RUN_LIMIT_S, check=False
    )
    return time.monotonic() - started, done.stdout + done.stderr


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--latency-ms", type=float, nargs="+", default=[0, 50])
    parser.add_argument("--examples", type=int, default=25)
    parser.add_argument("--at-once", type=int, default=32)
    parser.add_argument("--depth", default="thorough")
    given = parser.parse_args()
    print(f"{'added':>7} {'tool':<18}{'cases':>7}{'own s':>8}{'wall s':>8}{'cases/s':>9}")
    with server() as url:
        for latency_ms in given.latency_ms:
            with delayed(url, latency_ms / 1000) as address:
                paces = {
                    "suite": suite(address, given.at_once, given.depth),
                    "schemathesis, 1": schemathesis(address, 1, given.examples),
                    f"schemathesis, {given.at_once}": schemathesis(
                        address, given.at_once, given.examples
                    ),
                }
            for tool, pace in paces.items():
                print(
                    f"{latency_ms:>4g} ms {tool:<18}{pace.cases:>7}{pace.own_s:>8.1f}"
                    f"{pace.wall_s:>8.1f}{pace.per_second:>9.1f}",
                    flush=True,
                )
            for tool in [*paces][1:]:
                ratio = paces["suite"].per_second / paces[tool].per_second
                print(f"{latency_ms:>4g} ms suite : {tool} = {ratio:.1f}", flush=True)


if __name__ == "__main__":
    main()
