"""Hugging Face `transformers serve` on a loopback port, offline, with a model made here."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import httpx

from gate.child_process import free_port
from tests.independent.tiny_model import make_tiny_model

if TYPE_CHECKING:
    from collections.abc import Iterator

MODEL = "tiny-llama"
START_LIMIT_S = 300.0
STOP_LIMIT_S = 20.0
_POLL_S = 0.2
_OFFLINE = {"HF_HUB_OFFLINE": "1", "TRANSFORMERS_OFFLINE": "1", "HF_HUB_DISABLE_TELEMETRY": "1"}
_ONE_THREAD = {"OMP_NUM_THREADS": "1"}
"""A model this small only loses by being spread over cores."""


@dataclass(frozen=True)
class Independent:
    """A running server: its address, and the model that it serves."""

    base_url: str
    model: str


@contextmanager
def transformers_serve(folder: Path) -> Iterator[Independent]:
    """Serve a tiny model until the end of the block; its log is `serve.log` in `folder`."""
    make_tiny_model(folder / MODEL)
    port = free_port()
    command = [
        str(Path(sys.executable).with_name("transformers")), "serve", MODEL,
        "--host", "127.0.0.1", "--port", str(port), "--device", "cpu", "--default-seed", "1",
    ]  # fmt: skip
    with (folder / "serve.log").open("wb") as log:
        process = subprocess.Popen(
            command,
            cwd=folder,
            stdout=log,
            stderr=subprocess.STDOUT,
            env=os.environ | _OFFLINE | _ONE_THREAD | {"HF_HOME": str(folder / "hub")},
        )
        try:
            url = f"http://127.0.0.1:{port}"
            _wait_until_it_answers(url, process, folder / "serve.log")
            yield Independent(url, MODEL)
        finally:
            process.terminate()
            try:
                process.wait(STOP_LIMIT_S)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()


def _wait_until_it_answers(url: str, process: subprocess.Popen[bytes], log: Path) -> None:
    """Until one token is answered: /health is there before the model is."""
    deadline = time.monotonic() + START_LIMIT_S
    hello = {"model": MODEL, "messages": [{"role": "user", "content": "Hi"}], "max_tokens": 1}
    with httpx.Client(base_url=url, timeout=60, trust_env=False) as client:
        while time.monotonic() < deadline:
            if process.poll() is not None:
                break
            try:
                client.get("/health")
                client.post("/v1/chat/completions", json=hello).raise_for_status()
            except httpx.HTTPError:
                time.sleep(_POLL_S)
                continue
            return
    raise RuntimeError(f"transformers serve did not start:\n{log.read_text()[-3000:]}")
