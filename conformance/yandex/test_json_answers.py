"""Answers by the proto3 JSON mapping: names, int64 as text, numbers as numbers."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from conformance.exchange import Answer
from conformance.judging import Judge, decides
from conformance.shape import MISSING, at
from conformance.yandex.rest import lines_of
from schemas import load_contract
from schemas.folder import ID_BASE, compile_fast

if TYPE_CHECKING:
    from collections.abc import Iterator

    from conformance.yandex.outcome import Outcome
    from conformance.yandex.samples import Samples

_COUNTS = {
    "YC-JSON-1": "result/usage/inputTextTokens",
    "YC-JSON-2": "result/usage/completionTokens",
    "YC-JSON-3": "result/usage/totalTokens",
}
_NUMBERS = {
    "embedding_answer": (
        {"hosted": "YC-JSON-6", "hybrid": "YC-JSON-7"}, "YC-JSON-8", "embedding", ""
    ),
    "few_shot_answer": (
        {"hosted": "YC-JSON-9", "hybrid": "YC-JSON-10"}, "YC-JSON-11", "predictions", "confidence"
    ),
}  # fmt: skip


def _objects(got: Outcome) -> list[Any]:
    """The lines of an answer as JSON; what is no JSON is left out."""
    import json

    if not isinstance(got.good().answer, Answer):
        return []
    found = []
    for _, line in lines_of(got.answer):  # type: ignore[arg-type]  # narrowed above
        try:
            found.append(json.loads(line))
        except ValueError:
            continue
    return found


@decides(*_COUNTS, "YC-JSON-4", "YC-JSON-5", depth="quick")
def test_counts_and_status(samples: Samples, judge: Judge) -> None:
    amount = compile_fast({"$ref": f"{ID_BASE}yandex/int64.json#/$defs/amount"})
    statuses = at(load_contract("yandex").schema("completion_message"), "$defs/alternative")
    known = statuses["properties"]["status"]["enum"]
    for got in (samples.plain, samples.streamed, samples.cut):
        for body in _objects(got):
            for row, place in _COUNTS.items():
                value = at(body, place)
                text = value is not MISSING and amount.is_valid(value)
                judge(row, text, expected="a decimal text", got=repr(value), by=got.reproduce)
            status = at(body, "result/alternatives/0/status")
            judge(
                "YC-JSON-5",
                status in known,
                expected=f"one of {known}",
                got=repr(status),
                by=got.reproduce,
            )
    got = samples.embedded
    value = at((_objects(got) or [{}])[0], "numTokens")
    text = value is not MISSING and amount.is_valid(value)
    judge("YC-JSON-4", text, expected="a decimal text", got=repr(value), by=got.reproduce)


@decides(
    "YC-JSON-6", "YC-JSON-7", "YC-JSON-8", "YC-JSON-9", "YC-JSON-10", "YC-JSON-11", depth="quick"
)  # fmt: skip
def test_numbers(samples: Samples, judge: Judge) -> None:
    """Decimal texts conform in a Hybrid installation, with a warning: its document prints them."""
    edition = samples.service.edition
    decimal = compile_fast({"$ref": f"{ID_BASE}yandex/types.json#/$defs/decimal"})
    for got, schema in (
        (samples.embedded, "embedding_answer"),
        (samples.classified, "few_shot_answer"),
    ):
        must, should, name, inner = _NUMBERS[schema]
        values = _values((_objects(got) or [{}])[0], name, inner)
        numbers = bool(values) and all(_is_number(one) for one in values)
        lenient = bool(values) and all(decimal.is_valid(one) for one in values)
        shown = repr(values[:3])
        expected = "JSON numbers" if edition == "hosted" else "JSON numbers or decimal texts"
        holds = numbers if edition == "hosted" else lenient
        judge(must[edition], holds, expected=expected, got=shown, by=got.reproduce)
        if edition == "hybrid":
            judge(should, numbers, expected="JSON numbers", got=shown, by=got.reproduce)


def _values(body: Any, name: str, inner: str) -> list[Any]:
    found = at(body, name)
    if not isinstance(found, list):
        return []
    return [at(one, inner) for one in found] if inner else found


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


@decides("YC-JSON-12", "YC-JSON-13", depth="quick")
def test_names(samples: Samples, judge: Judge) -> None:
    contract = load_contract("yandex")
    for got, schema in (
        (samples.plain, "completion_frame"),
        (samples.streamed, "completion_frame"),
        (samples.embedded, "embedding_answer"),
        (samples.classified, "few_shot_answer"),
    ):
        validator = contract.fast_validator(schema)
        for body in _objects(got):
            snakes = sorted({name for name in _names(body) if "_" in name})
            judge(
                "YC-JSON-12",
                not snakes,
                expected="lowerCamelCase",
                got=f"{snakes}",
                by=got.reproduce,
            )
            more = [
                error.message
                for error in validator.iter_errors(body)
                if error.schema_path[-1] == "additionalProperties"
            ]
            judge(
                "YC-JSON-13",
                not more,
                expected="documented fields",
                got=f"{more}",
                by=got.reproduce,
            )


def _names(value: Any) -> Iterator[str]:
    if isinstance(value, dict):
        for name, inner in value.items():
            yield name
            yield from _names(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from _names(inner)
