"""PaddleOCR-VL on a GPU: how much of the bare model's speed the server keeps, what batching gains.

    python benchmarks/gpu_ocr.py [--batches 1,8,32] [--tokens 256] [--rounds 4] [--json FILE]
    python benchmarks/gpu_ocr.py --wheels wheels/          # no network: install from there first
    python benchmarks/gpu_ocr.py --tiny --device cpu --batches 1,2 --tokens 4 --rounds 1

It writes a full-size PaddleOCR-VL (0.9 B, bf16) with random weights, measures bare `generate`, the
library's pipeline around it, and the server over loopback, each at the same concurrency and with
the same number of tokens a page. Random weights cost what trained ones cost for equal sizes and
numbers of tokens; they read nothing, so nothing is said here about accuracy, about how many tokens
real pages take, or about pages that differ in length within a batch.
"""

from __future__ import annotations

import argparse
import contextlib
import gc
import io
import json
import os
import re
import subprocess
import sys
import tempfile
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict, dataclass
from itertools import cycle, islice
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

ROOT = Path(__file__).resolve().parent.parent
WANTED = (
    "paddleocr[doc-parser]==3.7.0", "anyio", "fastapi", "httpx", "msgspec", "pillow",
    "prometheus-client", "pydantic-settings", "python-multipart", "pyyaml", "uvicorn",
)  # fmt: skip
RATIO_GOAL, GAIN_GOAL, GAIN_BATCH = 0.95, 8.0, 32
PAGE_PIXELS = {"shortest_edge": 112896, "longest_edge": 1003520}
"""Least and most pixels that the library's pipeline scales a page to."""
START_LIMIT_S, ANSWER_LIMIT_S = 300.0, 600.0
GIB = 1024**3


@dataclass(frozen=True)
class Row:
    """One measurement: `what` at `batch` pages at once; memory is the GPU's, in GiB."""

    what: str
    batch: int
    pages_per_s: float
    tokens_per_s: float
    memory_gib: float


def install(wheels: Path) -> None:
    """What the server needs beside torch and transformers, from a folder of wheels."""
    command = [sys.executable, "-m", "pip", "install", "--no-index", "--find-links", str(wheels)]
    subprocess.run([*command, *WANTED], check=True)


def drawn(count: int) -> list[Any]:
    """Pages of one size, all different."""
    from PIL import Image, ImageDraw, ImageFont

    pages = []
    for number in range(count):
        page = Image.new("RGB", (900, 1200), "white")
        pen = ImageDraw.Draw(page)
        for line in range(20):
            text = f"Page {number} line {line}: delivery {number * 7919 + line * 104729} accepted"
            pen.text((50, 40 + line * 55), text, fill="black", font=ImageFont.load_default(26))
        pages.append(page)
    return pages


def timed(work: Callable[[int], None], rounds: int) -> float:
    """Seconds a round, after one that warms up."""
    work(0)
    started = time.perf_counter()
    for number in range(1, rounds + 1):
        work(number)
    return (time.perf_counter() - started) / rounds


class Bench:
    """One checkpoint and how it is measured."""

    def __init__(self, folder: Path, given: argparse.Namespace) -> None:
        self.folder = folder
        self.device = given.device
        self.tokens = given.tokens
        self.rounds = given.rounds
        self.pages = drawn(max(given.batches))

    def write_checkpoint(self, *, tiny: bool) -> float:
        """Write it; returns millions of parameters. Every page takes the same number of tokens."""
        sys.path.insert(0, str(ROOT))
        from benchmarks.random_paddleocr_vl import make

        count = make(self.folder, tiny=tiny, device=self.device)
        config = self.folder / "generation_config.json"
        known = json.loads(config.read_text())
        config.write_text(json.dumps(known | {"min_new_tokens": self.tokens}))
        return count / 1e6

    def row(self, what: str, batch: int, seconds: float, memory_gib: float) -> Row:
        pages = batch / seconds
        return Row(what, batch, pages, pages * self.tokens, memory_gib)

    def bare(self, batches: list[int]) -> list[Row]:
        """`generate` alone: its inputs lie on the device before the clock starts."""
        import torch
        from transformers import AutoModelForImageTextToText, AutoProcessor

        processor = AutoProcessor.from_pretrained(self.folder, padding_side="left")
        model = AutoModelForImageTextToText.from_pretrained(self.folder).to(self.device).eval()
        messages = [
            {"role": "user", "content": [{"type": "image"}, {"type": "text", "text": "OCR:"}]}
        ]
        prompt = processor.apply_chat_template(messages, tokenize=False, add_generation_prompt=True)
        rows = []
        for batch in batches:
            inputs = processor(
                images=self.pages[:batch],
                text=[prompt] * batch,
                return_tensors="pt",
                padding=True,
                images_kwargs={"size": PAGE_PIXELS},
            ).to(self.device, model.dtype)
            reset_peak()

            def generate(_round: int, inputs: Any = inputs) -> None:
                with torch.inference_mode():
                    model.generate(**inputs, max_new_tokens=self.tokens).cpu()

            rows.append(self.row("bare generate", batch, timed(generate, self.rounds), peak()))
        return rows

    def pipeline(self, batches: list[int]) -> list[Row]:
        """The library's pipeline: image processing, `generate`, decoding."""
        from reference_server.ocr.paddle_engine import build
        from reference_server.settings import Settings

        rows = []
        for batch in batches:
            settings = Settings(
                engine="paddleocr-vl", paddle_engine="transformers", model_dir=self.folder,
                layout_detection=False, batch_size=batch, max_new_tokens=self.tokens,
                model_device=self.device,
            )  # fmt: skip
            engine: Any = build(settings)
            engine.load()
            reset_peak()
            seconds = timed(
                lambda _round, engine=engine, batch=batch: engine.read_batch(self.pages[:batch]),
                self.rounds,
            )
            rows.append(self.row("pipeline", batch, seconds, peak()))
            del engine
            release()
        return rows

    def served(self, batches: list[int]) -> list[Row]:
        """The server over loopback: as many clients as a batch has pages, each one page at a time."""
        return [self._served(batch) for batch in batches]

    def _served(self, batch: int) -> Row:
        import httpx

        encoded = [png(page) for page in self.pages[:batch]]
        with (
            server(self.folder, self.device, batch, self.tokens) as url,
            httpx.Client(
                base_url=url, timeout=ANSWER_LIMIT_S, trust_env=False,
                limits=httpx.Limits(max_connections=batch),
            ) as client,
            ThreadPoolExecutor(batch) as threads,
        ):  # fmt: skip

            def read(data: bytes) -> None:
                client.post("/ocr", files={"file": ("page.png", data)}).raise_for_status()

            list(threads.map(read, encoded))
            started = time.perf_counter()
            list(threads.map(read, islice(cycle(encoded), batch * self.rounds)))
            seconds = (time.perf_counter() - started) / self.rounds
            figures = dict(
                line.rsplit(" ", 1)
                for line in client.get("/metrics").text.splitlines()
                if line.startswith("ocr_gpu_memory")
            )
        free, total = (float(figures[f"ocr_gpu_memory_{kind}_bytes"]) for kind in ("free", "total"))
        return self.row("server", batch, seconds, (total - free) / GIB)


def png(page: Any) -> bytes:
    buffer = io.BytesIO()
    page.save(buffer, "PNG", compress_level=1)
    return buffer.getvalue()


@contextlib.contextmanager
def server(folder: Path, device: str, batch: int, tokens: int) -> Iterator[str]:
    """The URL of a server process of its own, its engine loaded."""
    with tempfile.TemporaryDirectory() as state:
        command = [
            sys.executable, "-m", "reference_server", "--port", "0", "--state-dir", state,
            "--release", "1.3.6", "--engine", "paddleocr-vl", "--paddle-engine", "transformers",
            "--model-dir", str(folder), "--layout-detection", "false", "--model-device", device,
            "--batch-size", str(batch), "--batch-wait", "0.05", "--max-new-tokens", str(tokens),
        ]  # fmt: skip
        process = subprocess.Popen(
            command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, cwd=ROOT
        )
        ready, lines = threading.Event(), []

        def follow() -> None:
            for line in process.stdout or ():
                lines.append(line)
                if "PaddleOCR-VL initialized" in line or "Failed to initialize" in line:
                    ready.set()
            ready.set()

        threading.Thread(target=follow, daemon=True).start()
        try:
            ready.wait(START_LIMIT_S)
            log = "".join(lines)
            found = re.search(r"Uvicorn running on (http://\S+)", log)
            if found is None or "PaddleOCR-VL initialized" not in log:
                raise SystemExit(f"the server did not come up:\n{log}")
            yield found[1]
        finally:
            process.terminate()
            process.wait(60)


def reset_peak() -> None:
    import torch

    if torch.cuda.is_available():
        torch.cuda.reset_peak_memory_stats()


def peak() -> float:
    import torch

    return torch.cuda.max_memory_allocated() / GIB if torch.cuda.is_available() else 0.0


def release() -> None:
    """Leave the GPU to the server that comes next."""
    import torch

    gc.collect()
    if torch.cuda.is_available():
        torch.cuda.empty_cache()


def told(rows: list[Row]) -> list[str]:
    """The table, and the two figures that the goals are about."""
    lines = [f"{'':14} {'batch':>5} {'pages/s':>9} {'tokens/s':>9} {'GPU GiB':>8}"]
    lines += [
        f"{row.what:14} {row.batch:5} {row.pages_per_s:9.3f} {row.tokens_per_s:9.1f} "
        f"{row.memory_gib:8.2f}"
        for row in rows
    ]
    speed = {(row.what, row.batch): row.pages_per_s for row in rows}
    for batch in sorted({row.batch for row in rows}):
        ratio = speed["server", batch] / speed["bare generate", batch]
        verdict = "reached" if ratio >= RATIO_GOAL else "missed"
        lines.append(f"server ÷ bare at {batch}: {ratio:.3f} (goal {RATIO_GOAL}: {verdict})")
    if ("server", 1) in speed:
        for batch in sorted({row.batch for row in rows} - {1}):
            gain = speed["server", batch] / speed["server", 1]
            goal = f" (goal {GAIN_GOAL:g}: {'reached' if gain >= GAIN_GOAL else 'missed'})"
            lines.append(
                f"{batch} at once ÷ one at a time: {gain:.2f}{goal if batch == GAIN_BATCH else ''}"
            )
    return lines


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--batches", type=lambda text: [int(one) for one in text.split(",")])
    parser.add_argument("--tokens", type=int, default=256, help="tokens of every page")
    parser.add_argument("--rounds", type=int, default=4, help="batches measured, after one to warm")
    parser.add_argument("--device", default="cuda", choices=["cuda", "cpu"])
    parser.add_argument("--tiny", action="store_true", help="0.3 M parameters instead of 0.9 B")
    parser.add_argument("--wheels", type=Path, help="folder of wheels to install from first")
    parser.add_argument("--json", type=Path, help="also write the figures here")
    parser.set_defaults(batches=[1, 8, 32])
    given = parser.parse_args()
    if given.wheels:
        install(given.wheels)
    os.environ.setdefault("TOKENIZERS_PARALLELISM", "false")
    with tempfile.TemporaryDirectory() as folder:
        bench = Bench(Path(folder) / "model", given)
        print(
            f"{bench.write_checkpoint(tiny=given.tiny):.1f} M random parameters on {given.device}"
        )
        rows = bench.bare(given.batches)
        release()
        rows += bench.pipeline(given.batches)
        release()
        rows += bench.served(given.batches)
    print("\n".join(told(rows)))
    if given.json:
        given.json.write_text(json.dumps([asdict(row) for row in rows], indent=2))


if __name__ == "__main__":
    main()
