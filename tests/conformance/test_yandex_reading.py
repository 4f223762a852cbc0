"""Answers of the Yandex contract are read alike over both transports, and nothing wrong is lost."""

from __future__ import annotations

import json
import sys
from typing import Any

import pytest

from conformance.exchange import Answer, Request, Unexpected
from conformance.judging import Judge, NotTestable
from conformance.redaction import Redactor
from conformance.target import Target
from conformance.yandex import streams
from conformance.yandex.conversations import draw_codes, holds_code
from conformance.yandex.methods import COMPLETION, EMBEDDING, FEW_SHOT, TUNED, Call
from conformance.yandex.models import Models, folder_of, given
from conformance.yandex.outcome import Message, Outcome, count, number, predictions, vector
from conformance.yandex.rest import error_of, outcome_of
from conformance.yandex.rpc import Rpc
from conformance.yandex.transports import Claims

STREAM_ERROR = {
    "error": {
        "grpcCode": 8, "httpCode": 429, "message": "slow down", "httpStatus": "Too Many Requests",
        "details": [],
    }
}  # fmt: skip


def frame(text: str, status: str = "PARTIAL", **usage: Any) -> dict[str, Any]:
    return {
        "alternatives": [
            {
                "message": {"role": "assistant", "text": text},
                "status": f"ALTERNATIVE_STATUS_{status}",
            }
        ],
        "usage": usage,
        "modelVersion": "1",
    }


def came(body: bytes, status: int = 200, pieces: tuple[tuple[float, bytes], ...] = ()) -> Outcome:
    answer = Answer(Request("POST", "/"), status, {}, body, 1.0, "curl", pieces)
    return outcome_of(Call(COMPLETION), answer)


def line(message: dict[str, Any]) -> bytes:
    return json.dumps({"result": message}).encode() + b"\n"


def test_lines_are_timed_by_the_piece_that_ends_them() -> None:
    whole = line(frame("a")) + line(frame("ab", "FINAL"))
    cut = len(line(frame("a"))) + 5
    got = came(whole, pieces=((0.1, whole[:cut]), (0.7, whole[cut:])))
    assert [(one.text, one.at_s) for one in got.messages] == [("a", 0.1), ("ab", 0.7)]
    assert got.is_good
    assert got.last.is_final


def test_an_error_after_the_first_message_keeps_the_messages() -> None:
    got = came(line(frame("a")) + json.dumps(STREAM_ERROR).encode() + b"\n")
    assert (got.code, got.detail, len(got.messages)) == (8, "slow down", 1)
    assert not got.is_good


def test_an_error_in_place_of_messages_is_no_refusal() -> None:
    got = came(json.dumps(STREAM_ERROR).encode() + b"\n")
    assert got.code == -1
    assert not got.refused_with(8)
    with pytest.raises(Unexpected):
        got.good()


@pytest.mark.parametrize("body", [b"", b"\n", b"[]\n", b"data: {}\n"])
def test_what_is_no_message_is_no_answer(body: bytes) -> None:
    assert not came(body).is_good


@pytest.mark.parametrize(
    ("body", "code"),
    [
        (STREAM_ERROR, 8),
        ({"error": "no", "code": 3, "message": "no", "details": []}, 3),
        ({"code": 16, "message": "no", "details": []}, 16),
        ({"message": "no"}, None),
        ({"code": "3"}, None),
        ({"code": True}, None),
        ([], None),
    ],
)
def test_the_three_shapes_of_errors(body: Any, code: int | None) -> None:
    assert error_of(body)[0] == code


def test_a_refusal_needs_its_code_and_its_status() -> None:
    refusal = json.dumps({"error": "no", "code": 3, "message": "no", "details": []}).encode()
    assert came(refusal, 400).refused_with(3)
    assert not came(refusal, 500).refused_with(3)
    assert not came(refusal, 200).refused_with(3)
    assert came(b"<html>", 400).refused_with(3)
    assert came(b"<html>", 503).broke_something


def test_counts_and_numbers_as_text_or_as_numbers() -> None:
    assert [count(one) for one in ("26", 26, "-1", "1.5", None, True, "x")] == [
        *(26, 26, -1, None, None, None, None)
    ]
    assert [number(one) for one in (0.5, "0.5", 1, True, None, "x")] == [
        *(0.5, 0.5, 1.0, None, None, None)
    ]
    assert vector({"embedding": [1, "0.5"]}) == [1.0, 0.5]
    assert vector({"embedding": [1, None]}) == []
    assert predictions({"predictions": [{"label": "a", "confidence": "1"}, 5]}) == [("a", 1.0)]


def test_a_message_of_the_wrong_kinds_is_read_without_harm() -> None:
    for body in ({}, {"alternatives": 5, "usage": []}, {"alternatives": [{"message": 5}]}):
        message = Message(body, 0.0)
        assert (message.text, message.total_tokens, message.is_final) == ("", None, False)


def messages(*texts: str) -> list[Message]:
    last = len(texts) - 1
    return [
        Message(frame(text, "PARTIAL" if at < last else "FINAL"), at / 10 + 0.1)
        for at, text in enumerate(texts)
    ]


WORDS = [" ".join(map(str, range(1, end))) for end in range(2, 12)]


def test_a_cumulative_stream_is_taken_for_one() -> None:
    found = messages(*WORDS)
    assert streams.keeps_its_words(found)
    assert streams.message_without_text_so_far(found) is None
    assert streams.break_of_prefix(found) is None


def test_a_stream_may_change_its_mind_a_little() -> None:
    found = messages(*(f"{'*' if at % 2 else '-'} {text}" for at, text in enumerate(WORDS)))
    assert streams.keeps_its_words(found)
    assert streams.message_without_text_so_far(found) is None
    assert streams.break_of_prefix(found) == 1


def test_deltas_are_not_taken_for_a_cumulative_stream() -> None:
    deltas = [f" {number}" for number in range(11, 40)]
    assert not streams.keeps_its_words(messages(*deltas))
    assert streams.message_without_text_so_far(messages(*deltas, "".join(deltas))) is not None


def test_the_spread_tells_a_stream_from_a_buffer() -> None:
    at_once = [Message(frame("a"), 0.5), Message(frame("ab"), 0.51)]
    assert streams.spread(at_once) < streams.SPREAD_SHARE
    assert streams.spread(messages(*WORDS)) > streams.SPREAD_SHARE
    assert streams.fall([1, None, 3, 2]) == (3, 2)
    assert streams.fall([1, 1, 2]) is None


def test_codes_are_found_however_they_are_written() -> None:
    (code,) = draw_codes(7, 1)
    assert holds_code(f"The code is **{code.replace('-', '‑').lower()}**.", code)
    assert not holds_code("The code is BCD-0000.", code)
    assert len(set(draw_codes("many", 64))) == 64


def test_models_are_given_by_method_or_by_scheme() -> None:
    uris = given(["gpt://f/big", "completion=gpt://f/small", "emb://f/doc", "cls://f/general"])
    assert uris[COMPLETION.name] == "gpt://f/small"
    assert uris["tokenize"] == "gpt://f/big"
    assert uris[EMBEDDING.name] == "emb://f/doc"
    assert uris[FEW_SHOT.name] == "cls://f/general"
    assert TUNED.name not in uris
    assert folder_of("gpt://f/big") == "f"


def test_a_method_without_a_model_says_what_to_give() -> None:
    with pytest.raises(NotTestable, match="--model-uri textEmbedding=URI") as caught:
        Models({}).of(EMBEDDING)
    assert caught.value.because == "prerequisite"


@pytest.fixture
def target() -> Target:
    return Target("http://127.0.0.1:1", key=lambda: "secret-key-5Rt")


def test_without_an_address_grpc_is_not_judged(target: Target) -> None:
    with pytest.raises(NotTestable, match="no --grpc-target") as caught:
        Rpc(target, None, tls=False).send(Call(EMBEDDING, {"text": "x"}))
    assert caught.value.because == "not_selected"


def test_without_the_stubs_grpc_cannot_be_judged(
    target: Target, monkeypatch: pytest.MonkeyPatch
) -> None:
    name = "yandex.cloud.ai.foundation_models.v1.embedding"
    monkeypatch.setitem(sys.modules, name, None)
    with pytest.raises(NotTestable, match="pip install") as caught:
        Rpc(target, "127.0.0.1:1", tls=False).send(Call(EMBEDDING, {"text": "x"}))
    assert caught.value.because == "prerequisite"


def test_where_nothing_listens_grpc_cannot_be_judged(
    target: Target, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("conformance.yandex.rpc.CONNECT_LIMIT_S", 0.2)
    with pytest.raises(NotTestable, match=r"127\.0\.0\.1:1: check the address") as caught:
        Rpc(target, "127.0.0.1:1", tls=False).send(Call(EMBEDDING, {"text": "x"}))
    assert caught.value.because == "prerequisite"


def test_a_call_can_be_repeated_with_grpcurl_without_its_key(target: Target) -> None:
    rpc = Rpc(target, "host:50051", tls=False)
    shown = rpc.grpcurl(Call(EMBEDDING, {"modelUri": "emb://0/x", "text": "it's"}), "/p.S/M")
    assert shown.startswith('grpcurl -plaintext -H "Authorization: Bearer $API_KEY" -d ')
    assert shown.endswith(" host:50051 p.S/M")
    assert "secret" not in shown
    long = rpc.grpcurl(Call(EMBEDDING, {"text": "x" * 5000}), "/p.S/M")
    assert "-d @ host:50051 p.S/M < evidence/" in long


def test_a_rate_limit_is_no_violation() -> None:
    limited = came(json.dumps(STREAM_ERROR).encode(), 429)
    with pytest.raises(NotTestable, match="--concurrency"):
        limited.good()
    judge = Judge("check", ["YC-CONC-1", "YC-ERR-5"], Redactor())
    claim = Claims(judge, "rest")
    claim.answered("CONC-1", limited)
    claim.refused("ERR-5", limited, 3)
    for row in judge.claims.values():
        assert (row.failures, row.untested_because) == (0, "prerequisite")
