"""IAM tokens of a run: fetched once, renewed in time and after a 401, and never shown."""

from __future__ import annotations

import os
import subprocess
import sys
import threading
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from conformance.iam import IamFailed, IamKeys, IamTokens, exchange
from reference_server.app import create_app
from reference_server.authorization import TOKEN_PATH
from reference_server.running import serve_in_thread
from reference_server.settings import Settings
from reports.conformance_result import decode

if TYPE_CHECKING:
    from collections.abc import Iterator

ROOT = Path(__file__).parents[2]
KEY_ID, SECRET = "an-id-of-a-test", "a-secret-of-a-test"


class Clock:
    now = 1000.0

    def __call__(self) -> float:
        return self.now


class Issuer:
    """Gives t1, t2, … of a lifetime in seconds; `down` makes it fail."""

    def __init__(self, lifetime_s: float = 100.0) -> None:
        self.count, self.lifetime_s, self.down = 0, lifetime_s, False

    def __call__(self) -> tuple[str, float]:
        if self.down:
            raise IamFailed("it is down", refused=False)
        self.count += 1
        return f"t{self.count}", self.lifetime_s


@pytest.fixture
def clock() -> Clock:
    return Clock()


def test_a_token_is_used_until_shortly_before_its_end(clock: Clock) -> None:
    tokens = IamTokens(Issuer(200.0), clock)
    assert tokens() == tokens() == "t1"
    clock.now += 169
    assert tokens() == "t1"
    clock.now += 2
    assert tokens() == "t2"
    assert tokens.notes == ("the IAM token was renewed 1 times in mid-run, 0 of them after a 401",)


def test_a_short_life_is_used_for_three_quarters(clock: Clock) -> None:
    tokens = IamTokens(Issuer(4.0), clock)
    assert tokens() == "t1"
    clock.now += 2.9
    assert tokens() == "t1"
    clock.now += 0.2
    assert tokens() == "t2"


def test_a_token_that_was_refused_is_replaced_once(clock: Clock) -> None:
    tokens = IamTokens(Issuer(), clock)
    first = tokens()
    clock.now += 10
    assert tokens.renew(first)
    assert tokens() == "t2"
    assert tokens.renew(first), "another thread has renewed it already"
    assert tokens() == "t2"
    assert not tokens.renew("t2"), "what refuses a fresh token, refuses any"
    assert tokens.after_refusals == 1


def test_a_failure_in_mid_run_keeps_the_old_token_and_is_told(clock: Clock) -> None:
    issuer = Issuer()
    tokens = IamTokens(issuer, clock)
    assert tokens() == "t1"
    issuer.down = True
    clock.now += 99
    assert tokens() == "t1"
    assert not tokens.renew("t1")
    assert "could not be renewed 2 times: it is down" in tokens.notes[0]


def test_a_failure_at_the_start_is_one(clock: Clock) -> None:
    issuer = Issuer()
    issuer.down = True
    with pytest.raises(IamFailed):
        IamTokens(issuer, clock)()


def test_threads_share_one_exchange(clock: Clock) -> None:
    issuer = Issuer()
    tokens = IamTokens(issuer, clock)
    threads = [threading.Thread(target=tokens) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(10)
    assert issuer.count == 1


@contextmanager
def bundled(tmp_path: Path, **settings: Any) -> Iterator[str]:
    given = {
        "state_dir": tmp_path / "state",
        "workers": 1,
        "iam_key_id": KEY_ID,
        "iam_secret": SECRET,
    }
    app = create_app(Settings(**{**given, **settings}), ocr_engine=object())  # type: ignore[arg-type]  # never asked
    with serve_in_thread(app) as url:
        yield url


def test_wrong_keys_and_a_silent_service_are_told_apart(tmp_path: Path) -> None:
    with bundled(tmp_path) as url:
        token, lifetime_s = exchange(IamKeys(url + TOKEN_PATH, KEY_ID, SECRET))
        assert (len(token) > 20, lifetime_s) == (True, 3600.0)
        with pytest.raises(IamFailed, match="refuses the keys with 401: Invalid client") as wrong:
            exchange(IamKeys(url + TOKEN_PATH, KEY_ID, "wrong"))
    assert wrong.value.refused
    with pytest.raises(IamFailed, match="gave no answer") as silent:
        exchange(IamKeys(url + TOKEN_PATH, KEY_ID, SECRET))
    assert not silent.value.refused


def suite(url: str, reports: Path, *arguments: str, secret: str = SECRET) -> Any:
    return subprocess.run(
        [
            sys.executable, "-m", "pytest", str(ROOT / "conformance/openai"), "-q",
            "-p", "no:cacheprovider", "--contract", "openai", "--base-url", url,
            "--iam-url", url + TOKEN_PATH, "--iam-key-id-env", "T_ID", "--iam-secret-env", "T_SECRET",
            "--service-name", "s", "--service-version", "1", "--reports-dir", str(reports), *arguments,
        ],
        cwd=ROOT, env=os.environ | {"T_ID": KEY_ID, "T_SECRET": secret},
        capture_output=True, text=True, timeout=120, check=False,
    )  # fmt: skip


def test_a_run_outlives_its_tokens_and_says_so(tmp_path: Path) -> None:
    with bundled(tmp_path, iam_token_ttl=1) as url:
        done = suite(url, tmp_path / "reports", "-k", "test_limits or test_iam or test_stop")
    written = tmp_path / "reports/s/1/conformance.json"
    result = decode(written.read_bytes())
    assert done.returncode == 0, done.stdout
    assert any("the IAM token was renewed" in note for note in result.notes)
    rows = {row.id: row.outcome for row in result.requirements}
    assert rows["OAI-IAM-15"] == "conforms"
    for file in (tmp_path / "reports").rglob("*.*"):
        assert SECRET.encode() not in file.read_bytes()
    assert SECRET not in done.stdout


def test_wrong_keys_end_a_run_before_it_begins(tmp_path: Path) -> None:
    with bundled(tmp_path) as url:
        done = suite(url, tmp_path / "reports", secret="wrong-secret")
    assert done.returncode == 2
    assert "the IAM service refuses the keys with 401" in done.stdout + done.stderr
