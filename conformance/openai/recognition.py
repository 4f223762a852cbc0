"""Whether the target speaks the OpenAI-compatible contract, and which model there is to ask."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from conformance.exchange import Answer, NoAnswer, Request
from conformance.recognition import Recognition

if TYPE_CHECKING:
    from conformance.plugin.options import Options
    from conformance.target import Target

EDITION = "v1"
MODELS = Request("GET", "/v1/models", timeout_s=30.0)
NOTHING = Request("POST", "/v1/chat/completions", json={}, timeout_s=30.0)
MODEL_OPTION = "chat="
_NOT_THERE = (401, 403, 404, 405, 501)


@dataclass(frozen=True)
class OpenaiRecognition(Recognition):
    """With the first answer of /v1/models, and the model that the checks ask.

    `model` is None where none was named and none is listed.
    """

    models: Answer | NoAnswer
    model: str | None
    model_named: bool


def recognise(target: Target, options: Options) -> OpenaiRecognition | None:
    """Look at the list of models; where there is none, at what chat requests get."""
    models = target.send(MODELS)
    named = named_model(options.model_uris)
    known_from = _known_from(target, models, named)
    if known_from is None:
        return None
    listed = listed_models(models) or ()
    return OpenaiRecognition(
        contract="openai",
        edition=EDITION,
        known_from=known_from,
        models=models,
        model=named or next(iter(listed), None),
        model_named=named is not None,
    )


def _known_from(target: Target, models: Answer | NoAnswer, named: str | None) -> str | None:
    if listed_models(models) is not None:
        return "detected: /v1/models lists models"
    if named is not None and "choices" in json_object(target.send(_hello(named))):
        return f"detected: {named} answers on /v1/chat/completions"
    if _refuses_in_shape(target.send(NOTHING)):
        return "detected: /v1/chat/completions answers an empty request with an error"
    return None


def _hello(model: str) -> Request:
    messages = [{"role": "user", "content": "Hello"}]
    body = {"model": model, "messages": messages, "max_tokens": 1}
    return Request("POST", "/v1/chat/completions", json=body)


def named_model(model_uris: tuple[str, ...]) -> str | None:
    """The NAME of the last `chat=NAME` given."""
    names = [one.removeprefix(MODEL_OPTION) for one in model_uris if one.startswith(MODEL_OPTION)]
    return names[-1] if names else None


def listed_models(got: Answer | NoAnswer) -> tuple[str, ...] | None:
    """The ids of a list of models, or None when this is no such list."""
    if not isinstance(got, Answer) or got.status != 200:  # noqa: PLR2004 - HTTP's own number
        return None
    data = json_object(got).get("data")
    if not isinstance(data, list):
        return None
    ids = (one.get("id") for one in data if isinstance(one, dict))
    return tuple(one for one in ids if isinstance(one, str) and one)


def json_object(got: Answer | NoAnswer) -> dict[str, Any]:
    """The body as a JSON object, or an empty one."""
    if not isinstance(got, Answer):
        return {}
    try:
        body = json.loads(got.body)
    except (ValueError, RecursionError):
        return {}
    return body if isinstance(body, dict) else {}


def _refuses_in_shape(got: Answer | NoAnswer) -> bool:
    if not isinstance(got, Answer) or got.status in _NOT_THERE:
        return False
    return bool({"error", "object", "detail"} & set(json_object(got)))
