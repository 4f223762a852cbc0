"""No secret reaches anything that is written or shown, however hard the target tries."""

from __future__ import annotations

import base64
import json
from typing import TYPE_CHECKING

from tests.conformance.tiny_targets import HEALTH, Handler, run_suite, tiny_target

if TYPE_CHECKING:
    from pathlib import Path

KEY = "sk-Planted+Key/0123456789=="
USER, PASSWORD, TOKEN = "planted-user", "planted:pass/word", "planted-query-value"


def _echoing(request: Handler) -> None:
    """A 500 that repeats the whole request, in every notation that comes to mind."""
    if request.path.startswith("/health"):
        request.say(200, HEALTH)
        return
    sent = f"{request.command} {request.path} {dict(request.headers)}"
    body = {"detail": sent, "again": base64.b64encode(sent.encode()).decode(), "key": KEY}
    request.say(500, json.dumps(body).encode(), X_Echo=sent.replace("\r", "").replace("\n", ""))


def _forms(secret: str) -> set[bytes]:
    from urllib.parse import quote

    return {
        form.encode()
        for form in (
            secret,
            quote(secret, safe=""),
            base64.b64encode(secret.encode()).decode(),
            json.dumps(secret)[1:-1],
        )
    }


def _search(run_folder: Path, said: str, secrets: tuple[str, ...]) -> list[str]:
    """Where which form of a secret stands."""
    texts = {str(path): path.read_bytes() for path in run_folder.rglob("*") if path.is_file()}
    texts["the terminal"] = said.encode()
    return [
        f"{form!r} in {place}"
        for place, text in texts.items()
        for secret in secrets
        for form in _forms(secret)
        if form in text
    ]


def test_key_stands_nowhere(tmp_path: Path) -> None:
    with tiny_target(_echoing) as url:
        run = run_suite(
            tmp_path / "run",
            *("--base-url", url, "--api-key-env", "PLANTED", "--contract", "ocr-service"),
            *("--junitxml", "junit.xml", "-vv", "--showlocals", "--max-requests", "120"),
            PLANTED=KEY,
        )
    assert run.exit_code == 1, run.said
    assert run.reported
    assert (tmp_path / "run/junit.xml").exists()
    assert _search(tmp_path / "run", run.said, (KEY,)) == []
    assert "$API_KEY" in run.said


def test_userinfo_and_query_stand_nowhere(tmp_path: Path) -> None:
    from urllib.parse import quote

    with tiny_target(_echoing) as url:
        host = url.removeprefix("http://")
        userinfo = f"{USER}:{quote(PASSWORD, safe='')}"
        run = run_suite(
            tmp_path / "run",
            *("--base-url", f"http://{userinfo}@{host}/?sig={TOKEN}"),
            *("--contract", "ocr-service", "--junitxml", "junit.xml", "-vv", "--showlocals"),
            *("--max-requests", "120"),
        )
    assert run.exit_code == 1, run.said
    pair = f"{USER}:{PASSWORD}"
    assert _search(tmp_path / "run", run.said, (USER, PASSWORD, TOKEN, pair)) == []
