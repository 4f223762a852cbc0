"""What the text part cannot start with is said in one line, before anything is served."""

from __future__ import annotations

import socket
from typing import TYPE_CHECKING

import pytest

from reference_server.__main__ import WRONG_USAGE, main

if TYPE_CHECKING:
    from pathlib import Path


def refusal(capsys: pytest.CaptureFixture[str], state: Path, *flags: str) -> str:
    """The one line with which a start with these flags ends."""
    assert main(["--port", "0", "--state-dir", str(state), *flags]) == WRONG_USAGE
    (line,) = capsys.readouterr().err.splitlines()
    return line


@pytest.mark.parametrize(
    ("flags", "named"),
    [
        (["--text-engine", "openai"], "--upstream-url"),
        (["--text-engine", "openai", "--upstream-url", "ftp://x"], "--upstream-url"),
        (["--text-engine", "other"], "--text-engine"),
        (["--grpc-certificate", "/none", "--grpc-private-key", "/none"], "--grpc-certificate: /none"),
        (["--grpc-certificate", "/none"], "grpc_private_key both, or neither"),
        (["--iam-key-id", "x"], "iam_secret both, or neither"),
        (["--model-name", "a/b"], "--model-name"),
        (["--grpc-advertised-address", "host"], "--grpc-advertised-address"),
    ],
)  # fmt: skip
def test_a_start_that_cannot_work_names_the_flag(
    capsys: pytest.CaptureFixture[str], tmp_path: Path, flags: list[str], named: str
) -> None:
    assert named in refusal(capsys, tmp_path, *flags)


def test_a_taken_grpc_port_is_named(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = str(taken.getsockname()[1])
        line = refusal(capsys, tmp_path, "--grpc-port", port)
    assert port in line
    assert "--grpc-port" in line


def test_secrets_are_not_repeated(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    line = refusal(capsys, tmp_path, "--iam-secret", "s3cret")
    assert "s3cret" not in line


def test_check_says_what_the_text_engine_lacks(
    capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    assert main(["--check", "--state-dir", str(tmp_path), "--text-engine", "openai"]) == 6
    assert "missing: --upstream-url" in capsys.readouterr().out
