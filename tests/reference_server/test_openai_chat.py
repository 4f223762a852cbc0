"""/v1: models, chat completions whole and streamed, embeddings."""

from __future__ import annotations

import base64
import json
import struct
from typing import TYPE_CHECKING, Any

import pytest
from stalling_engine import StallingEngine
from text_serving import CHAT, MODEL, Served, chat, serving

from reference_server.text.errors import Code, TextError

if TYPE_CHECKING:
    from collections.abc import Iterator

    import httpx

ONE_TWO_THREE = "Say: one two three"


@pytest.fixture(scope="module")
def server() -> Iterator[Served]:
    with serving() as served:
        yield served


def events(answer: httpx.Response) -> list[dict[str, Any]]:
    """The chunks of an event stream whose framing is right and whose end is marked."""
    assert answer.headers["content-type"].startswith("text/event-stream")
    *parts, end, nothing = answer.text.split("\n\n")
    assert (end, nothing) == ("data: [DONE]", "")
    assert all(part.startswith("data: ") and "\n" not in part for part in parts)
    return [json.loads(part.removeprefix("data: ")) for part in parts]


def assert_refused(
    answer: httpx.Response, status: int, param: str | None, code: str | None
) -> None:
    assert answer.status_code == status
    error = answer.json()["error"]
    assert error.pop("message")
    assert error.pop("type")
    assert error == {"param": param, "code": code}


def test_the_model_is_listed_and_described(server: Served) -> None:
    listed = server.http.get("/v1/models").json()
    (model,) = listed["data"]
    assert listed["object"] == "list"
    assert (model["id"], model["object"]) == (MODEL, "model")
    assert isinstance(model["created"], int)
    assert server.http.get(f"/v1/models/{MODEL}").json() == model
    assert_refused(server.http.get("/v1/models/none"), 404, "model", "model_not_found")


def test_a_whole_answer_has_every_field(server: Served) -> None:
    answer = server.http.post(CHAT, json=chat(ONE_TWO_THREE)).json()
    assert answer.pop("id").startswith("chatcmpl-")
    assert isinstance(answer.pop("created"), int)
    assert answer == {
        "object": "chat.completion",
        "model": MODEL,
        "choices": [
            {
                "index": 0,
                "message": {"role": "assistant", "content": "one two three"},
                "finish_reason": "stop",
            }
        ],
        "usage": {"prompt_tokens": 12, "completion_tokens": 4, "total_tokens": 16},
    }


def test_a_stream_tells_the_same_in_deltas(server: Served) -> None:
    answer = server.http.post(CHAT, json=chat(ONE_TWO_THREE, stream=True))
    chunks = events(answer)
    assert {chunk["object"] for chunk in chunks} == {"chat.completion.chunk"}
    assert len({(chunk["id"], chunk["created"], chunk["model"]) for chunk in chunks}) == 1
    deltas = [chunk["choices"][0]["delta"] for chunk in chunks]
    assert deltas == [
        {"role": "assistant", "content": ""},
        {"content": "one"}, {"content": " two"}, {"content": " three"}, {},
    ]  # fmt: skip
    reasons = [chunk["choices"][0]["finish_reason"] for chunk in chunks]
    assert reasons == [None, None, None, None, "stop"]
    assert not any("usage" in chunk for chunk in chunks)


def test_usage_comes_in_a_chunk_of_its_own_if_asked_for(server: Served) -> None:
    asked = chat(ONE_TWO_THREE, stream=True, stream_options={"include_usage": True})
    *others, last = events(server.http.post(CHAT, json=asked))
    assert last["choices"] == []
    assert last["usage"] == {"prompt_tokens": 12, "completion_tokens": 4, "total_tokens": 16}
    assert {chunk["usage"] for chunk in others} == {None}


def test_ids_differ_between_answers(server: Served) -> None:
    answers = [server.http.post(CHAT, json=chat("hi")).json()["id"] for _ in range(3)]
    assert len(set(answers)) == 3


@pytest.mark.parametrize("field", ["max_tokens", "max_completion_tokens"])
def test_the_limit_is_kept_and_named_as_the_reason(server: Served, field: str) -> None:
    answer = server.http.post(CHAT, json=chat(ONE_TWO_THREE, **{field: 2})).json()
    assert answer["choices"][0]["finish_reason"] == "length"
    assert answer["choices"][0]["message"]["content"] == "one two"
    assert answer["usage"]["completion_tokens"] == 2


@pytest.mark.parametrize("stop", ["two", ["two"], ["x", "two"]])
def test_a_stop_sequence_is_not_shown(server: Served, stop: str | list[str]) -> None:
    for stream in (False, True):
        answer = server.http.post(CHAT, json=chat(ONE_TWO_THREE, stop=stop, stream=stream))
        if stream:
            deltas = [chunk["choices"][0]["delta"] for chunk in events(answer)]
            text = "".join(delta.get("content", "") for delta in deltas)
        else:
            text = answer.json()["choices"][0]["message"]["content"]
        assert text == "one "


def test_n_gives_as_many_choices_and_counts_the_prompt_once(server: Served) -> None:
    whole = server.http.post(CHAT, json=chat(ONE_TWO_THREE, n=3, seed=7)).json()
    assert [choice["index"] for choice in whole["choices"]] == [0, 1, 2]
    assert whole["usage"] == {"prompt_tokens": 12, "completion_tokens": 12, "total_tokens": 24}
    chunks = events(server.http.post(CHAT, json=chat(ONE_TWO_THREE, n=2, stream=True)))
    ended = [c["choices"][0]["index"] for c in chunks if c["choices"][0]["finish_reason"]]
    assert ended == [0, 1]


def test_content_may_be_text_parts_and_the_system_a_developer(server: Served) -> None:
    asked = {
        "model": MODEL,
        "messages": [
            {"role": "developer", "content": "The code is QX-17."},
            {"role": "assistant", "content": None},
            {"role": "user", "content": [{"type": "text", "text": "What is "},
                                         {"type": "text", "text": "the code?"}]},
        ],
    }  # fmt: skip
    answer = server.http.post(CHAT, json=asked).json()
    assert answer["choices"][0]["message"]["content"] == "QX-17"


@pytest.mark.parametrize(
    ("changes", "param"),
    [
        ({"model": None}, "model"), ({"model": 1}, "model"), ({"messages": []}, "messages"),
        ({"messages": "hi"}, "messages"), ({"messages": ["hi"]}, "messages[0]"),
        ({"messages": [{"role": "robot", "content": "x"}]}, "messages[0].role"),
        ({"messages": [{"role": "user"}]}, "messages[0].content"),
        ({"messages": [{"role": "user", "content": [{"type": "image_url"}]}]},
         "messages[0].content"),
        ({"temperature": 2.1}, "temperature"), ({"temperature": "0"}, "temperature"),
        ({"top_p": 1.5}, "top_p"), ({"n": 0}, "n"), ({"n": True}, "n"), ({"seed": 0.5}, "seed"),
        ({"max_tokens": 0}, "max_tokens"), ({"max_tokens": "5"}, "max_tokens"),
        ({"max_completion_tokens": -1}, "max_completion_tokens"), ({"stream": "yes"}, "stream"),
        ({"stop": 1}, "stop"), ({"stop": ["a"] * 5}, "stop"), ({"stop": [""]}, "stop"),
        ({"stream_options": {"include_usage": True}}, "stream_options"),
        ({"stream": True, "stream_options": 1}, "stream_options"),
        ({"presence_penalty": 3}, "presence_penalty"),
        ({"tools": [{"type": "function"}]}, "tools"),
        ({"response_format": {"type": "json_object"}}, "response_format"),
    ],
)  # fmt: skip
def test_a_wrong_field_is_refused_by_name(
    server: Served, changes: dict[str, Any], param: str
) -> None:
    assert_refused(server.http.post(CHAT, json={**chat("hi"), **changes}), 400, param, None)


@pytest.mark.parametrize("body", [b"", b"{", b"[]", b'{"model":"\\ud800"}', b"[" * 100_000])
def test_what_is_no_request_at_all_is_refused(server: Served, body: bytes) -> None:
    answer = server.http.post(CHAT, content=body, headers={"content-type": "application/json"})
    assert_refused(answer, 400, None, None)


def test_an_unknown_model_is_not_found(server: Served) -> None:
    answer = server.http.post(CHAT, json={**chat("hi"), "model": "none"})
    assert_refused(answer, 404, "model", "model_not_found")


def test_too_long_an_input_is_refused(server: Served) -> None:
    answer = server.http.post(CHAT, json=chat("word " * 10_000, stream=True))
    assert_refused(answer, 400, "messages", "context_length_exceeded")


def test_paths_and_methods_that_do_not_exist_have_the_contracts_shape(server: Served) -> None:
    assert_refused(server.http.get("/v1/none"), 404, None, None)
    wrong = server.http.get(CHAT)
    assert_refused(wrong, 405, None, None)
    assert wrong.headers["allow"] == "POST"


def test_a_busy_engine_says_when_to_come_back() -> None:
    failure = TextError(Code.RESOURCE_EXHAUSTED, "slow down", retry_after=2)
    with serving(StallingEngine(pieces_before=0, failure=failure)) as server:
        answer = server.http.post(CHAT, json=chat("hi", stream=True))
        assert_refused(answer, 429, None, "rate_limit_exceeded")
        assert answer.headers["retry-after"] == "2"


def test_an_error_after_the_first_chunk_is_an_event() -> None:
    failure = TextError(Code.UNAVAILABLE, "gone")
    with serving(StallingEngine(pieces_before=1, failure=failure)) as server:
        answer = server.http.post(CHAT, json=chat("hi", stream=True))
        assert answer.status_code == 200
        last = answer.text.removesuffix("\n\n").rsplit("\n\n", 1)[1]
        assert json.loads(last.removeprefix("data: "))["error"]["message"] == "gone"


def test_embeddings_come_as_numbers_or_packed(server: Served) -> None:
    asked = {"model": MODEL, "input": ["one", "two words"]}
    plain = server.http.post("/v1/embeddings", json=asked).json()
    assert [one["index"] for one in plain["data"]] == [0, 1]
    assert plain["usage"] == {"prompt_tokens": 3, "total_tokens": 3}
    packed = server.http.post("/v1/embeddings", json={**asked, "encoding_format": "base64"}).json()
    numbers = struct.unpack("<256f", base64.b64decode(packed["data"][1]["embedding"]))
    assert numbers == pytest.approx(plain["data"][1]["embedding"], abs=1e-6)


@pytest.mark.parametrize(
    ("changes", "param"),
    [
        ({"input": []}, "input"), ({"input": ""}, "input"), ({"input": [1]}, "input"),
        ({"encoding_format": "hex"}, "encoding_format"), ({"dimensions": 128}, "dimensions"),
    ],
)  # fmt: skip
def test_a_wrong_embedding_request_is_refused_by_name(
    server: Served, changes: dict[str, Any], param: str
) -> None:
    asked = {"model": MODEL, "input": "one", **changes}
    assert_refused(server.http.post("/v1/embeddings", json=asked), 400, param, None)
