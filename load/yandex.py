"""What the scenarios of the Yandex contract share: the model, the paths, and judging answers.

An answer over gRPC is judged by the same schemas and rules, in its JSON mapping.
"""

from __future__ import annotations

import math
from operator import mul
from typing import TYPE_CHECKING, Any

import msgspec

from load.answers import WrongShapeError, parsed, validator
from load.call import Judgement, violation
from load.codes import judge_codes
from load.engine import Scenario

if TYPE_CHECKING:
    import argparse
    from collections.abc import Sequence

    from load.call import Answer

PREFIX = "/foundationModels/v1"
MAX_TOKENS = 512
PARTIAL = "ALTERNATIVE_STATUS_PARTIAL"
FINAL = "ALTERNATIVE_STATUS_FINAL"
JSON = "application/json"
SAME_VECTOR = 0.999
"""Cosine of two vectors of one text: batching on an accelerator changes the last digits only."""
SUM_TOLERANCE = 1e-3
SCHEMAS = (
    "completion_answer",
    "completion_line",
    "completion_message",
    "embedding_answer",
    "few_shot_answer",
)
LABELS = ("sport", "science", "music", "cooking")
TEXTS = (
    "The team scored twice in the last minute.",
    "The telescope saw a planet around a distant star.",
    "The orchestra played the second symphony.",
    "Add salt and let the soup boil for an hour.",
    "Команда забила два гола на последней минуте.",
    "Телескоп увидел планету у далёкой звезды.",
    "Оркестр сыграл вторую симфонию.",
    "Добавьте соль и варите суп час.",
)


class YandexScenario(Scenario):
    """Base of the scenarios of this contract."""

    abstract = True

    @classmethod
    def add_options(cls, parser: argparse.ArgumentParser) -> None:
        """The models."""
        group = parser.add_argument_group("Yandex foundation models")
        group.add_argument("--model-uri", default="gpt://0/general", metavar="URI")
        group.add_argument("--embedding-uri", default="emb://0/text-search-doc", metavar="URI")
        group.add_argument("--classifier-uri", default="cls://0/yandexgpt", metavar="URI")

    @classmethod
    def warm_up(cls) -> None:
        """Compile the schemas."""
        for schema in SCHEMAS:
            validator("yandex", schema)


def completion_request(model: str, text: str, *, stream: bool) -> dict[str, Any]:
    """The body of a completion at temperature 0."""
    return {
        "modelUri": model,
        "completionOptions": {"stream": stream, "temperature": 0, "maxTokens": str(MAX_TOKENS)},
        "messages": [{"role": "user", "text": text}],
    }


def few_shot_request(model: str, text: str) -> dict[str, Any]:
    """The body of a classification by topic."""
    return {
        "modelUri": model,
        "taskDescription": "Determine the topic of the text",
        "labels": list(LABELS),
        "text": text,
    }


def encoded(body: dict[str, Any]) -> bytes:
    """The JSON of a request body."""
    return msgspec.json.encode(body)


def judge_completion(codes: tuple[str, ...], answer: Answer, *, stream: bool) -> Judgement:
    """Judge the lines of a completion over REST."""
    lines = answer.lines or tuple((answer.done_at, line) for line in answer.body.split(b"\n"))
    schema = "completion_line" if stream else "completion_answer"
    try:
        frames = [(at, parsed(line, "yandex", schema)) for at, line in lines if line.strip()]
    except WrongShapeError as wrong:
        return wrong.judgement
    if frames and "error" in frames[-1][1]:
        return Judgement(outcome="stream_error", kind="failure", detail=str(frames[-1][1]["error"]))
    if not stream and len(frames) != 1:
        return violation("lines", f"expected one line, got {len(frames)}")
    return judge_messages(codes, [(at, frame["result"]) for at, frame in frames])


def judge_messages(
    codes: tuple[str, ...], messages: Sequence[tuple[float, dict[str, Any]]]
) -> Judgement:
    """Judge the messages of one completion: each with the time at which it came."""
    if not messages:
        return violation("empty_answer", "the answer has no message")
    times: list[float] = []
    counts: list[int] = []
    seen_text, seen_tokens = "", 0
    for number, (at, message) in enumerate(messages, start=1):
        usage = message["usage"]
        tokens = int(usage["completionTokens"])
        if int(usage["totalTokens"]) != int(usage["inputTextTokens"]) + tokens:
            return violation("usage_sum", f"tokens do not add up: {usage}")
        if tokens < seen_tokens:
            return violation("usage_falls", f"{tokens} completion tokens after {seen_tokens}")
        status = message["alternatives"][0]["status"]
        if (status == PARTIAL) != (number < len(messages)):
            return violation("status", f"message {number} of {len(messages)} has {status}")
        text = message["alternatives"][0]["message"]["text"]
        if text != seen_text:
            times.append(at)
            counts.append(max(tokens - seen_tokens, 1))
        seen_text, seen_tokens = text, tokens
    wrong = judge_codes(codes, seen_text, complete=status == FINAL)
    return wrong or Judgement(
        tokens=seen_tokens, token_times=tuple(times), token_counts=tuple(counts)
    )


_vectors: dict[str, list[float]] = {}
"""The first vector of each text, which all later ones must equal."""


def judge_embedding(text: str, body: dict[str, Any]) -> Judgement:
    """The same text gives the same vector, and never that of another."""
    vector = [float(value) for value in body["embedding"]]
    if not any(vector) or not all(map(math.isfinite, vector)):
        return violation("zero_vector", "the vector is zero or not finite")
    first = _vectors.setdefault(text, vector)
    tokens = int(body["numTokens"])
    if vector == first or _cosine(vector, first) >= SAME_VECTOR:
        return Judgement(tokens=tokens)
    if any(vector == other for other in _vectors.values()):
        return violation("cross_talk", f"the vector of another text came for {text[:40]!r}")
    return violation("vector_changed", f"another vector than before for {text[:40]!r}")


def judge_labels(body: dict[str, Any]) -> Judgement:
    """Each label exactly once, confidences in [0, 1] that sum to 1."""
    labels = [row["label"] for row in body["predictions"]]
    shares = [float(row["confidence"]) for row in body["predictions"]]
    if sorted(labels) != sorted(LABELS):
        return violation("labels", f"expected {', '.join(LABELS)}, got {', '.join(labels)}")
    if abs(sum(shares) - 1) > SUM_TOLERANCE or not all(0 <= share <= 1 for share in shares):
        return violation("confidences", f"{shares} are not shares of 1")
    return Judgement()


def _cosine(one: list[float], other: list[float]) -> float:
    if len(one) != len(other):
        return -1.0
    lengths: float = math.sqrt(sum(map(mul, one, one)) * sum(map(mul, other, other)))
    product: float = sum(map(mul, one, other))
    return product / lengths
