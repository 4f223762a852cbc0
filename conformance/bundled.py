"""The bundled server, started as a process for a run that names no deployment."""

from __future__ import annotations

import os
import re
import secrets
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
import time
from dataclasses import dataclass
from queue import Empty, Queue

from conformance.iam import IamKeys

_LISTENING = re.compile(r"Uvicorn running on (http://\S+)")
_GRPC_LISTENING = re.compile(r"gRPC on (\S+:\d+)")
TOKEN_PATH = "/api/v1/auth/token"  # noqa: S105 - a path
_OURS = ("CLOUDRU_S3_", "INFERENCE_GATE_")
"""Settings of the user's own services: the run's server must not take them for its own."""
STARTUP_LIMIT_S = 60.0
STOP_LIMIT_S = 10.0


class BundledServerFailed(RuntimeError):
    """The bundled server did not start; the message holds its last line."""


@dataclass
class BundledServer:
    """A running server process of our own."""

    process: subprocess.Popen[str]
    state: str
    base_url: str
    grpc_target: str | None
    iam: IamKeys | None = None

    def stop(self) -> None:
        """End the process, politely and then not, and remove what it has stored."""
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)
            try:
                self.process.wait(STOP_LIMIT_S)
            except subprocess.TimeoutExpired:
                self.process.kill()
                self.process.wait()
        shutil.rmtree(self.state, ignore_errors=True)


def start_bundled(release: str, api_key: str, trusted_origin: str) -> BundledServer:
    """Start the server on a free port and wait until it listens.

    `trusted_origin` is where the suite serves images from; the server refuses every other
    private address. Raises BundledServerFailed.
    """
    key_id, secret = secrets.token_urlsafe(12), secrets.token_urlsafe(24)
    state = tempfile.mkdtemp(prefix="inference-gate-")
    command = [
        sys.executable, "-m", "reference_server", "--port", "0", "--grpc-port", "0",
        "--release", release, "--start-scale", "0", "--trusted-origin", trusted_origin,
        "--state-dir", state,
    ]  # fmt: skip
    process = subprocess.Popen(  # noqa: S603 - our own module
        command,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        env={name: value for name, value in os.environ.items() if not name.startswith(_OURS)}
        | {
            "INFERENCE_GATE_API_KEY": api_key,
            "INFERENCE_GATE_IAM_KEY_ID": key_id,
            "INFERENCE_GATE_IAM_SECRET": secret,
        },
    )
    lines: Queue[str | None] = Queue()
    threading.Thread(target=_drain, args=(process, lines), daemon=True).start()
    server = BundledServer(process, state, "", None)
    last, deadline = "", time.monotonic() + STARTUP_LIMIT_S
    while not server.base_url:
        try:
            line = lines.get(timeout=max(0.0, deadline - time.monotonic()))
        except Empty:
            line = None
        if line is None:
            server.stop()
            raise BundledServerFailed(
                f"the bundled server did not start: {last or 'no output'}; "
                "its dependencies come with: pip install -e '.[server]'"
            )
        last = line.strip() or last
        if found := _GRPC_LISTENING.search(line):
            server.grpc_target = found[1]
        if found := _LISTENING.search(line):
            server.base_url = found[1]
            server.iam = IamKeys(found[1] + TOKEN_PATH, key_id, secret)
    return server


def _drain(process: subprocess.Popen[str], lines: Queue[str | None]) -> None:
    """Keep reading, so that the server never blocks on a full pipe."""
    if process.stdout is not None:
        for line in process.stdout:
            lines.put(line)
    lines.put(None)
