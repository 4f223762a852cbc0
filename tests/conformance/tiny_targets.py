"""Targets of a few lines, and the suite's command line run against them."""

from __future__ import annotations

import os
import subprocess
import sys
import threading
from contextlib import contextmanager
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import TYPE_CHECKING

from reports.conformance_result import ConformanceResult, decode

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

ROOT = Path(__file__).parents[2]
SUITE = ROOT / "conformance"
LIMIT_S = 240
HEALTH = (
    b'{"status":"healthy","paddleocr":"ready","s3_storage":"not_configured",'
    b'"output_dir":"/app/output","temp_dir":"/app/temp","docs":"/docs - Swagger UI"}'
)


class Handler(BaseHTTPRequestHandler):
    """A request to a tiny target; `body` has been read."""

    protocol_version = "HTTP/1.1"
    timeout = 20
    body = b""

    def say(
        self, status: int, body: bytes = b"", media_type: str = "application/json", **headers: str
    ) -> None:
        """Answer."""
        self.send_response(status)
        self.send_header("Content-Type", media_type)
        self.send_header("Content-Length", str(len(body)))
        for name, value in headers.items():
            self.send_header(name.replace("_", "-"), value)
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_args: object) -> None:
        """Say nothing."""


@contextmanager
def tiny_target(answer: Callable[[Handler], None]) -> Iterator[str]:
    """Serve `answer` for every request on a loopback port; gives the base URL."""

    class Answering(Handler):
        def handle_one_request(self) -> None:
            try:
                super().handle_one_request()
            except ConnectionError:
                self.close_connection = True

        def do_GET(self) -> None:
            self.body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
            answer(self)

        do_POST = do_HEAD = do_PUT = do_DELETE = do_OPTIONS = do_GET  # noqa: N815 - http.server's

    server = ThreadingHTTPServer(("127.0.0.1", 0), Answering)
    server.daemon_threads = True
    threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True).start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        server.server_close()


@dataclass(frozen=True)
class CommandRun:
    """What a run of the command line ended with and wrote."""

    exit_code: int
    said: str
    folder: Path

    @property
    def last_words(self) -> str:
        """The line that says why the run ended."""
        return [line for line in self.said.splitlines() if "Exit: " in line][-1]

    @property
    def result(self) -> ConformanceResult:
        """The only result that was written."""
        (written,) = self.folder.rglob("conformance.json")
        return decode(written.read_bytes())

    @property
    def reported(self) -> bool:
        """Whether any report was written."""
        return any(self.folder.rglob("conformance.json"))


def run_suite(folder: Path, *arguments: str, **environment: str) -> CommandRun:
    """`pytest conformance …` with the given folder as the working directory."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("PYTEST_")}
    folder.mkdir(parents=True, exist_ok=True)
    done = subprocess.run(
        [sys.executable, "-m", "pytest", str(SUITE), "-q", "-p", "no:cacheprovider", *arguments],
        cwd=folder,
        env=kept | environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        timeout=LIMIT_S,
        check=False,
    )
    return CommandRun(done.returncode, done.stdout.decode(errors="replace"), folder)
