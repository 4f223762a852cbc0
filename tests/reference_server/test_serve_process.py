"""The command as a user runs it: its flags, its log, its exit codes, its end."""

from __future__ import annotations

import json
import os
import re
import signal
import socket
import subprocess
import sys
import threading
from pathlib import Path
from typing import TYPE_CHECKING

import httpx
import pytest

from gate.child_process import free_port

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

TIMEOUT_S = 30


class Process:
    """A server process; `line(pattern)` waits until its log has a line that matches."""

    def __init__(self, arguments: list[str], environment: dict[str, str]) -> None:
        self.lines: list[str] = []
        self._news = threading.Condition()
        self.popen = subprocess.Popen(
            [sys.executable, "-m", "reference_server", *arguments],
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            env=environment,
        )
        threading.Thread(target=self._follow, daemon=True).start()

    def _follow(self) -> None:
        assert self.popen.stdout
        for line in self.popen.stdout:
            with self._news:
                self.lines.append(line.rstrip("\n"))
                self._news.notify_all()

    def line(self, pattern: str) -> re.Match[str]:
        def found() -> re.Match[str] | None:
            return next((m for line in self.lines if (m := re.search(pattern, line))), None)

        with self._news:
            match = self._news.wait_for(found, TIMEOUT_S)
        assert match, "\n".join(self.lines)
        return match

    @property
    def url(self) -> str:
        return self.line(r"Uvicorn running on (http://\S+)")[1]

    def messages(self) -> list[str]:
        return [line.split(" - ", 2)[-1] for line in self.lines]


@pytest.fixture
def environment(tmp_path: Path) -> dict[str, str]:
    kept = {k: v for k, v in os.environ.items() if not k.startswith(("CLOUDRU_", "INFERENCE_"))}
    return {**kept, "XDG_STATE_HOME": str(tmp_path), "PYTHONUNBUFFERED": "1"}


@pytest.fixture
def start(environment: dict[str, str]) -> Iterator[Callable[..., Process]]:
    processes: list[Process] = []

    def run(*arguments: str, **variables: str) -> Process:
        process = Process(["--port", "0", *arguments], environment | variables)
        processes.append(process)
        return process

    yield run
    for process in processes:
        process.popen.kill()
        process.popen.wait(TIMEOUT_S)


def refused(environment: dict[str, str], *arguments: str) -> str:
    """The one line of a start that must fail with exit code 2."""
    done = subprocess.run(
        [sys.executable, "-m", "reference_server", *arguments],
        capture_output=True,
        text=True,
        env=environment,
        timeout=TIMEOUT_S,
        check=False,
    )
    assert (done.returncode, done.stdout) == (2, "")
    (line,) = done.stderr.splitlines()
    return line


@pytest.mark.parametrize(
    ("arguments", "named"),
    [
        (["--port", "http"], "--port"),
        (["--port", "70000"], "--port"),
        (["--release", "2.0"], "--release"),
        (["--engine", "nonsense"], "rapidocr"),
        (["--workers", "0"], "--workers"),
        (["--nonsense"], "--nonsense"),
        (["--api-key", "two words"], "--api-key"),
        (["--s3-endpoint", "s3.example"], "--s3-endpoint"),
        (["--output-dir", "/proc/nowhere"], "--output-dir"),
        (["--trusted-origin", "127.0.0.1:80"], "--trusted-origin"),
    ],
)
def test_a_wrong_flag_is_one_line_and_exit_2(environment, arguments, named: str) -> None:
    line = refused(environment, *arguments)
    assert named in line
    assert "two words" not in line


def test_a_wrong_variable_is_named(environment: dict[str, str]) -> None:
    line = refused(environment | {"INFERENCE_GATE_MAX_PIXELS": "many"})
    assert "INFERENCE_GATE_MAX_PIXELS" in line
    secret = environment | {"CLOUDRU_S3_ENDPOINT": "planted-secret@host"}
    assert "CLOUDRU_S3_ENDPOINT" in (line := refused(secret))
    assert "planted-secret" not in line


def test_a_port_in_use_is_one_line_and_exit_2(environment: dict[str, str]) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = str(taken.getsockname()[1])
        line = refused(environment, "--port", port)
    assert port in line
    assert "--port" in line


def test_the_log_of_1_0_9_has_the_lines_of_its_release(start: Callable[..., Process]) -> None:
    process = start("--release", "1.0.9")
    port = process.url.rsplit(":", 1)[1]
    expected = [
        rf"Starting FastAPI handler on port {port}\.\.\.",
        r"PaddleOCRVL imported successfully",
        r"TEMP_DIR is writable: /.+/temp",
        r"OUTPUT_DIR is writable: /.+/output",
        r"PaddleOCR-VL will be initialized on first request",
        r"Application startup complete\.",
        rf"Uvicorn running on http://127\.0\.0\.1:{port} .*",
    ]
    messages = [m for m in process.messages() if any(re.fullmatch(e, m) for e in expected)]
    assert len(messages) == len(expected)
    assert all(re.fullmatch(e, m) for e, m in zip(expected, messages, strict=True)), messages
    assert not [line for line in process.lines if "vLLM" in line or "ERROR" in line]
    stamp = r"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d,\d{3} - (INFO|WARNING|ERROR) - .+"
    assert all(re.fullmatch(stamp, line) for line in process.lines)


def test_1_0_8_waits_for_vllm_on_its_first_start_only(start: Callable[..., Process]) -> None:
    first = start("--release", "1.0.8", "--start-scale", "0")
    assert httpx.get(f"{first.url}/health", trust_env=False).status_code == 200
    messages = first.messages()
    waiting = messages.index("Waiting for vLLM server to start...")
    assert messages[waiting - 1] == "Start waits are scaled by 0"
    assert messages[waiting + 1 : waiting + 3] == [
        (
            "RuntimeError: Could not prepare the official model for the 'PaddleOCR-VL-0.9B' model "
            "with the 'vllm' backend."
        ),
        "No available model hosting platforms detected",
    ]
    assert messages[waiting + 3].startswith("Starting FastAPI handler")
    second = start("--release", "1.0.8", "--start-scale", "0")
    assert second.url
    assert not [line for line in second.lines if "vLLM" in line or "ERROR" in line]


def test_1_0_8_does_not_listen_while_it_waits_and_can_be_stopped(
    start: Callable[..., Process],
) -> None:
    port = free_port()
    process = start("--release", "1.0.8", "--start-scale", "100", "--port", str(port))
    process.line("Waiting for vLLM")
    with pytest.raises(ConnectionRefusedError), socket.create_connection(("127.0.0.1", port)):
        pass
    process.popen.send_signal(signal.SIGTERM)
    assert process.popen.wait(TIMEOUT_S) == 0
    assert not [line for line in process.lines if "Uvicorn running" in line]


def test_s3_is_announced_and_its_keys_are_not(start: Callable[..., Process]) -> None:
    process = start(
        CLOUDRU_S3_ENDPOINT="http://127.0.0.1:9",
        CLOUDRU_S3_BUCKET="pages",
        CLOUDRU_S3_ACCESS_KEY="planted-access",
        CLOUDRU_S3_SECRET_KEY="planted-secret",
    )
    health = httpx.get(f"{process.url}/health", trust_env=False)
    process.line("S3 client initialized for bucket: pages$")
    assert health.json()["s3_storage"] == "configured"
    assert "planted" not in "\n".join(process.lines)


def test_sigterm_finishes_what_runs_and_exits_0(
    start: Callable[..., Process], image_of: Callable[..., bytes]
) -> None:
    """The signal comes between the two halves of a request, whose answer must still come."""
    process = start("--release", "1.3.6", "--workers", "1")
    host, port = process.url.removeprefix("http://").split(":")
    body = (
        b'--b\r\nContent-Disposition: form-data; name="file"; filename="a.png"\r\n\r\n'
        + image_of()
        + b"\r\n--b--\r\n"
    )
    head = (
        f"POST /ocr HTTP/1.1\r\nHost: x\r\nContent-Length: {len(body)}\r\n"
        "Expect: 100-continue\r\nContent-Type: multipart/form-data; boundary=b\r\n\r\n"
    )
    with socket.create_connection((host, int(port)), TIMEOUT_S) as connection:
        connection.sendall(head.encode())
        assert connection.recv(100).startswith(b"HTTP/1.1 100")  # the application waits for more
        process.popen.send_signal(signal.SIGTERM)
        process.line("Shutting down")
        with pytest.raises(ConnectionError):
            socket.create_connection((host, int(port)), TIMEOUT_S)
        connection.sendall(body)
        answer = b""
        while more := connection.recv(10_000):
            answer += more
    assert answer.startswith(b"HTTP/1.1 200"), answer
    assert b'"status":"success"' in answer
    assert process.popen.wait(TIMEOUT_S) == 0
    process.line("SIGTERM received by PID")
    process.line("FatalError: `Termination signal` is detected by the operating system.")
    process.line("Finished server process")


def test_check_says_what_is_missing(environment: dict[str, str], tmp_path: Path) -> None:
    def check(*arguments: str, **variables: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [sys.executable, "-m", "reference_server", "--check", *arguments],
            capture_output=True,
            text=True,
            env=environment | variables,
            timeout=TIMEOUT_S,
            check=False,
        )

    ready = check()
    assert (ready.returncode, ready.stdout) == (0, "ready: engine rapidocr, text engine builtin\n")
    bare = check("--engine", "tesseract", PATH=str(tmp_path))
    assert bare.returncode == 6
    assert "apt-get install tesseract-ocr" in bare.stdout


def test_the_default_engine_reads_without_any_download(
    start: Callable[..., Process], tmp_path: Path
) -> None:
    """Every connection out goes to a proxy that is not there."""
    from PIL import Image, ImageDraw, ImageFont

    page = Image.new("RGB", (420, 90), "white")
    font = ImageFont.load_default(36)
    ImageDraw.Draw(page).text((20, 20), "Invoice 47193", fill="black", font=font)
    page.save(tmp_path / "page.png")
    dead = "http://127.0.0.1:9"
    process = start("--workers", "1", HTTP_PROXY=dead, HTTPS_PROXY=dead)
    with (tmp_path / "page.png").open("rb") as file:
        answer = httpx.post(
            f"{process.url}/ocr", files={"file": file}, timeout=TIMEOUT_S, trust_env=False
        )
    assert answer.status_code == 200, answer.text
    document = json.loads(Path(answer.json()["local_files"]["json"]).read_text())
    text = " ".join(block["block_content"] for block in document["parsing_res_list"])
    assert text == "Invoice 47193"
