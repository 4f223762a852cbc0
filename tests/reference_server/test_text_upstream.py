"""The openai engine in front of an upstream: passed through as it comes, failures translated."""

from __future__ import annotations

import json
import socket
import time
from typing import TYPE_CHECKING, Any

import pytest
from scripted_upstream import STALL, Script, Stage, as_json, chunk, event, upstream
from text_serving import (
    CHAT,
    COMPLETION,
    EMBEDDING,
    FEW_SHOT,
    HAMLET,
    TIMEOUT_S,
    Served,
    chat,
    completion,
    serving,
)

from reference_server.text.openai_upstream import base_url

if TYPE_CHECKING:
    from collections.abc import Iterator

DONE = b"data: [DONE]\n\n"


@pytest.fixture(scope="module")
def stage() -> Stage:
    return Stage()


@pytest.fixture(scope="module")
def staged(stage: Stage) -> Iterator[Served]:
    """A server in front of the stage, for tests that change only the script."""
    with upstream(stage) as url, serving(**behind(url, upstream_model="m")) as served:
        yield served


def behind(url: str, **settings: Any) -> dict[str, Any]:
    return {"text_engine": "openai", "upstream_url": url, **settings}


def frames(text: str) -> list[dict[str, Any]]:
    return [json.loads(line)["result"] for line in text.splitlines()]


def texts(found: list[dict[str, Any]]) -> list[str]:
    return [frame["alternatives"][0]["message"]["text"] for frame in found]


@pytest.mark.parametrize(
    ("given", "used"),
    [
        ("http://h:1", "http://h:1/v1"),
        ("http://h:1/", "http://h:1/v1"),
        ("http://h:1/v1/", "http://h:1/v1"),
        ("http://h:1/api/openai/v1", "http://h:1/api/openai/v1"),
    ],
)
def test_a_base_url_without_a_path_is_mended(given: str, used: str) -> None:
    assert base_url(given) == used


def test_the_bundled_server_may_stand_before_itself() -> None:
    with serving() as inner, serving(**behind(inner.url)) as outer:
        plain = frames(outer.http.post(COMPLETION, json=HAMLET).text)
        streamed = {**HAMLET, "completionOptions": {"stream": True, "maxTokens": "5"}}
        got = frames(outer.http.post(COMPLETION, json=streamed).text)
        direct = frames(inner.http.post(COMPLETION, json=streamed).text)
        asked = {"modelUri": "emb://0/text-search-doc", "text": "Быть или не быть"}
        vectors = [server.http.post(EMBEDDING, json=asked).json() for server in (inner, outer)]
        few = {"modelUri": "cls://0/general", "labels": ["да", "нет"], "text": "да"}
        classified = outer.http.post(FEW_SHOT, json=few).json()
        whole = outer.http.post(CHAT, json=chat("Say: one two")).json()
    assert texts(plain) == ["Быть или не быть — вот в чём вопрос."]
    assert plain[0]["usage"] == {
        "inputTextTokens": "26", "completionTokens": "11", "totalTokens": "37",
    }  # fmt: skip
    assert texts(got)[:5] == texts(direct)
    assert got[-1]["usage"] == direct[-1]["usage"]
    assert got[-1]["alternatives"][0]["status"] == "ALTERNATIVE_STATUS_TRUNCATED_FINAL"
    assert {frame["usage"]["inputTextTokens"] for frame in got} == {"26"}
    assert vectors[0]["embedding"] == vectors[1]["embedding"]
    assert vectors[0]["numTokens"] == vectors[1]["numTokens"]
    assert classified["predictions"][0]["confidence"] > 0.5
    assert whole["usage"] == {"prompt_tokens": 11, "completion_tokens": 3, "total_tokens": 14}


def test_the_request_arrives_as_it_was_meant() -> None:
    script = Script(parts=[chunk("x", "stop"), DONE])
    settings = behind("", upstream_model="m-1", upstream_api_key="u-key")
    with upstream(script) as url, serving(**{**settings, "upstream_url": url}) as server:
        request = completion("hi", "ho", "he", stream=True, temperature=0.5, maxTokens="9")
        server.http.post(COMPLETION, json=request)
    path, asked = script.asked[0]
    assert path == "/v1/chat/completions"
    assert asked == {
        "model": "m-1",
        "messages": [
            {"role": "user", "content": "hi"},
            {"role": "assistant", "content": "ho"},
            {"role": "user", "content": "he"},
        ],
        "temperature": 0.5,
        "max_tokens": 9,
        "stream": True,
        "stream_options": {"include_usage": True, "continuous_usage_stats": True},
    }
    assert script.authorizations[0] == "Bearer u-key"


def test_without_a_model_the_first_listed_is_asked() -> None:
    script = Script(parts=[chunk("x", "stop"), DONE])
    with upstream(script) as url, serving(**behind(url)) as server:
        server.http.post(COMPLETION, json=completion("hi", stream=True))
        server.http.post(COMPLETION, json=completion("hi", stream=True))
    assert [path for path, _ in script.asked].count("/v1/models") == 1
    assert {asked["model"] for _, asked in script.asked if asked} == {"listed-model"}


def test_usage_that_comes_along_is_passed_on() -> None:
    parts = [
        chunk(f"w{n} ", usage={"prompt_tokens": 5, "completion_tokens": 2 * n}) for n in (1, 2)
    ]
    usage = {"prompt_tokens": 5, "completion_tokens": 6}
    parts += [chunk("", "stop"), event({"choices": [], "usage": usage}), DONE]
    script = Script(parts=parts)
    with upstream(script) as url, serving(**behind(url, upstream_model="m")) as server:
        got = frames(server.http.post(COMPLETION, json=completion("hi", stream=True)).text)
    assert texts(got) == ["w1 ", "w1 w2 ", "w1 w2 "]
    assert [frame["usage"]["completionTokens"] for frame in got] == ["2", "4", "6"]
    assert {frame["usage"]["inputTextTokens"] for frame in got} == {"5"}
    assert len(script.asked) == 1


def test_usage_that_comes_last_or_never_is_found_out_before_the_first_frame() -> None:
    """As llama.cpp and `transformers serve` do it; the latter has no [DONE] either."""
    script = Script(parts=[chunk("one"), chunk(" two", "length")], prompt_tokens=33)
    with upstream(script) as url, serving(**behind(url, upstream_model="m")) as server:
        request = completion("hi", stream=True, maxTokens=2)
        got = frames(server.http.post(COMPLETION, json=request).text)
    assert {frame["usage"]["inputTextTokens"] for frame in got} == {"33"}
    assert [frame["usage"]["completionTokens"] for frame in got] == ["1", "2", "2"]
    assert got[-1]["alternatives"][0]["status"] == "ALTERNATIVE_STATUS_TRUNCATED_FINAL"


def test_pieces_are_passed_on_while_the_upstream_is_still_at_work() -> None:
    usage = {"usage": {"prompt_tokens": 5, "completion_tokens": 1}}
    script = Script(parts=[chunk("first", **usage), STALL])
    request = json.dumps(completion("hi", stream=True)).encode()
    with upstream(script) as url, serving(**behind(url, upstream_model="m")) as server:
        with socket.create_connection(("127.0.0.1", server.port), TIMEOUT_S) as connection:
            connection.sendall(
                f"POST {COMPLETION} HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n"
                f"Content-Length: {len(request)}\r\n\r\n".encode()
                + request
            )
            received = b""
            while b"first" not in received:
                received += connection.recv(65_536)
            assert not script.left.is_set()
        # Our client is gone: so must we be from the upstream.
        assert script.left.wait(TIMEOUT_S)


@pytest.mark.parametrize("stream", [True, False])
@pytest.mark.parametrize(
    ("status", "headers", "body", "code", "http", "message"),
    [
        (400, {}, {"error": {"message": "max context 10"}}, 3, 400, "max context 10"),
        (422, {}, {"detail": "no such field"}, 3, 400, "no such field"),
        (400, {}, {"object": "error", "message": "flat"}, 3, 400, "flat"),
        (401, {}, {"error": {"message": "bad key s3cret"}}, 13, 500, "does not take this server's"),
        (404, {}, {"error": {"message": "no model"}}, 12, 501, "does not know"),
        (429, {"retry-after": "7"}, {}, 8, 429, "429"),
        (500, {}, {"error": "boom"}, 13, 500, "boom"),
        (503, {}, b"<html>", 14, 503, "Service Unavailable"),
        (504, {}, b"", 4, 504, "504"),
        (302, {"location": "http://x"}, b"", 13, 500, "302"),
    ],
)
def test_its_refusals_are_put_in_the_right_code(
    status: int,
    headers: dict[str, str],
    body: object,
    code: int,
    http: int,
    message: str,
    stage: Stage,
    staged: Served,
    *,
    stream: bool,
) -> None:
    parts = [body if isinstance(body, bytes) else as_json(body)]
    stage.script = Script(status=status, headers=headers, parts=parts)
    answer = staged.http.post(COMPLETION, json=completion("hi", stream=stream))
    assert answer.status_code == http
    error = answer.json()["error"]
    assert error["grpcCode"] == code
    assert message in error["message"]
    assert "s3cret" not in answer.text
    assert answer.headers.get("retry-after") == headers.get("retry-after")


@pytest.mark.parametrize(
    ("parts", "code"),
    [
        ([b"data: {not json\n\n"], 13),
        ([b"data: []\n\n"], 13),
        ([event({"choices": ["x"]})], 13),
        ([event({"error": {"code": 429, "message": "busy"}})], 8),
        ([event({"error": "boom"})], 13),
        ([chunk("one")], 14),
        ([], 14),
    ],
)
def test_a_stream_that_goes_wrong_ends_in_an_error_line(
    stage: Stage, staged: Served, parts: list[bytes], code: int
) -> None:
    stage.script = Script(parts=[chunk("zero", usage={"prompt_tokens": 1}), *parts])
    answer = staged.http.post(COMPLETION, json=completion("hi", stream=True))
    last = json.loads(answer.text.splitlines()[-1])
    assert last["error"]["grpcCode"] == code


@pytest.mark.parametrize("body", [{}, {"choices": []}, {"choices": [{}]}, []])
def test_an_answer_that_is_none_is_the_upstreams_fault(
    stage: Stage, staged: Served, body: object
) -> None:
    stage.script = Script(parts=[as_json(body)])
    answer = staged.http.post(COMPLETION, json=completion("hi"))
    vector = staged.http.post(EMBEDDING, json={"modelUri": "emb://0/general", "text": "x"})
    assert answer.json()["error"]["grpcCode"] == 13
    assert vector.json()["code"] == 13


def test_an_upstream_that_says_nothing_is_given_up_in_time() -> None:
    script = Script(parts=[STALL])
    settings: dict[str, Any] = {"upstream_model": "m", "upstream_timeout": 0.3}
    with upstream(script) as url, serving(**behind(url, **settings)) as server:
        began = time.monotonic()
        answer = server.http.post(COMPLETION, json=completion("hi"))
        assert time.monotonic() - began < 5
    assert answer.status_code == 504
    assert answer.json()["error"]["grpcCode"] == 4


def test_an_upstream_that_is_not_there_is_unavailable() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        url = f"http://127.0.0.1:{taken.getsockname()[1]}"
        with serving(**behind(url, upstream_model="m")) as server:
            answer = server.http.post(COMPLETION, json=completion("hi"))
    assert answer.status_code == 503
    assert "cannot be reached" in answer.json()["error"]["message"]


def test_tokens_of_an_upstream_are_not_made_up() -> None:
    with upstream(Script()) as url, serving(**behind(url, upstream_model="m")) as server:
        asked = {"modelUri": "gpt://0/general", "text": "x"}
        answer = server.http.post("/foundationModels/v1/tokenize", json=asked)
    assert (answer.status_code, answer.json()["code"]) == (501, 12)
