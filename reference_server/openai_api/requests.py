"""Requests out of JSON: every field that is taken, its type and its bounds.

An unknown field is passed over, as inference servers do; a field that would change the answer's
kind and that this server cannot serve is refused by name.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from reference_server.openai_api.errors import Refusal
from reference_server.text.engine import Message, Options

DEFAULT_TEMPERATURE = 1.0
MAX_CHOICES = 128
MAX_STOPS = 4
MAX_INPUTS = 2048
_INT64 = 2**63

_ROLES = {"system": "system", "developer": "system", "user": "user", "assistant": "assistant"}
_UNSERVED = ("tools", "functions", "logprobs", "top_logprobs", "audio")


@dataclass(frozen=True, slots=True)
class ChatRequest:
    model: str
    messages: tuple[Message, ...]
    options: Options
    choices: int
    include_usage: bool


@dataclass(frozen=True, slots=True)
class EmbeddingsRequest:
    model: str
    inputs: tuple[str, ...]
    base64: bool
    dimensions: int | None


def chat_request(body: object) -> ChatRequest:
    """The request that `body` is; raises Refusal that names the first wrong field."""
    fields = _object(body)
    for name in _UNSERVED:
        if fields.get(name):
            raise Refusal(f"{name} is not supported by this server", param=name)
    stream = _boolean(fields, "stream")
    limits = [_integer(fields, name, least=1) for name in ("max_completion_tokens", "max_tokens")]
    temperature = _number(fields, "temperature", 0, 2)
    for name in ("presence_penalty", "frequency_penalty"):
        _number(fields, name, -2, 2)
    response_format = fields.get("response_format") or {"type": "text"}
    if response_format != {"type": "text"}:
        raise Refusal("response_format must be of type text", param="response_format")
    return ChatRequest(
        model=_string(fields, "model"),
        messages=_messages(fields),
        options=Options(
            temperature=DEFAULT_TEMPERATURE if temperature is None else temperature,
            max_tokens=limits[0] or limits[1],
            top_p=_number(fields, "top_p", 0, 1),
            stop=_stops(fields),
            seed=_integer(fields, "seed", least=-_INT64),
            stream=stream,
        ),
        choices=_integer(fields, "n", least=1, most=MAX_CHOICES) or 1,
        include_usage=_include_usage(fields, stream=stream),
    )


def embeddings_request(body: object) -> EmbeddingsRequest:
    fields = _object(body)
    given = fields.get("input")
    inputs = [given] if isinstance(given, str) else given
    if not isinstance(inputs, list) or not inputs:
        raise Refusal("input must be a string or a list of strings", param="input")
    if len(inputs) > MAX_INPUTS:
        raise Refusal(f"input must hold at most {MAX_INPUTS} strings", param="input")
    if not all(isinstance(text, str) and text for text in inputs):
        raise Refusal("every input must be a string that is not empty", param="input")
    encoding = fields.get("encoding_format") or "float"
    if encoding not in {"float", "base64"}:
        raise Refusal("encoding_format must be float or base64", param="encoding_format")
    return EmbeddingsRequest(
        model=_string(fields, "model"),
        inputs=tuple(inputs),
        base64=encoding == "base64",
        dimensions=_integer(fields, "dimensions", least=1),
    )


def _object(body: object) -> dict[str, Any]:
    if not isinstance(body, dict):
        raise Refusal("the body must be a JSON object")
    return body


def _messages(fields: dict[str, Any]) -> tuple[Message, ...]:
    given = fields.get("messages")
    if not isinstance(given, list) or not given:
        raise Refusal("messages must be a list with at least one message", param="messages")
    return tuple(_message(one, f"messages[{place}]") for place, one in enumerate(given))


def _message(given: object, path: str) -> Message:
    if not isinstance(given, dict):
        raise Refusal(f"{path} must be an object", param=path)
    role = given.get("role")
    if not isinstance(role, str) or role not in _ROLES:
        raise Refusal(f"{path}.role must be one of: {', '.join(_ROLES)}", param=f"{path}.role")
    content = given.get("content")
    if content is None and role == "assistant":
        content = ""
    return Message(_ROLES[role], _content(content, f"{path}.content"))


def _content(given: object, path: str) -> str:
    if isinstance(given, str):
        return given
    if not isinstance(given, list):
        raise Refusal(f"{path} must be a string or a list of text parts", param=path)
    texts = [
        part.get("text") for part in given if isinstance(part, dict) and part.get("type") == "text"
    ]
    if len(texts) < len(given) or not all(isinstance(text, str) for text in texts):
        raise Refusal(f"{path} may hold parts of type text only", param=path)
    return "".join(map(str, texts))


def _include_usage(fields: dict[str, Any], *, stream: bool) -> bool:
    given = fields.get("stream_options")
    if given is None:
        return False
    if not isinstance(given, dict):
        raise Refusal("stream_options must be an object", param="stream_options")
    if not stream:
        raise Refusal("stream_options needs stream to be true", param="stream_options")
    return _boolean(given, "include_usage")


def _stops(fields: dict[str, Any]) -> tuple[str, ...]:
    given = fields.get("stop")
    stops = [] if given is None else [given] if isinstance(given, str) else given
    well_formed = isinstance(stops, list) and all(isinstance(one, str) and one for one in stops)
    if not well_formed or len(stops) > MAX_STOPS:
        raise Refusal(f"stop must be a string or a list of at most {MAX_STOPS}", param="stop")
    return tuple(stops)


def _string(fields: dict[str, Any], name: str) -> str:
    value = fields.get(name)
    if not isinstance(value, str) or not value:
        raise Refusal(f"{name} must be a string that is not empty", param=name)
    return value


def _boolean(fields: dict[str, Any], name: str) -> bool:
    value = fields.get(name)
    if value is None:
        return False
    if not isinstance(value, bool):
        raise Refusal(f"{name} must be true or false", param=name)
    return value


def _integer(
    fields: dict[str, Any], name: str, *, least: int, most: int = _INT64 - 1
) -> int | None:
    value = fields.get(name)
    if value is None:
        return None
    if not isinstance(value, int) or isinstance(value, bool):
        raise Refusal(f"{name} must be an integer", param=name)
    if not least <= value <= most:
        raise Refusal(f"{name} must be from {least} to {most}, got {value}", param=name)
    return value


def _number(fields: dict[str, Any], name: str, least: float, most: float) -> float | None:
    value = fields.get(name)
    if value is None:
        return None
    if not isinstance(value, int | float) or isinstance(value, bool):
        raise Refusal(f"{name} must be a number", param=name)
    if not least <= value <= most:
        raise Refusal(f"{name} must be from {least} to {most}, got {value}", param=name)
    return float(value)
