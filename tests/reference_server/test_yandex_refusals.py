"""What the Yandex methods refuse over REST, and in which of the three error shapes."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any

import pytest
from stalling_engine import StallingEngine
from text_serving import COMPLETION, EMBEDDING, FEW_SHOT, HAMLET, Served, completion, serving

from reference_server.text.errors import Code, TextError

if TYPE_CHECKING:
    from collections.abc import Iterator

    import httpx

JSON = {"content-type": "application/json"}
FEW = {
    "modelUri": "cls://0/yandexgpt/latest",
    "taskDescription": "Which subject?",
    "labels": ["химия", "физика"],
    "text": "Медь",
}
EMB = {"modelUri": "emb://0/text-search-doc/latest", "text": "Медь"}


@pytest.fixture(scope="module")
def server() -> Iterator[Served]:
    with serving() as served:
        yield served


def hamlet(**changes: Any) -> dict[str, Any]:
    return {**HAMLET, **changes}


def options(**changes: Any) -> dict[str, Any]:
    return hamlet(completionOptions={**HAMLET["completionOptions"], **changes})


def assert_streaming_shape(answer: httpx.Response, message: str) -> None:
    assert answer.status_code == 400
    body = answer.json()
    assert list(body) == ["error"]
    error = body["error"]
    assert re.search(message, error.pop("message"))
    assert error == {"grpcCode": 3, "httpCode": 400, "httpStatus": "Bad Request", "details": []}


def assert_unary_shape(answer: httpx.Response, message: str = "") -> None:
    assert answer.status_code == 400
    body = answer.json()
    assert re.search(message, body["message"])
    assert body == {"error": body["message"], "code": 3, "message": body["message"], "details": []}


@pytest.mark.parametrize(
    ("request_body", "message"),
    [
        ({}, "invalid model_uri"),
        (hamlet(modelUri=""), "invalid model_uri"),
        (hamlet(modelUri="general"), "invalid model_uri"),
        (hamlet(modelUri="gpt://0/no-such-model"), "invalid model_uri .*unknown model"),
        (hamlet(modelUri="gpt://0/general/nightly"), "invalid model_uri .*version"),
        (hamlet(modelUri="emb://0/general"), "invalid model_uri .*gpt://"),
        (hamlet(modelUri="gpt://0/general\n"), "invalid model_uri"),
        (hamlet(messages=[]), "messages"),
        (hamlet(messages=[{"role": "robot", "text": "x"}]), "invalid message role 'robot'"),
        (hamlet(messages=[{"role": "User", "text": "x"}]), "invalid message role 'User'"),
        (hamlet(messages=[{"text": "x"}]), "invalid message role ''"),
        (hamlet(messages=[{"role": "user"}]), r"messages\[0\] has no text"),
        (hamlet(messages=[{"role": "user", "text": "a\0b"}]), "NUL"),
        (hamlet(messages=[{"role": "user", "text": "word " * 10_000}]),
         "number of input tokens must be no more than 8192, got 10008"),
        (hamlet(messages=[{"role": "user", "text": "a" * 1_000_000}]), "no more than 8192"),
        (options(temperature=1.01), "temperature"),
        (options(temperature=-0.1), "temperature"),
        (options(maxTokens=0), "max_tokens must be greater than zero"),
        (options(maxTokens="0"), "max_tokens must be greater than zero"),
        (options(maxTokens="-1"), "max_tokens must be greater than zero"),
    ],
)  # fmt: skip
def test_what_the_completion_refuses_comes_in_the_streaming_shape(
    server: Served, request_body: dict[str, Any], message: str
) -> None:
    for stream in (False, True):
        asked = {**request_body}
        if "completionOptions" in asked:
            asked["completionOptions"] = {**asked["completionOptions"], "stream": stream}
        assert_streaming_shape(server.http.post(COMPLETION, json=asked), message)


@pytest.mark.parametrize(
    ("path", "request_body", "message"),
    [
        (EMBEDDING, {**EMB, "modelUri": "emb://0/none"}, "invalid model_uri"),
        (EMBEDDING, {**EMB, "modelUri": "gpt://0/general"}, "invalid model_uri"),
        (EMBEDDING, {**EMB, "text": ""}, r"text length is 0, which is outside the range \(0, 100000\]"),
        (EMBEDDING, {**EMB, "text": "a" * 100_001}, "text length is 100001, which is outside"),
        (EMBEDDING, {**EMB, "text": "a b " * 5_000}, "number of input tokens must be no more than 8192"),
        (EMBEDDING, {**EMB, "text": "\0"}, "NUL"),
        (EMBEDDING, {**EMB, "dim": "128"}, "dim must be 256"),
        (FEW_SHOT, {**FEW, "modelUri": "gpt://0/general"}, "invalid model_uri"),
        (FEW_SHOT, {**FEW, "text": ""}, "text length is 0"),
        (FEW_SHOT, {**FEW, "labels": []}, "number of labels must be from 2 to 20, got 0"),
        (FEW_SHOT, {**FEW, "labels": ["one"]}, "number of labels .* got 1"),
        (FEW_SHOT, {**FEW, "labels": [str(n) for n in range(21)]}, "number of labels .* got 21"),
        (FEW_SHOT, {**FEW, "labels": ["a", "b", "a"]}, "'a' twice"),
        (FEW_SHOT, {**FEW, "labels": ["a", " "]}, "label must not be empty"),
        (FEW_SHOT, {**FEW, "labels": ["a", "b\0"]}, "NUL"),
        (FEW_SHOT, {**FEW, "samples": [{"text": "x", "label": "биология"}]}, "'биология' is not one"),
        (FEW_SHOT, {**FEW, "samples": [{"label": "химия"}]}, r"samples\[0\].text length is 0"),
    ],
)  # fmt: skip
def test_what_the_unary_methods_refuse_comes_in_the_unary_shape(
    server: Served, path: str, request_body: dict[str, Any], message: str
) -> None:
    assert_unary_shape(server.http.post(path, json=request_body), message)


@pytest.mark.parametrize(
    "body",
    [
        b"", b"{", b"null", b"[]", b'"text"', b"{} {}", b'{"modelUri":"x"}x', b"{'modelUri':1}",
        b'{"modelUri":NaN}', b'{"modelUri":"\\ud800"}', b'{"modelUri":"\xff"}', b"[" * 100_000,
        b'{"a":' * 50_000, b'{"modelUri":1}', b'{"messages":{}}', b'{"messages":[1]}',
        b'{"messages":[{"role":1}]}', b'{"messages":[{"role":"user","text":["x"]}]}',
        b'{"completionOptions":[]}', b'{"completionOptions":{"stream":"true"}}',
        b'{"completionOptions":{"stream":1}}', b'{"completionOptions":{"temperature":"warm"}}',
        b'{"completionOptions":{"temperature":true}}', b'{"completionOptions":{"maxTokens":"ten"}}',
        b'{"completionOptions":{"maxTokens":1.5}}', b'{"completionOptions":{"maxTokens":true}}',
        b'{"completionOptions":{"maxTokens":"9223372036854775808"}}',
        b'{"completionOptions":{"maxTokens":9223372036854775808}}',
        b'{"completionOptions":{"maxTokens":1,"max_tokens":2}}',
    ],
)  # fmt: skip
def test_what_is_not_the_message_at_all_is_refused_before_the_rpc(
    server: Served, body: bytes
) -> None:
    assert_unary_shape(server.http.post(COMPLETION, content=body, headers=JSON))


def test_another_content_type_is_refused_and_none_is_taken(server: Served) -> None:
    body = json.dumps(HAMLET).encode()
    plain = server.http.post(COMPLETION, content=body, headers={"content-type": "text/plain"})
    assert_unary_shape(plain, "Content-Type")
    assert server.http.post(COMPLETION, content=body).status_code == 200


def test_a_body_over_four_mebibytes_is_refused(server: Served) -> None:
    answer = server.http.post(COMPLETION, content=b" " * (4 * 1024 * 1024 + 1), headers=JSON)
    assert_unary_shape(answer, "longer than")


def test_unknown_fields_are_passed_over(server: Served) -> None:
    assert server.http.post(COMPLETION, json=hamlet(newFeature={"x": [1]})).status_code == 200


def test_paths_and_methods_that_do_not_exist_have_the_contracts_shape(server: Served) -> None:
    missing = server.http.post("/foundationModels/v1/none", json={})
    assert (missing.status_code, missing.json()["code"]) == (404, 5)
    wrong = server.http.get(COMPLETION)
    assert (wrong.status_code, wrong.json()["code"], wrong.headers["allow"]) == (405, 12, "POST")


@pytest.mark.parametrize(
    ("code", "status"),
    [
        (Code.DEADLINE_EXCEEDED, 504), (Code.PERMISSION_DENIED, 403),
        (Code.RESOURCE_EXHAUSTED, 429), (Code.UNIMPLEMENTED, 501), (Code.INTERNAL, 500),
        (Code.UNAVAILABLE, 503), (Code.UNAUTHENTICATED, 401), (Code.NOT_FOUND, 404),
    ],
)  # fmt: skip
def test_each_code_has_its_status(code: Code, status: int) -> None:
    failure = TextError(code, "so it is", retry_after=3)
    with serving(StallingEngine(pieces_before=0, failure=failure)) as server:
        answer = server.http.post(COMPLETION, json=completion("hi", stream=True))
        assert answer.status_code == status
        error = answer.json()["error"]
        assert (error["grpcCode"], error["httpCode"]) == (code, status)
        assert error["message"] == "so it is"
        assert answer.headers["retry-after"] == "3"


def test_after_the_first_frame_an_error_is_a_line_of_the_200() -> None:
    failure = TextError(Code.UNAVAILABLE, "gone")
    with serving(StallingEngine(pieces_before=2, failure=failure)) as server:
        answer = server.http.post(COMPLETION, json=completion("hi", stream=True))
        assert answer.status_code == 200
        lines = [json.loads(line) for line in answer.text.splitlines()]
        assert [list(line) for line in lines] == [["result"], ["result"], ["error"]]
        assert lines[-1]["error"]["httpStatus"] == "Service Unavailable"


def test_without_the_key_nothing_is_answered() -> None:
    with serving(api_key="k-1") as server:
        for path in (COMPLETION, EMBEDDING, "/operations/x", "/foundationModels/v1/none"):
            refused = server.http.post(path, json=HAMLET)
            assert refused.status_code == 401
            assert refused.json()["code"] == 16
            assert refused.json()["message"] == "Missing authorization in request"
        for value in ("Bearer k-1", "Api-Key k-1"):
            answer = server.http.post(COMPLETION, json=HAMLET, headers={"authorization": value})
            assert answer.status_code == 200
