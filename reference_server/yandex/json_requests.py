"""Requests out of JSON, by the proto3 JSON mapping, strictly.

A field may be named in lowerCamelCase or in the proto's snake_case; null is the same as absent;
an int64 is a string or a number; a field that the proto does not know is passed over, as the
public gateway does. Anything else raises WrongJson, which the RPC itself never sees.
"""

from __future__ import annotations

import re
from typing import Any

from reference_server.yandex.messages import (
    ChatMessage,
    ClassifyRequest,
    CompletionRequest,
    EmbeddingRequest,
    FewShotRequest,
    LabelledSample,
    TokenizeRequest,
)

INT64_MIN, INT64_MAX = -(2**63), 2**63 - 1
_INTEGER = re.compile(r"-?\d{1,19}", re.ASCII)
_DOUBLE = re.compile(r"-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?", re.ASCII)
_UNDERSCORE = re.compile(r"_([a-z])")


class WrongJson(ValueError):
    """The document does not fit the message; the text names the field."""


class JsonMessage:
    """A JSON object read as a proto message: one typed getter per kind of field."""

    def __init__(self, value: object, path: str = "") -> None:
        if not isinstance(value, dict):
            raise WrongJson(f"{path or 'the body'} must be an object, got {_kind(value)}")
        self._path = path
        self._fields: dict[str, Any] = {}
        for key, field in value.items():
            name = _UNDERSCORE.sub(lambda match: match[1].upper(), key)
            if name in self._fields:
                raise WrongJson(f"{self._name(name)} is given twice")
            self._fields[name] = field

    def has(self, name: str) -> bool:
        return self._fields.get(name) is not None

    def string(self, name: str) -> str:
        value = self._fields.get(name)
        return "" if value is None else self._string(name, value)

    def boolean(self, name: str) -> bool:
        value = self._fields.get(name)
        if value is None:
            return False
        if not isinstance(value, bool):
            raise self._wrong(name, "true or false", value)
        return value

    def int64(self, name: str) -> int | None:
        value = self._fields.get(name)
        if value is None:
            return None
        if isinstance(value, str) and _INTEGER.fullmatch(value):
            number = int(value)
        elif isinstance(value, int) and not isinstance(value, bool):
            number = value
        elif isinstance(value, float) and value.is_integer():
            number = int(value)
        else:
            raise self._wrong(name, "an int64", value)
        if not INT64_MIN <= number <= INT64_MAX:
            raise self._wrong(name, "an int64", value)
        return number

    def double(self, name: str) -> float | None:
        value = self._fields.get(name)
        if value is None:
            return None
        if isinstance(value, int | float) and not isinstance(value, bool):
            return float(value)
        if isinstance(value, str) and _DOUBLE.fullmatch(value):
            return float(value)
        raise self._wrong(name, "a number", value)

    def message(self, name: str) -> JsonMessage:
        value = self._fields.get(name)
        return JsonMessage({} if value is None else value, self._name(name))

    def messages(self, name: str) -> tuple[JsonMessage, ...]:
        return tuple(
            JsonMessage(item, f"{self._name(name)}[{place}]")
            for place, item in enumerate(self._list(name))
        )

    def strings(self, name: str) -> tuple[str, ...]:
        return tuple(
            self._string(f"{name}[{place}]", item) for place, item in enumerate(self._list(name))
        )

    def _list(self, name: str) -> list[Any]:
        value = self._fields.get(name)
        if value is None:
            return []
        if not isinstance(value, list):
            raise self._wrong(name, "a list", value)
        return value

    def _string(self, name: str, value: object) -> str:
        if not isinstance(value, str):
            raise self._wrong(name, "a string", value)
        return value

    def _name(self, name: str) -> str:
        return f"{self._path}.{name}" if self._path else name

    def _wrong(self, name: str, expected: str, value: object) -> WrongJson:
        return WrongJson(f"{self._name(name)} must be {expected}, got {_kind(value)}")


def completion_request(body: object) -> CompletionRequest:
    request = JsonMessage(body)
    options = request.message("completionOptions")
    return CompletionRequest(
        model_uri=request.string("modelUri"),
        messages=tuple(
            ChatMessage(one.string("role"), one.string("text") if one.has("text") else None)
            for one in request.messages("messages")
        ),
        stream=options.boolean("stream"),
        temperature=options.double("temperature"),
        max_tokens=options.int64("maxTokens"),
    )


def embedding_request(body: object) -> EmbeddingRequest:
    request = JsonMessage(body)
    return EmbeddingRequest(
        request.string("modelUri"), request.string("text"), request.int64("dim")
    )


def few_shot_request(body: object) -> FewShotRequest:
    request = JsonMessage(body)
    return FewShotRequest(
        model_uri=request.string("modelUri"),
        task_description=request.string("taskDescription"),
        labels=request.strings("labels"),
        text=request.string("text"),
        samples=tuple(
            LabelledSample(one.string("text"), one.string("label"))
            for one in request.messages("samples")
        ),
    )


def classify_request(body: object) -> ClassifyRequest:
    request = JsonMessage(body)
    return ClassifyRequest(request.string("modelUri"), request.string("text"))


def tokenize_request(body: object) -> TokenizeRequest:
    request = JsonMessage(body)
    return TokenizeRequest(request.string("modelUri"), request.string("text"))


def _kind(value: object) -> str:
    if isinstance(value, bool) or value is None:
        return {True: "true", False: "false", None: "null"}[value]
    if isinstance(value, str):
        return f'"{value[:40]}"'
    if isinstance(value, int | float):
        return str(value)[:40]
    return "a list" if isinstance(value, list) else "an object"
