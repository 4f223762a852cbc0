"""The Yandex methods over REST: what each answers, frame by frame and field by field."""

from __future__ import annotations

import json
import math
import subprocess
import time
from itertools import pairwise
from typing import TYPE_CHECKING, Any

import httpx
import pytest
from text_serving import (
    COMPLETION,
    EMBEDDING,
    FEW_SHOT,
    HAMLET,
    MODEL,
    TIMEOUT_S,
    Served,
    completion,
    serving,
)

if TYPE_CHECKING:
    from collections.abc import Iterator

BASE = "/foundationModels/v1"


@pytest.fixture(scope="module")
def server() -> Iterator[Served]:
    with serving() as served:
        yield served


def frames(answer: httpx.Response) -> list[dict[str, Any]]:
    assert answer.text.endswith("\n")
    return [json.loads(line)["result"] for line in answer.text.removesuffix("\n").split("\n")]


def test_the_documents_example_is_answered_as_printed_there(server: Served) -> None:
    """With the document's own command line: curl and HTTP/1.0."""
    ran = subprocess.run(
        ["curl", "--http1.0", "--silent", "--include", "--noproxy", "*", "--request", "POST",
         f"{server.url}{COMPLETION}", "--header", "Content-Type: application/json; charset=utf-8",
         "--header", "Authorization: Bearer 0", "--data", "@-"],
        input=json.dumps(HAMLET).encode(), capture_output=True, check=True, timeout=TIMEOUT_S,
    )  # fmt: skip
    head, _, body = ran.stdout.decode().partition("\r\n\r\n")
    assert "transfer-encoding" not in head.lower()
    assert "connection: close" in head.lower()
    assert body == (
        '{"result":{"alternatives":[{"message":{"role":"assistant","text":'
        '"Быть или не быть — вот в чём вопрос."},"status":"ALTERNATIVE_STATUS_FINAL"}],'
        '"usage":{"inputTextTokens":"26","completionTokens":"11","totalTokens":"37"},'
        '"modelVersion":"07.03.2024"}}\n'
    )


def test_http_1_0_gets_the_stream_unframed_and_the_connection_closed(server: Served) -> None:
    streamed = {**HAMLET, "completionOptions": {"stream": True}}
    ran = subprocess.run(
        ["curl", "--http1.0", "--silent", "--include", "--raw", "--noproxy", "*",
         f"{server.url}{COMPLETION}", "--json", "@-"],
        input=json.dumps(streamed).encode(), capture_output=True, check=True, timeout=TIMEOUT_S,
    )  # fmt: skip
    head, _, body = ran.stdout.decode().partition("\r\n\r\n")
    assert "transfer-encoding" not in head.lower()
    lines = body.removesuffix("\n").split("\n")
    assert len(lines) == 11
    assert all("result" in json.loads(line) for line in lines)


def test_every_frame_has_the_whole_text_so_far_and_its_usage(server: Served) -> None:
    answer = server.http.post(COMPLETION, json=completion("Say: one two three", stream=True))
    assert answer.headers["content-type"] == "application/json"
    assert answer.headers["transfer-encoding"] == "chunked"
    got = frames(answer)
    assert [frame["alternatives"][0]["message"]["text"] for frame in got] == [
        "one", "one two", "one two three", "one two three",
    ]  # fmt: skip
    statuses = [frame["alternatives"][0]["status"] for frame in got]
    assert statuses == ["ALTERNATIVE_STATUS_PARTIAL"] * 3 + ["ALTERNATIVE_STATUS_FINAL"]
    assert [frame["usage"]["completionTokens"] for frame in got] == ["1", "2", "3", "4"]
    for frame in got:
        usage = {name: int(count) for name, count in frame["usage"].items()}
        assert usage["totalTokens"] == usage["inputTextTokens"] + usage["completionTokens"]
    assert {frame["modelVersion"] for frame in got} == {"07.03.2024"}


def test_frames_come_while_the_rest_is_being_generated() -> None:
    request = completion("Count from 1 to 10", stream=True)
    with (
        serving(builtin_token_seconds=0.05) as server,
        server.http.stream("POST", COMPLETION, json=request) as answer,
    ):
        arrivals = [time.monotonic() for _ in answer.iter_lines()]
    assert len(arrivals) == 11
    assert arrivals[-1] - arrivals[0] > 0.3
    assert max(b - a for a, b in pairwise(arrivals)) < 0.3


@pytest.mark.parametrize("stream", [True, False])
def test_an_answer_cut_by_the_limit_says_so(server: Served, *, stream: bool) -> None:
    request = completion("Say: one two three", stream=stream, maxTokens="2")
    last = frames(server.http.post(COMPLETION, json=request))[-1]
    assert last["alternatives"][0]["status"] == "ALTERNATIVE_STATUS_TRUNCATED_FINAL"
    assert last["alternatives"][0]["message"]["text"] == "one two"
    assert last["usage"]["completionTokens"] == "2"


@pytest.mark.parametrize(
    "options",
    [
        {"maxTokens": 2}, {"maxTokens": "2"}, {"max_tokens": 2}, {"max_tokens": "2"},
        {"maxTokens": 2.0}, {"maxTokens": "2", "temperature": 1}, {"maxTokens": 2, "stream": None},
    ],
)  # fmt: skip
def test_fields_may_be_named_and_written_either_way(
    server: Served, options: dict[str, Any]
) -> None:
    camel = completion("Say: one two three")
    snake = {
        "model_uri": camel["modelUri"],
        "completion_options": options,
        "messages": camel["messages"],
    }
    (frame,) = frames(server.http.post(COMPLETION, json=snake))
    assert frame["alternatives"][0]["message"]["text"] == "one two"


@pytest.mark.parametrize(
    "uri",
    [
        "gpt://0/general",
        "gpt://0/general/latest",
        "gpt://b1g/yandexgpt-lite/rc",
        f"gpt://0/{MODEL}",
    ],
)
def test_models_are_known_by_folder_name_and_version(server: Served, uri: str) -> None:
    assert server.http.post(COMPLETION, json={**HAMLET, "modelUri": uri}).status_code == 200


def test_an_embedding_is_bare_and_of_numbers(server: Served) -> None:
    asked = {"modelUri": "emb://0/text-search-doc/latest", "text": "Быть или не быть"}
    answer = server.http.post(EMBEDDING, json=asked).json()
    assert sorted(answer) == ["embedding", "modelVersion", "numTokens"]
    assert len(answer["embedding"]) == 256
    assert math.isclose(math.fsum(x * x for x in answer["embedding"]), 1)
    assert answer["numTokens"] == "4"


def test_a_classification_gives_each_label_once_in_order(server: Served) -> None:
    asked = {
        "modelUri": "cls://0/yandexgpt/latest",
        "task_description": "химия or физика",
        "labels": ["физика", "химия", "другое"],
        "text": "Химическая реакция",
        "samples": [{"text": "реакция окисления", "label": "химия"}],
    }
    answer = server.http.post(FEW_SHOT, json=asked).json()
    labels = [prediction["label"] for prediction in answer["predictions"]]
    confidences = [prediction["confidence"] for prediction in answer["predictions"]]
    assert labels == ["физика", "химия", "другое"]
    assert math.isclose(math.fsum(confidences), 1)
    assert max(confidences) == confidences[1]
    assert answer["modelVersion"] == "07.03.2024"
    assert int(answer["inputTokens"]) > 0


def test_the_tuned_classifier_knows_its_own_labels(server: Served) -> None:
    asked = {"modelUri": "cls://0/sentiment", "text": "An awful, boring film"}
    answer = server.http.post(f"{BASE}/textClassification", json=asked).json()
    found = {one["label"]: one["confidence"] for one in answer["predictions"]}
    assert max(found, key=lambda label: found[label]) == "negative"


def test_tokens_are_counted_as_a_completion_counts_them(server: Served) -> None:
    whole = server.http.post(f"{BASE}/tokenizeCompletion", json=HAMLET).json()
    assert len(whole["tokens"]) == 26
    asked = {"modelUri": "gpt://0/general", "text": "Translate text"}
    tokens = server.http.post(f"{BASE}/tokenize", json=asked).json()["tokens"]
    assert [token["text"] for token in tokens] == ["Translate", " text"]
    assert not any(token["special"] for token in tokens)
    assert all(token["id"].isdecimal() for token in tokens)


def test_a_completion_may_be_asked_for_now_and_fetched_later(server: Served) -> None:
    operation = server.http.post(f"{BASE}/completionAsync", json=HAMLET).json()
    assert operation["done"] is False
    deadline = time.monotonic() + TIMEOUT_S
    while not operation["done"] and time.monotonic() < deadline:
        operation = server.http.get(f"/operations/{operation['id']}").json()
    response = operation["response"]
    assert response["@type"].endswith("/yandex.cloud.ai.foundation_models.v1.CompletionResponse")
    text = response["alternatives"][0]["message"]["text"]
    assert text == "Быть или не быть — вот в чём вопрос."
    assert "error" not in operation
    assert operation["modifiedAt"] >= operation["createdAt"]
    assert operation["createdAt"].endswith("Z")


def test_an_unknown_operation_is_not_found(server: Served) -> None:
    answer = server.http.get("/operations/none")
    assert answer.status_code == 404
    assert answer.json()["code"] == 5


def test_every_answer_carries_its_ids(server: Served) -> None:
    mine = server.http.post(COMPLETION, json=HAMLET, headers={"x-request-id": "my-own"})
    assert mine.headers["x-request-id"] == "my-own"
    others = [server.http.post(COMPLETION, json=HAMLET) for _ in range(2)]
    refused = server.http.post(COMPLETION, json={})
    seen = [answer.headers["x-request-id"] for answer in (*others, refused)]
    assert len(set(seen)) == 3
    assert len({answer.headers["x-server-trace-id"] for answer in (*others, refused)}) == 3


def test_conversations_at_the_same_time_do_not_mix(server: Served) -> None:
    import concurrent.futures

    def ask(number: int) -> str:
        code = f"QX-{number * 7919:06d}"
        request = completion(f"The code is {code}.", "Noted.", "What is the code?", stream=True)
        with httpx.Client(timeout=TIMEOUT_S, trust_env=False) as client:
            got = frames(client.post(f"{server.url}{COMPLETION}", json=request))
        assert got[-1]["alternatives"][0]["message"]["text"] == code
        return code

    with concurrent.futures.ThreadPoolExecutor(32) as pool:
        assert len(set(pool.map(ask, range(32)))) == 32
