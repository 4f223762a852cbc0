"""`inference-gate check` against servers that are broken in one way each, and against whole ones."""

from __future__ import annotations

import json
import threading
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import pytest
from click.testing import CliRunner, Result
from misbehaving import (
    GATEWAY_401,
    Asked,
    Says,
    accepting_in_silence,
    always,
    never_accepting,
    serving,
    speaking_something_else,
    unused_port,
)

from gate.check import check
from gate.connection import diagnosis
from reference_server.app import create_app
from reference_server.authorization import TOKEN_PATH
from reference_server.running import serve_in_thread
from reference_server.settings import Settings

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

API_KEY = "a-key-that-nobody-may-see-1"
KEY_ID, SECRET = "an-id-that-nobody-may-see-2", "a-secret-that-nobody-may-see-3"
NAMES = ("CLOUD_RU_IAM_KEY_ID", "CLOUD_RU_IAM_SECRET", "GATE_TEST_KEY")
HTML = b"<html><body>Sign in to the network</body></html>"
SERVED = {
    "object": "list",
    "data": [{"id": "m-1", "object": "model", "created": 1, "owned_by": ""}],
}


class NoEngine:
    """An OCR engine that is never asked."""


@pytest.fixture(autouse=True)
def no_keys(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in NAMES:
        monkeypatch.delenv(name, raising=False)


@pytest.fixture
def run(tmp_path: Path) -> Callable[..., tuple[Result, dict[str, Any], str]]:
    """Runs the check and returns what it printed, its JSON and its Markdown."""

    def checked(url: str, *arguments: str) -> tuple[Result, dict[str, Any], str]:
        out, env = tmp_path / "out", tmp_path / ".env"
        outcome = CliRunner().invoke(
            check,
            [url, "--out", str(out), "--env-file", str(env), "--timeout", "10", *arguments],
            catch_exceptions=False,
        )
        text = (out / "connection.json").read_text()
        report = (out / "connection.md").read_text()
        for secret in (API_KEY, KEY_ID, SECRET):
            assert secret not in text + report + outcome.output
        return outcome, json.loads(text), report

    return checked


@contextmanager
def bundled(tmp_path: Path, **settings: Any) -> Iterator[str]:
    given = Settings(**{"state_dir": tmp_path / "state", "workers": 1, **settings})
    app = create_app(given, ocr_engine=NoEngine())  # type: ignore[arg-type]  # never asked
    with serve_in_thread(app) as url:
        yield url


def by_key(asked: Asked, without: Says, with_it: Says) -> Says:
    return without if asked.authorization is None else with_it


def only_openai(prefix: str) -> Callable[[Asked], Says]:
    """A server of the OpenAI-compatible contract under a prefix, and 404 beside it."""

    def behave(asked: Asked) -> Says:
        if asked.path == f"{prefix}/v1/models":
            return Says(200, json.dumps(SERVED).encode())
        if asked.path == f"{prefix}/v1/chat/completions":
            message = {"role": "assistant", "content": "Это | наука."}
            choices = [{"index": 0, "message": message, "finish_reason": "stop"}]
            return Says(200, json.dumps({"choices": choices}).encode())
        return Says(404, b'{"detail":"Not Found"}')

    return behave


BROKEN: list[tuple[str, int, Any]] = [
    ("not_deployed", 6, always(404, b"404 page not found", "text/plain")),
    ("key_missing", 2, always(401, GATEWAY_401)),
    ("html_from_proxy", 6, always(200, HTML, "text/html; charset=utf-8")),
    ("html_from_proxy", 6, always(403, HTML, "text/html")),
    ("gateway_unavailable", 6, always(503, b"no healthy upstream", "text/plain")),
    ("redirected", 6, always(302, b"", location="https://login.invalid/")),
    ("server_fails", 6, always(500, b'{"detail":"Internal"}')),
    ("mixed", 6, lambda asked: Says(200 if asked.path == "/" else 404, b"hello", "text/plain")),
]


@pytest.mark.parametrize(("expected", "code", "behave"), BROKEN)
def test_a_broken_deployment_is_named(run: Any, expected: str, code: int, behave: Any) -> None:
    with serving(behave) as url:
        outcome, result, report = run(url)
    assert (result["diagnosis"]["id"], outcome.exit_code) == (expected, code), outcome.output
    assert result["diagnosis"]["en"]["title"] in outcome.output
    assert result["diagnosis"]["en"]["next"][0] in outcome.output
    assert "/v1/models" in report


def test_502_after_a_long_wait(run: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(diagnosis, "LONG_WAIT_S", 0.2)
    never = threading.Event()

    def behave(asked: Asked) -> Says:
        never.wait(0.3)
        return Says(502, HTML, "text/html")

    with serving(behave) as url:
        outcome, result, _ = run(url)
    assert (result["diagnosis"]["id"], outcome.exit_code) == ("gateway_timeout", 6)


def test_a_limit_that_is_reached(run: Any) -> None:
    with serving(always(429, **{"retry-after": "3600"})) as url:
        outcome, result, _ = run(url)
    assert (result["diagnosis"]["id"], outcome.exit_code) == ("rate_limited", 3)


def test_a_certificate_that_nobody_vouches_for(run: Any, tmp_path: Path) -> None:
    from reference_server.yandex.certificates import self_made

    self_made(tmp_path / "tls")
    with serving(only_openai(""), tls=tmp_path / "tls") as url:
        outcome, result, _ = run(url)
        assert (result["diagnosis"]["id"], outcome.exit_code) == ("tls", 6)
        assert "certificate" in outcome.output.lower()
        trusted, result, _ = run(url, "--ca-file", str(tmp_path / "tls/certificate.pem"))
    assert (result["diagnosis"]["id"], trusted.exit_code) == ("missing_v1", 0)


def test_tls_where_plain_http_is_spoken(run: Any) -> None:
    with serving(only_openai("")) as url:
        outcome, result, _ = run(url.replace("http://", "https://"))
    assert (result["diagnosis"]["id"], outcome.exit_code) == ("tls", 6)


def test_a_name_that_does_not_exist(run: Any) -> None:
    outcome, result, _ = run("https://no-such-model-run.invalid/v1")
    assert (result["diagnosis"]["id"], outcome.exit_code) == ("dns", 6)


def test_nobody_takes_the_connection(run: Any) -> None:
    with never_accepting() as url:
        outcome, result, _ = run(url, "--timeout", "0.5")
    assert (result["diagnosis"]["id"], outcome.exit_code) == ("connect_timeout", 6)


def test_nobody_listens(run: Any) -> None:
    outcome, result, _ = run(f"http://127.0.0.1:{unused_port()}")
    assert (result["diagnosis"]["id"], outcome.exit_code) == ("refused", 6)


def test_taken_and_never_answered(run: Any) -> None:
    with accepting_in_silence() as url:
        outcome, result, _ = run(url, "--timeout", "0.5")
    assert (result["diagnosis"]["id"], outcome.exit_code) == ("silent", 6)


def test_another_protocol(run: Any) -> None:
    with speaking_something_else() as url:
        outcome, result, _ = run(url)
    assert (result["diagnosis"]["id"], outcome.exit_code) == ("no_http", 6)


@pytest.mark.parametrize(("status", "expected"), [(401, "key_wrong"), (403, "forbidden")])
def test_a_key_that_is_refused(
    run: Any, monkeypatch: pytest.MonkeyPatch, status: int, expected: str
) -> None:
    monkeypatch.setenv("GATE_TEST_KEY", API_KEY)

    def behave(asked: Asked) -> Says:
        said = json.dumps({"message": f"no: {asked.authorization}"}).encode()
        return by_key(asked, Says(401, GATEWAY_401), Says(status, said))

    with serving(behave) as url:
        outcome, result, _ = run(url, "--api-key-env", "GATE_TEST_KEY")
    assert (result["diagnosis"]["id"], outcome.exit_code) == (expected, 2)


@pytest.mark.parametrize("given", ["/service/v1", "/service", "/v1/models/x"])
def test_a_path_too_much(run: Any, given: str) -> None:
    with serving(only_openai("")) as url:
        outcome, result, _ = run(url + given)
    assert (result["diagnosis"]["id"], outcome.exit_code) == ("wrong_prefix", 2)
    assert f"→ Use the address {url}" in outcome.output


def test_a_prefix_that_is_missing(run: Any) -> None:
    with serving(only_openai("/api")) as url:
        _, result, _ = run(url)
    assert result["seen"]["elsewhere"] == f"{url}/api"
    assert result["base_url"] == f"{url}/api/v1"


def test_an_address_without_v1_is_mended_and_says_so(run: Any) -> None:
    with serving(only_openai("")) as url:
        outcome, result, report = run(url)
        assert (result["diagnosis"]["id"], outcome.exit_code) == ("missing_v1", 0)
        assert result["base_url"] == f"{url}/v1"
        assert f"Use {url}/v1 as the base URL of an SDK." in outcome.output
        outcome, result, report = run(f"{url}/v1")
    assert (result["diagnosis"]["id"], outcome.exit_code) == ("speaks", 0)
    assert "Это \\| наука." in report


def test_the_whole_test_of_a_model_run(
    run: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Keys out of .env, a token for them, the models, one completion."""
    (tmp_path / ".env").write_text(
        f"CLOUD_RU_IAM_KEY_ID={KEY_ID}\nCLOUD_RU_IAM_SECRET='{SECRET}'\n"
    )
    with bundled(tmp_path, iam_key_id=KEY_ID, iam_secret=SECRET) as url:
        outcome, result, report = run(f"{url}/v1", "--iam-url", url + TOKEN_PATH, "--lang", "ru")
    seen = result["seen"]
    assert (result["diagnosis"]["id"], outcome.exit_code) == ("speaks", 0)
    assert seen["contracts"] == ["ocr-service", "openai", "yandex"]
    assert seen["models"] == ["model-run-local-among"]
    assert seen["credentials"]["iam"] == "exchanged"
    assert seen["chat"]["ok"]
    assert len(seen["chat"]["text"]) > 20
    assert seen["chat"]["prompt_tokens"] > 0
    assert "Сервис отвечает" in outcome.output
    assert {p["status"] for p in seen["probes"] if not p["with_key"]} == {401}
    assert "access_token" not in json.dumps(result)
    assert "Проверка подключения" in report


def test_without_keys_the_missing_ones_are_named(run: Any, tmp_path: Path) -> None:
    with bundled(tmp_path, iam_key_id=KEY_ID, iam_secret=SECRET) as url:
        outcome, result, report = run(url)
    assert (result["diagnosis"]["id"], outcome.exit_code) == ("key_missing", 2)
    assert result["seen"]["credentials"]["missing"] == [
        "CLOUD_RU_IAM_KEY_ID",
        "CLOUD_RU_IAM_SECRET",
    ]
    assert "CLOUD_RU_IAM_SECRET" in report


def test_one_of_the_pair_is_missing(
    run: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CLOUD_RU_IAM_KEY_ID", KEY_ID)
    with bundled(tmp_path, iam_key_id=KEY_ID, iam_secret=SECRET) as url:
        _, result, _ = run(url)
    assert result["seen"]["credentials"]["missing"] == ["CLOUD_RU_IAM_SECRET"]


@pytest.mark.parametrize(
    ("iam", "expected", "code"),
    [
        (
            always(401, b'{"error":"invalid_client","error_description":"bad keys"}'),
            "iam_refused",
            2,
        ),
        (always(503), "iam_failed", 6),
    ],
)
def test_iam_gives_no_token(
    run: Any, monkeypatch: pytest.MonkeyPatch, iam: Any, expected: str, code: int
) -> None:
    monkeypatch.setenv("CLOUD_RU_IAM_KEY_ID", KEY_ID)
    monkeypatch.setenv("CLOUD_RU_IAM_SECRET", SECRET)
    with serving(iam) as iam_url, serving(always(401, GATEWAY_401)) as url:
        outcome, result, _ = run(url, "--iam-url", f"{iam_url}/token")
    assert (result["diagnosis"]["id"], outcome.exit_code) == (expected, code)


def test_the_keys_are_not_sent_for_an_address_that_does_not_answer(
    run: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CLOUD_RU_IAM_KEY_ID", KEY_ID)
    monkeypatch.setenv("CLOUD_RU_IAM_SECRET", SECRET)
    asked: list[Asked] = []

    def iam(request: Asked) -> Says:
        asked.append(request)
        return Says(401)

    with serving(iam) as iam_url:
        run(f"http://127.0.0.1:{unused_port()}", "--iam-url", f"{iam_url}/token")
    assert asked == []


def test_a_completion_that_fails_is_not_a_pass(run: Any) -> None:
    def behave(asked: Asked) -> Says:
        if asked.method == "POST" and asked.path.startswith("/v1/"):
            return Says(500, b'{"error":"no room on the card"}')
        return only_openai("")(asked)

    with serving(behave) as url:
        outcome, result, _ = run(f"{url}/v1")
        assert (result["diagnosis"]["id"], outcome.exit_code) == ("chat_failed", 1)
        assert "no room on the card" in outcome.output
        outcome, result, _ = run(f"{url}/v1", "--no-chat")
    assert (outcome.exit_code, result["seen"]["chat"]) == (0, None)


def test_secrets_in_the_address_are_not_shown(run: Any) -> None:
    with serving(always(404)) as url:
        outcome, _, report = run(
            url.replace("http://", "http://u:hunter-22@") + "/?token=hunter-23"
        )
    assert "hunter" not in outcome.output + report


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["run.example.org/v1"], "URL: not a URL: give one such as https://host/v1"),
        (["http://h", "--iam-url", "nowhere"], "--iam-url: not a URL"),
        (["http://h", "--api-key-env", "GATE_TEST_KEY"], "the variable GATE_TEST_KEY is not set"),
    ],
)
def test_wrong_usage_is_one_clear_line(arguments: list[str], message: str) -> None:
    outcome = CliRunner().invoke(check, arguments)
    assert outcome.exit_code == 2
    assert message in outcome.output


def test_a_file_without_a_certificate(tmp_path: Path) -> None:
    (tmp_path / "ca.pem").write_text("nothing")
    outcome = CliRunner().invoke(check, ["https://h", "--ca-file", str(tmp_path / "ca.pem")])
    assert outcome.exit_code == 2
    assert "holds no certificate in PEM" in outcome.output
