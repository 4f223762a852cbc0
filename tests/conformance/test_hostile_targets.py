"""Targets that answer with what no client expects: judged in bounded time, never a fault of ours."""

from __future__ import annotations

import contextlib
import time
from typing import TYPE_CHECKING

import pytest

from tests.conformance.tiny_targets import HEALTH, Handler, run_suite, tiny_target

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

QUICK = ("--contract", "ocr-service", "--request-timeout", "1", "--depth", "quick")


def endless_body(request: Handler) -> None:
    """A body without an end."""
    request.send_response(200)
    request.send_header("Content-Type", "application/json")
    request.send_header("Transfer-Encoding", "chunked")
    request.end_headers()
    piece = b"[" * (1 << 20)
    with contextlib.suppress(OSError):
        for _ in range(200):
            request.wfile.write(b"%x\r\n%s\r\n" % (len(piece), piece))
    request.close_connection = True


def slow_drip(request: Handler) -> None:
    """One byte in a while, for ever."""
    request.send_response(200)
    request.send_header("Content-Length", "100000")
    request.end_headers()
    deadline = time.monotonic() + 5
    with contextlib.suppress(OSError):
        while time.monotonic() < deadline:
            request.wfile.write(b" ")
            request.wfile.flush()
            time.sleep(0.1)  # the drip itself, not a wait for anything
    request.close_connection = True


def giant_headers(request: Handler) -> None:
    """Headers of a megabyte."""
    request.say(200, b"{}", **{f"X_{number}": "x" * 60_000 for number in range(20)})


def not_utf_8(request: Handler) -> None:
    """JSON that is not UTF-8."""
    request.say(200, '{"detail": "не UTF-8"}'.encode("cp1251"))


def html_errors(request: Handler) -> None:
    """The error page of a proxy."""
    request.say(502, b"<html><h1>502 Bad Gateway</h1></html>", "text/html")


def deep_json(request: Handler) -> None:
    """JSON nested deeper than any parser goes."""
    request.say(200, b'{"a":' * 100_000)


def bad_lengths(request: Handler) -> None:
    """A body shorter than it says."""
    request.send_response(200)
    request.send_header("Content-Length", "1000")
    request.end_headers()
    request.wfile.write(b"{}")
    request.close_connection = True


def numbers_beyond_json(request: Handler) -> None:
    """NaN, and a number of many digits."""
    request.say(200, b'{"detail": NaN, "status": ' + b"9" * 5000 + b"}")


@pytest.mark.parametrize(
    "answer",
    [
        endless_body, slow_drip, giant_headers, not_utf_8, html_errors, deep_json, bad_lengths,
        numbers_beyond_json,
    ],
)  # fmt: skip
def test_hostile_target_is_judged(answer: Callable[[Handler], None], tmp_path: Path) -> None:
    def healthy_at_first_sight(request: Handler) -> None:
        if request.path == "/health":
            request.say(200, HEALTH)
        else:
            answer(request)

    with tiny_target(healthy_at_first_sight) as url:
        run = run_suite(tmp_path, "--base-url", url, *QUICK)
    assert run.exit_code == 1, run.said
    broken = {
        row.id: row.reason for row in run.result.requirements if row.outcome == "harness_error"
    }
    assert broken == {}
    assert "INTERNALERROR" not in run.said
