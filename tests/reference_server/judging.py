"""The OCR conformance suite as a user runs it, against a server process with given flags."""

from __future__ import annotations

import json
import os
import socket
import subprocess
import sys
import threading
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import httpx

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

API_KEY = "judging-key-3Zt"
START_LIMIT_S = 60
SUITE_LIMIT_S = 900


@dataclass(frozen=True)
class Judgement:
    """What a run of the suite came to: its exit code, its output, and outcome by requirement."""

    exit_code: int
    output: str
    outcomes: dict[str, str]


class ServerProcess:
    """A server process and its log."""

    def __init__(self, folder: Path, flags: tuple[str, ...]) -> None:
        command = [sys.executable, "-m", "reference_server", "--port", "0"]
        self.popen = subprocess.Popen(
            [*command, "--state-dir", str(folder), *flags],
            stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
            env=os.environ | {"INFERENCE_GATE_API_KEY": API_KEY},
        )  # fmt: skip
        self._lines: list[str] = []
        self._ended = False
        self._news = threading.Condition()
        threading.Thread(target=self._follow, daemon=True).start()

    def _follow(self) -> None:
        assert self.popen.stdout
        for line in self.popen.stdout:
            with self._news:
                self._lines.append(line)
                self._news.notify_all()
        with self._news:
            self._ended = True
            self._news.notify_all()

    def line(self, text: str) -> str:
        """The first log line with this text, once it is there."""

        def found() -> str | None:
            return next((line for line in self._lines if text in line), None)

        with self._news:
            self._news.wait_for(lambda: found() or self._ended, START_LIMIT_S)
            line = found()
        assert line, "".join(self._lines)
        return line

    @property
    def url(self) -> str:
        return self.line("Uvicorn running on").split("running on ")[1].split()[0]

    def get(self, path: str) -> httpx.Response:
        key = {"Authorization": f"Bearer {API_KEY}"}
        return httpx.get(self.url + path, headers=key, timeout=START_LIMIT_S, trust_env=False)


@contextmanager
def server_process(folder: Path, *flags: str) -> Iterator[ServerProcess]:
    """A server process that guards its paths with API_KEY."""
    server = ServerProcess(folder, flags)
    try:
        yield server
    finally:
        server.popen.terminate()
        server.popen.wait(START_LIMIT_S)


def judge(folder: Path, server_flags: list[str], *suite_flags: str) -> Judgement:
    """Run the whole OCR suite; `folder` takes the server's state and the report."""
    with socket.create_server(("127.0.0.1", 0)) as taken:
        images = f"http://127.0.0.1:{taken.getsockname()[1]}"
    with server_process(folder / "state", "--trusted-origin", images, *server_flags) as server:
        done = subprocess.run(
            [
                sys.executable, "-m", "pytest", "conformance", "-q", "-p", "no:cacheprovider",
                "--contract", "ocr-service", "--base-url", server.url, "--public-url", images,
                "--api-key-env", "INFERENCE_GATE_API_KEY",
                "--reports-dir", str(folder / "reports"), *suite_flags,
            ],
            capture_output=True, text=True, timeout=SUITE_LIMIT_S, check=False,
            env=os.environ | {"INFERENCE_GATE_API_KEY": API_KEY},
        )  # fmt: skip
    (result,) = (folder / "reports").rglob("conformance.json")
    (contract,) = json.loads(result.read_text())["contracts"]
    rows: list[dict[str, Any]] = contract["requirements"]
    outcomes = {row["id"]: row["outcome"] for row in rows}
    return Judgement(done.returncode, done.stdout + done.stderr, outcomes)
