"""What the bundled server's text part costs: first-frame latency, and answers per second and core.

    python benchmarks/text_server.py [--seconds 3] [--connections 16]

The server runs as a process of its own with the builtin engine, which here waits for nothing
between tokens. "per core" divides by the processor seconds that the server itself used, so that
the figure does not depend on how fast this client is.
"""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import json
import re
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import count

import grpc
import psutil
from google.protobuf import json_format
from yandex.cloud.ai.foundation_models.v1.text_generation import (
    text_generation_service_pb2 as generations,
)
from yandex.cloud.ai.foundation_models.v1.text_generation import (
    text_generation_service_pb2_grpc as generation_stubs,
)

START_TIMEOUT_S = 30
FIRST_FRAMES = 500
_PORT = re.compile(r"running on http://127\.0\.0\.1:(\d+)|gRPC on 127\.0\.0\.1:(\d+)")

Body = Callable[[int], object]


@dataclass(frozen=True)
class Server:
    process: psutil.Process
    port: int
    grpc_port: int

    @property
    def cpu_seconds(self) -> float:
        times = self.process.cpu_times()
        return float(times.user + times.system)


def completion(number: int, *, stream: bool = False) -> dict[str, object]:
    return {
        "modelUri": "gpt://0/general",
        "completionOptions": {"stream": stream},
        "messages": [
            {"role": "system", "text": f"The code is QX-{number:08d}."},
            {"role": "user", "text": "What is the code? Answer with the code only."},
        ],
    }


def embedding(number: int) -> object:
    # A text of its own each time: an answer out of a cache would say nothing.
    text = f"Delivery {number} of twelve crates left the harbour before the evening tide."
    return {"modelUri": "emb://0/text-search-doc/latest", "text": text}


def classification(number: int) -> object:
    return {
        "modelUri": "cls://0/yandexgpt/latest",
        "labels": ["delivery", "invoice", "complaint"],
        "text": f"Where is parcel {number}? It should have arrived on Monday.",
    }


def chat(number: int) -> object:
    content = f"Say: parcel {number} has arrived"
    return {"model": "model-run-local-among", "messages": [{"role": "user", "content": content}]}


V1 = "/foundationModels/v1"
RATES: list[tuple[str, str, Body]] = [
    ("completion", f"{V1}/completion", completion),
    ("completion, streamed (4 frames)", f"{V1}/completion", lambda n: completion(n, stream=True)),
    ("textEmbedding", f"{V1}/textEmbedding", embedding),
    ("fewShotTextClassification", f"{V1}/fewShotTextClassification", classification),
    ("/v1/chat/completions", "/v1/chat/completions", chat),
]


@contextlib.contextmanager
def running_server() -> Iterator[Server]:
    with tempfile.TemporaryDirectory() as state:
        process = subprocess.Popen(
            [sys.executable, "-m", "reference_server", "--port", "0", "--grpc-port", "0",
             "--state-dir", state, "--builtin-token-seconds", "0"],
            stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
        )  # fmt: skip
        try:
            ports: dict[bool, int] = {}
            deadline = time.monotonic() + START_TIMEOUT_S
            for line in process.stdout or ():
                if found := _PORT.search(line):
                    ports[found[1] is None] = int(found[1] or found[2])
                if len(ports) == 2 or time.monotonic() > deadline:
                    break
            yield Server(psutil.Process(process.pid), ports[False], ports[True])
        finally:
            process.terminate()
            process.wait(START_TIMEOUT_S)


def request_bytes(path: str, body: object) -> bytes:
    content = json.dumps(body).encode()
    head = (
        f"POST {path} HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n"
        f"Content-Length: {len(content)}\r\n\r\n"
    )
    return head.encode() + content


async def read_answer(reader: asyncio.StreamReader) -> float:
    """Read one answer to its end; returns when the first byte of its body was there."""
    head = await reader.readuntil(b"\r\n\r\n")
    if not head.startswith(b"HTTP/1.1 200"):
        raise RuntimeError(head.decode())
    if b"transfer-encoding: chunked" not in head.lower():
        length = int(re.search(rb"content-length: (\d+)", head.lower())[1])  # type: ignore[index]
        await reader.readexactly(length)
        return time.perf_counter()
    first = 0.0
    while size := int(await reader.readuntil(b"\r\n"), 16):
        first = first or time.perf_counter()
        await reader.readexactly(size + 2)
    await reader.readexactly(2)
    return first


async def answers_within(
    server: Server, path: str, body: Body, seconds: float, connections: int
) -> int:
    numbers = count()
    end = time.monotonic() + seconds
    answered = 0

    async def keep_asking() -> None:
        nonlocal answered
        reader, writer = await asyncio.open_connection("127.0.0.1", server.port)
        while time.monotonic() < end:
            writer.write(request_bytes(path, body(next(numbers))))
            await read_answer(reader)
            answered += 1
        writer.close()

    await asyncio.gather(*(keep_asking() for _ in range(connections)))
    return answered


async def rest_first_frames(server: Server) -> list[float]:
    """Milliseconds from sending a request to the first byte of its first frame."""
    reader, writer = await asyncio.open_connection("127.0.0.1", server.port)
    found = []
    for number in range(FIRST_FRAMES):
        request = request_bytes(f"{V1}/completion", completion(number, stream=True))
        began = time.perf_counter()
        writer.write(request)
        found.append((await read_answer(reader) - began) * 1000)
    writer.close()
    return found


def grpc_first_messages(server: Server) -> list[float]:
    found = []
    with grpc.insecure_channel(f"127.0.0.1:{server.grpc_port}") as channel:
        stub = generation_stubs.TextGenerationServiceStub(channel)
        for number in range(FIRST_FRAMES):
            request = generations.CompletionRequest()
            json_format.ParseDict(completion(number, stream=True), request)
            began = time.perf_counter()
            call = stub.Completion(request)
            next(call)
            found.append((time.perf_counter() - began) * 1000)
            list(call)
    return found


def print_latency(name: str, milliseconds: list[float]) -> None:
    cuts = statistics.quantiles(milliseconds, n=100)
    print(f"{name:36} p50 {cuts[49]:6.2f} ms   p90 {cuts[89]:6.2f} ms   p99 {cuts[98]:6.2f} ms")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=float, default=3.0)
    parser.add_argument("--connections", type=int, default=16)
    arguments = parser.parse_args()
    with running_server() as server:
        # The first requests warm caches on both sides.
        asyncio.run(rest_first_frames(server))
        print_latency("first frame, REST", asyncio.run(rest_first_frames(server)))
        grpc_first_messages(server)
        print_latency("first message, gRPC", grpc_first_messages(server))
        for name, path, body in RATES:
            cpu, began = server.cpu_seconds, time.perf_counter()
            answered = asyncio.run(
                answers_within(server, path, body, arguments.seconds, arguments.connections)
            )
            wall, cpu = time.perf_counter() - began, server.cpu_seconds - cpu
            print(f"{name:36} {answered / cpu:7.0f} /s per core   {answered / wall:7.0f} /s seen")


if __name__ == "__main__":
    main()
