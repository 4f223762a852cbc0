"""What the connection check makes of what it saw: pure, no server."""

from __future__ import annotations

import re
from typing import Any, get_args

import pytest

from gate.connection.diagnosis import LONG_WAIT_S, DiagnosisId, diagnose
from gate.connection.probing import chat_answer, other_roots
from gate.connection.seen import ChatAnswer, Credentials, Probe, Seen
from gate.connection.texts import described, texts

PATHS = ("/health", "/", "/v1/models", "/ocr", "/foundationModels/v1/completion")


def probes(*, with_key: bool = False, **about: Any) -> tuple[Probe, ...]:
    return tuple(
        Probe(method="GET", path=path, with_key=with_key, **{"elapsed_s": 0.1, **about})
        for path in PATHS
    )


def statuses(*values: int, with_key: bool = False, **about: Any) -> tuple[Probe, ...]:
    return tuple(
        Probe(
            method="GET", path=path, with_key=with_key, status=status, **{"elapsed_s": 0.1, **about}
        )
        for path, status in zip(PATHS, values, strict=True)
    )


def seen(probed: tuple[Probe, ...], **about: Any) -> Seen:
    return Seen(
        **{
            "url": "https://run.example.org/v1",
            "root": "https://run.example.org",
            "v1_given": True,
            "probes": probed,
            "credentials": Credentials(),
            **about,
        }
    )


KEY = Credentials(kind="api_key")
TOKEN = Credentials(kind="iam", iam="exchanged")
CHAT = ChatAnswer(model="m", ok=True, text="Да.", elapsed_s=1.0, status=200)
HTML = {"media_type": "text/html"}

CASES: list[tuple[DiagnosisId, Seen]] = [
    ("speaks", seen(statuses(200, 200, 404, 400, 404), contracts=("ocr-service",), v1_given=False)),
    ("speaks", seen(statuses(404, 404, 200, 404, 404), contracts=("openai",), chat=CHAT)),
    ("missing_v1", seen(statuses(404, 404, 200, 404, 404), contracts=("openai",), v1_given=False)),
    (
        "chat_failed",
        seen(
            statuses(404, 404, 200, 404, 404),
            contracts=("openai",),
            chat=ChatAnswer(model="m", ok=False, elapsed_s=1, problem="status 500", status=500),
        ),
    ),
    (
        "key_wrong",
        seen(
            statuses(404, 404, 200, 404, 404, with_key=True),
            contracts=("openai",),
            credentials=KEY,
            chat=ChatAnswer(model="m", ok=False, elapsed_s=1, status=401),
        ),
    ),
    (
        "forbidden",
        seen(
            statuses(404, 404, 200, 404, 404, with_key=True),
            contracts=("openai",),
            credentials=KEY,
            chat=ChatAnswer(model="m", ok=False, elapsed_s=1, status=403),
        ),
    ),
    ("dns", seen(probes(failure="dns"))),
    ("tls", seen(probes(failure="tls"))),
    ("connect_timeout", seen(probes(failure="connect_timeout"))),
    ("refused", seen(probes(failure="refused"))),
    ("silent", seen(probes(failure="timeout"))),
    ("no_http", seen(probes(failure="disconnected"))),
    ("no_http", seen(probes(failure="protocol"))),
    ("not_deployed", seen(statuses(404, 404, 404, 404, 404))),
    ("not_deployed", seen(statuses(404, 404, 404, 404, 404, **HTML))),
    (
        "not_deployed",
        seen(
            statuses(404, 404, 404, 404, 404) + statuses(*[404] * 5, with_key=True),
            credentials=TOKEN,
        ),
    ),
    ("key_missing", seen(statuses(401, 401, 401, 401, 401))),
    ("key_missing", seen(statuses(200, 404, 401, 404, 404))),
    ("key_missing", seen(statuses(403, 403, 403, 403, 403))),
    (
        "key_wrong",
        seen(statuses(*[401] * 5) + statuses(*[401] * 5, with_key=True), credentials=KEY),
    ),
    (
        "forbidden",
        seen(statuses(*[401] * 5) + statuses(*[403] * 5, with_key=True), credentials=TOKEN),
    ),
    ("iam_refused", seen(statuses(*[401] * 5), credentials=Credentials(iam="refused"))),
    ("iam_failed", seen(statuses(*[401] * 5), credentials=Credentials(iam="failed"))),
    ("gateway_timeout", seen(statuses(*[502] * 5, elapsed_s=LONG_WAIT_S + 1))),
    ("gateway_timeout", seen(statuses(*[504] * 5, elapsed_s=LONG_WAIT_S + 1, **HTML))),
    ("gateway_unavailable", seen(statuses(*[502] * 5))),
    ("gateway_unavailable", seen(statuses(*[503] * 5, elapsed_s=LONG_WAIT_S + 1))),
    ("html_from_proxy", seen(statuses(*[200] * 5, **HTML))),
    ("html_from_proxy", seen(statuses(*[403] * 5, **HTML))),
    ("redirected", seen(statuses(*[302] * 5, location="https://login.example.org/"))),
    ("rate_limited", seen(statuses(*[429] * 5))),
    ("server_fails", seen(statuses(*[500] * 5))),
    ("mixed", seen(statuses(200, 200, 404, 405, 405))),
    (
        "wrong_prefix",
        seen(statuses(*[404] * 5), contracts=("openai",), elsewhere="https://run.example.org/api"),
    ),
]


@pytest.mark.parametrize(("expected", "what"), CASES)
def test_each_pattern_has_its_diagnosis(expected: str, what: Seen) -> None:
    assert diagnose(what) == expected


def test_there_is_a_case_for_every_diagnosis() -> None:
    assert {expected for expected, _ in CASES} == set(get_args(DiagnosisId))


def test_every_diagnosis_has_its_words_and_no_others_have() -> None:
    assert set(texts()) == set(get_args(DiagnosisId))


@pytest.mark.parametrize(("expected", "what"), CASES)
def test_the_words_are_filled_in_and_name_the_address(expected: DiagnosisId, what: Seen) -> None:
    found = described(expected, what)
    for words in (found.en, found.ru):
        text = " ".join([words.title, words.cause, *words.next])
        assert not re.search(r"[{}]", text)
        assert "run.example.org" in text or expected in (
            "chat_failed", "html_from_proxy", "iam_refused", "iam_failed",
        )  # fmt: skip
    assert re.search("[а-яё]", found.ru.cause)
    assert not re.search("[а-яё]", found.en.cause)


def test_the_exit_code_tells_unreachable_from_a_matter_of_keys() -> None:
    codes = {name: entry["exit_code"] for name, entry in texts().items()}
    assert {name for name, code in codes.items() if code == 0} == {"speaks", "missing_v1"}
    assert {name for name, code in codes.items() if code == 2} == {
        "key_missing", "key_wrong", "forbidden", "iam_refused", "wrong_prefix",
    }  # fmt: skip
    assert codes["not_deployed"] == codes["dns"] == codes["connect_timeout"] == 6


def test_other_places_are_nearer_the_root_or_well_known() -> None:
    assert other_roots("http://h/a/b") == (
        "http://h/a", "http://h", "http://h/api", "http://h/openai", "http://h/inference",
    )  # fmt: skip
    assert "http://h" not in other_roots("http://h")


def test_a_completion_without_text_is_a_problem() -> None:
    from conformance.exchange import Answer, Request

    asked = Request("POST", "/v1/chat/completions")
    answer = Answer(asked, 200, {}, b'{"choices": []}', 0.5, "curl")
    assert not chat_answer("m", answer).ok
    assert "choices" in chat_answer("m", answer).problem
