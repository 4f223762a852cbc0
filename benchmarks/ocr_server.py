"""Figures of the bundled OCR server: start, throughput against its bare engine, health, memory.

    python benchmarks/ocr_server.py [--workers 2] [--pages 60] [--mixed 500] [--only NAME]

It prints what it measured and judges nothing. Server and load share the machine's cores.
"""

from __future__ import annotations

import argparse
import base64
import contextlib
import io
import os
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from itertools import cycle, islice
from pathlib import Path
from typing import TYPE_CHECKING

import httpx
import psutil
from PIL import Image, ImageDraw, ImageFont

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    Block = Callable[[range], None]

HEALTH_INTERVAL_S = 0.02
START_LIMIT_S = 30
ANSWER_LIMIT_S = 120


def pages(count: int, lines: int = 11) -> list[bytes]:
    """PNG pages of 900 pixels' width with `lines` lines each, all different."""
    font = ImageFont.load_default(26)
    drawn = []
    for number in range(count):
        page = Image.new("RGB", (900, 70 + 50 * lines), "white")
        pen = ImageDraw.Draw(page)
        for line in range(lines):
            text = f"Page {number} line {line}: delivery {number * 7919 + line * 104729} accepted"
            pen.text((50, 40 + line * 50), text, fill="black", font=font)
        buffer = io.BytesIO()
        page.save(buffer, "PNG")
        drawn.append(buffer.getvalue())
    return drawn


@contextlib.contextmanager
def server(*arguments: str) -> Iterator[tuple[str, psutil.Process, float]]:
    """A server process: its URL, the process, and seconds from its start to the first health."""
    with tempfile.TemporaryDirectory() as folder:
        command = [sys.executable, "-m", "reference_server", "--port", "0", "--state-dir", folder]
        started = time.monotonic()
        process = subprocess.Popen(
            [*command, *arguments],
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
            bufsize=1,
        )
        output = process.stdout
        if output is None:
            raise RuntimeError("the server has no output")
        try:
            url = next(
                line.split("running on ")[1].split()[0] for line in output if "running on " in line
            )
            threading.Thread(target=output.read, daemon=True).start()
            httpx.get(f"{url}/health", timeout=START_LIMIT_S).raise_for_status()
            yield url, psutil.Process(process.pid), time.monotonic() - started
        finally:
            process.terminate()
            process.wait(START_LIMIT_S)


def post(client: httpx.Client, page: bytes) -> None:
    client.post("/ocr", files={"file": ("page.png", page)}).raise_for_status()


def measure_start(workers: int) -> None:
    starts, first = [], []
    (page,) = pages(1)
    for _ in range(5):
        with server("--workers", str(workers)) as (url, _, seconds):
            starts.append(seconds)
            with httpx.Client(base_url=url, timeout=ANSWER_LIMIT_S) as client:
                began = time.monotonic()
                post(client, page)
                first.append(time.monotonic() - began)
    print(f"process start to first 200 on /health: {statistics.median(starts):.2f} s (median of 5)")
    print(f"first OCR answer, engine loaded by it: {statistics.median(first):.2f} s (median of 5)")


BARE_LOOP = """
import io, sys, threading, time
from concurrent.futures import ThreadPoolExecutor
from PIL import Image
from reference_server.ocr.engine import find_engine
from reference_server.settings import Settings
settings = Settings(workers=int(sys.argv[1]))
local = threading.local()
def load():
    local.engine = find_engine("rapidocr").build(settings)
    local.engine.load()
def read(path):
    local.engine.read(Image.open(path).convert("RGB"))
with ThreadPoolExecutor(settings.workers, initializer=load) as threads:
    for line in sys.stdin:
        list(threads.map(read, line.split()))
        print("done", flush=True)
"""
"""Reads the pages that each line of its input names, on as many threads as the server has."""


@contextlib.contextmanager
def bare_engine(workers: int, images: list[bytes]) -> Iterator[tuple[Block, psutil.Process]]:
    """The engine called in a loop, in a process of its own."""
    with tempfile.TemporaryDirectory() as folder:
        for number, image in enumerate(images):
            (Path(folder) / f"{number}.png").write_bytes(image)
        process = subprocess.Popen(
            [sys.executable, "-c", BARE_LOOP, str(workers)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            bufsize=1,
        )

        source, sink = process.stdout, process.stdin
        if source is None or sink is None:
            raise RuntimeError("the bare engine has no pipes")

        def block(numbers: range) -> None:
            sink.write(" ".join(f"{folder}/{number}.png" for number in numbers) + "\n")
            if source.readline() != "done\n":
                raise RuntimeError("the bare engine ended")

        try:
            yield block, psutil.Process(process.pid)
        finally:
            process.terminate()
            process.wait(START_LIMIT_S)


@contextlib.contextmanager
def served_engine(workers: int, images: list[bytes]) -> Iterator[tuple[Block, psutil.Process]]:
    """The same over HTTP, with enough pages on the way to keep every worker busy."""
    with (
        server("--workers", str(workers)) as (url, process, _),
        httpx.Client(base_url=url, timeout=ANSWER_LIMIT_S) as client,
        ThreadPoolExecutor(workers + 2) as threads,
    ):

        def block(numbers: range) -> None:
            list(threads.map(lambda number: post(client, images[number]), numbers))

        yield block, process


def measure_throughput(workers: int, count: int) -> None:
    """Alternates small blocks of both, so that whatever else the machine does meets both."""
    size = 4 * workers
    images = pages(size)
    wall: dict[str, list[float]] = {"bare": [], "served": []}
    cpu: dict[str, float] = {"bare": 0.0, "served": 0.0}
    with bare_engine(workers, images) as bare, served_engine(workers, images) as served:
        sides = {"bare": bare, "served": served}
        for block, _ in sides.values():
            block(range(size))
        for order in islice(cycle([("bare", "served"), ("served", "bare")]), max(2, count // size)):
            for name in order:
                block, process = sides[name]
                before, began = sum(process.cpu_times()[:2]), time.monotonic()
                block(range(size))
                wall[name].append(time.monotonic() - began)
                cpu[name] += sum(process.cpu_times()[:2]) - before
    ratios = sorted(b / s for b, s in zip(wall["bare"], wall["served"], strict=True))
    print(f"bare engine, {workers} threads: {size / statistics.median(wall['bare']):.2f} pages/s")
    print(f"over HTTP, {workers} workers: {size / statistics.median(wall['served']):.2f} pages/s")
    print(
        f"server / bare engine: {sum(wall['bare']) / sum(wall['served']):.3f} "
        f"(median of {len(ratios)} pairs {statistics.median(ratios):.3f}, "
        f"from {ratios[0]:.2f} to {ratios[-1]:.2f})"
    )
    print(
        f"the same by CPU time, which other processes disturb less: "
        f"{cpu['bare'] / cpu['served']:.3f}"
    )


def measure_health(workers: int, count: int) -> None:
    images = pages(count)
    times: list[float] = []
    done = threading.Event()
    with server("--workers", str(workers)) as (url, _, _):

        def ask() -> None:
            with httpx.Client(base_url=url, timeout=ANSWER_LIMIT_S) as client:
                while not done.wait(HEALTH_INTERVAL_S):
                    began = time.perf_counter()
                    client.get("/health").raise_for_status()
                    times.append(time.perf_counter() - began)

        with (
            httpx.Client(base_url=url, timeout=ANSWER_LIMIT_S) as client,
            ThreadPoolExecutor(workers + 4) as threads,
        ):
            list(threads.map(lambda page: post(client, page), images[: workers * 4]))
            asking = threading.Thread(target=ask)
            asking.start()
            list(threads.map(lambda page: post(client, page), images))
            done.set()
            asking.join()
    milliseconds = sorted(1000 * seconds for seconds in times)
    p50, p99 = (milliseconds[int(len(milliseconds) * q)] for q in (0.5, 0.99))
    print(
        f"/health while saturated: p50 {p50:.1f} ms, p99 {p99:.1f} ms, "
        f"max {milliseconds[-1]:.1f} ms ({len(milliseconds)} requests)"
    )


def mixed_requests(images: list[bytes]) -> Iterator[Callable[[httpx.Client], httpx.Response]]:
    """Uploads, base64 fields, documentation, listings and refusals in turn, for ever."""
    for page in cycle(images):
        encoded = base64.b64encode(page).decode()
        yield lambda client, page=page: client.post("/ocr", files={"file": ("a.png", page)})
        yield lambda client, text=encoded: client.post("/ocr", data={"image_base64": text})
        yield lambda client, page=page: client.post("/ocr", files={"file": ("a.png", page[:999])})
        yield lambda client: client.get("/health")
        yield lambda client: client.post("/ocr", data={"image_base64": "%%%"})


def measure_memory(workers: int, count: int) -> None:
    images = pages(20, lines=3)
    sizes: list[float] = []
    with (
        server("--workers", str(workers)) as (url, process, _),
        httpx.Client(base_url=url, timeout=ANSWER_LIMIT_S) as client,
        ThreadPoolExecutor(workers + 2) as threads,
    ):
        requests = islice(mixed_requests(images), count)
        for answer in threads.map(lambda request: request(client), requests):
            if answer.status_code >= 500:
                raise RuntimeError(f"{answer.status_code} {answer.text}")
            sizes.append(process.memory_info().rss / 2**20)
    fifth = len(sizes) // 5
    medians = [statistics.median(sizes[n * fifth : (n + 1) * fifth]) for n in range(5)]
    warm = sizes[fifth:]
    slope = statistics.linear_regression(range(len(warm)), warm).slope
    print(
        f"memory over {count} mixed requests, median of each fifth: "
        f"{', '.join(f'{median:.0f}' for median in medians)} MiB; "
        f"slope after the first fifth {1024 * slope:+.1f} KiB per request"
    )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--workers", type=int, default=len(os.sched_getaffinity(0)))
    parser.add_argument("--pages", type=int, default=96)
    parser.add_argument("--mixed", type=int, default=500)
    parser.add_argument("--only", choices=["start", "throughput", "health", "memory"])
    options = parser.parse_args()
    parts: dict[str, Callable[[], None]] = {
        "start": lambda: measure_start(options.workers),
        "throughput": lambda: measure_throughput(options.workers, options.pages),
        "health": lambda: measure_health(options.workers, options.pages),
        "memory": lambda: measure_memory(options.workers, options.mixed),
    }
    for name, measure in parts.items():
        if options.only in {None, name}:
            measure()


if __name__ == "__main__":
    main()
