"""Requests by the proto3 JSON mapping: what must be taken, what must be refused before the RPC."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from conformance.judging import decides
from conformance.yandex.methods import COMPLETION, EMBEDDING, FEW_SHOT, Call
from conformance.yandex.outcome import INVALID_ARGUMENT

if TYPE_CHECKING:
    from conformance.yandex.service import Service
    from conformance.yandex.transports import Claims

DEPTH = 100_000
BEYOND_INT64 = "9223372036854775808"


def _snake(value: Any) -> Any:
    """The same request with its fields named as in the proto."""
    if isinstance(value, dict):
        return {
            "".join(
                f"_{letter.lower()}" if letter.isupper() else letter for letter in name
            ): _snake(inner)
            for name, inner in value.items()
        }
    return [_snake(one) for one in value] if isinstance(value, list) else value


@decides("YC-JSON-14", "YC-JSON-15", "YC-JSON-16", "YC-JSON-17", "YC-JSON-18")
def test_accepted_forms(service: Service, claim: Claims) -> None:
    code = service.codes("forms")[0]
    good = service.repeating(code)
    number = good.but(completionOptions={**good.body["completionOptions"], "maxTokens": 500})
    samples = [{"text": "Sodium burns yellow.", "label": "chemistry"}]
    classifying = service.classifying("The acid turned red.", samples=samples)
    cases = [("JSON-14", good), ("JSON-15", number)]
    for row, call in (
        ("JSON-16", good),
        ("JSON-17", service.embedding("Hello.")),
        ("JSON-18", classifying),
    ):
        cases.append((row, replace(call, body=_snake(call.body))))
    for (row, _), got in zip(cases, service.together([call for _, call in cases]), strict=True):
        claim.answered(row, got)


def _contents(service: Service) -> list[tuple[str, Call]]:
    """Bodies that are refused before any RPC, of every method."""
    found = []
    for good in (
        service.repeating("BCD-1234"),
        service.embedding("Hello."),
        service.classifying("Hello."),
    ):
        text = json.dumps(good.body)
        bodies = {
            "JSON-22": (text[:-1], "modelUri", "{'modelUri': 1}", text.replace(":", "=")),
            "JSON-23": (text + "x", text + "}", text + text),
            "JSON-24": ("",),
            "JSON-25": (f"[{text}]", '"text"', "5", "null", "true"),
        }
        for row, contents in bodies.items():
            found += [(row, Call(good.method, content=one.encode())) for one in contents]
        found.append(
            (
                "JSON-26",
                Call(
                    good.method,
                    content=text.encode()
                    .replace(b"H", b"\xff\xfe", 1)
                    .replace(b"BCD", b"\xc3(", 1),
                ),
            )
        )
    return found


@decides("YC-JSON-22", depth="quick")
def test_not_json(service: Service, claim: Claims) -> None:
    claim.refused(
        "JSON-22", service.send(Call(COMPLETION, content=b'{"modelUri": ')), INVALID_ARGUMENT
    )


@decides("YC-JSON-22", "YC-JSON-23", "YC-JSON-24", "YC-JSON-25", "YC-JSON-26")
def test_refused_bodies(service: Service, claim: Claims) -> None:
    cases = _contents(service)
    for (row, _), got in zip(cases, service.together([call for _, call in cases]), strict=True):
        claim.refused(row, got, INVALID_ARGUMENT)


@decides("YC-JSON-19", "YC-JSON-20", "YC-JSON-21")
def test_wrong_types(service: Service, claim: Claims) -> None:
    good = service.repeating("BCD-1234")

    def options(**changed: Any) -> Call:
        return good.but(completionOptions={**good.body["completionOptions"], **changed})

    embedding, classifying = service.embedding("Hello."), service.classifying("Hello.")
    cases = [
        ("JSON-19", good.but(modelUri=5)),
        ("JSON-19", good.but(messages="Hello.")),
        ("JSON-19", good.but(messages=["Hello."])),
        ("JSON-19", good.but(messages=[{"role": "user", "text": 5}])),
        ("JSON-19", good.but(completionOptions=[])),
        ("JSON-19", options(stream="maybe")),
        ("JSON-19", options(temperature="hot")),
        ("JSON-19", options(temperature=[0])),
        ("JSON-19", embedding.but(text=["Hello."])),
        ("JSON-19", embedding.but(text={"Hello": 1})),
        ("JSON-19", classifying.but(labels="chemistry")),
        ("JSON-19", classifying.but(labels=[1, 2])),
        ("JSON-19", classifying.but(samples=["Sodium"])),
        ("JSON-20", options(maxTokens=BEYOND_INT64)),
        ("JSON-20", options(maxTokens=int(BEYOND_INT64))),
        ("JSON-21", options(maxTokens="many")),
        ("JSON-21", options(maxTokens="1.5")),
        ("JSON-21", options(maxTokens=1.5)),
        ("JSON-21", options(maxTokens=[1])),
    ]
    for (row, _), got in zip(cases, service.together([call for _, call in cases]), strict=True):
        claim.refused(row, got, INVALID_ARGUMENT)


@decides("YC-JSON-27", "YC-JSON-28", "YC-JSON-29", "YC-JSON-30")
def test_strange_bodies(service: Service, claim: Claims) -> None:
    uris = {method: service.models.of(method) for method in (COMPLETION, EMBEDDING, FEW_SHOT)}
    cases: list[tuple[str, Call]] = []
    for good in (
        service.repeating("BCD-1234"),
        service.embedding("Hello."),
        service.classifying("Hello."),
    ):
        text = json.dumps(good.body)
        lone = text.replace("Hello.", "\\ud800").replace("BCD-1234", "\\udfff\\ud800")
        deep = f'{{"modelUri": "{uris[good.method]}", "text": {"[" * DEPTH}{"]" * DEPTH}}}'
        objects = '{"a":' * DEPTH + "1" + "}" * DEPTH
        cases += [
            ("JSON-27", Call(good.method, content=lone.encode())),
            ("JSON-28", Call(good.method, content=deep.encode())),
            ("JSON-28", Call(good.method, content=objects.encode())),
        ]
        cases += [
            ("JSON-29", Call(good.method, content=text.encode(), headers={"Content-Type": media}))
            for media in ("text/plain", "application/x-www-form-urlencoded", "application/xml")
        ]
    for (row, _), got in zip(cases, service.together([call for _, call in cases]), strict=True):
        claim.unharmed(row, got)
        if row == "JSON-29":
            refused = got.code not in (0, -1) and not got.broke_something
            claim("JSON-30", refused, expected="a refusal", got=got.summary, by=got)
