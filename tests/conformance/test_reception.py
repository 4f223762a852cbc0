"""Unreachable, not deployed, unauthorized and unknown are four things, and none is a violation."""

from __future__ import annotations

import socket
from typing import TYPE_CHECKING

from tests.conformance.tiny_targets import Handler, run_suite, tiny_target

if TYPE_CHECKING:
    from pathlib import Path


def test_nobody_listens(tmp_path: Path) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))  # bound and not listening: nobody else can take the port
        run = run_suite(tmp_path, "--base-url", f"http://127.0.0.1:{taken.getsockname()[1]}")
    assert run.exit_code == 6, run.said
    assert "unreachable" in run.last_words
    assert "check the address" in run.last_words
    assert not run.reported


def test_404_on_every_path_is_not_deployed(tmp_path: Path) -> None:
    with tiny_target(lambda request: request.say(404, b'{"detail":"Not Found"}')) as url:
        run = run_suite(tmp_path, "--base-url", url)
    assert run.exit_code == 6, run.said
    assert "not deployed" in run.last_words
    assert not run.reported


def _guarded(request: Handler) -> None:
    request.say(401, b'{"message":"Missing authorization in request"}')


def test_401_without_a_key_asks_for_one(tmp_path: Path) -> None:
    with tiny_target(_guarded) as url:
        run = run_suite(tmp_path, "--base-url", url)
    assert run.exit_code == 2, run.said
    assert "--api-key-env" in run.last_words


def test_401_with_a_key_says_that_the_key_is_wrong(tmp_path: Path) -> None:
    with tiny_target(_guarded) as url:
        run = run_suite(tmp_path, "--base-url", url, "--api-key-env", "A_KEY", A_KEY="wrong-key-1")
    assert run.exit_code == 2, run.said
    assert "the key is wrong" in run.last_words
    assert "wrong-key-1" not in run.said


def test_a_web_site_speaks_no_contract(tmp_path: Path) -> None:
    def site(request: Handler) -> None:
        request.say(200 if request.command == "GET" else 405, b"<html></html>", "text/html")

    with tiny_target(site) as url:
        run = run_suite(tmp_path, "--base-url", url)
    assert run.exit_code == 6, run.said
    assert "speaks none of" in run.last_words
