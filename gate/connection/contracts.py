"""Which contracts a set of probes shows: pure, from single answers, without using the service."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from conformance.exchange import Request

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from conformance.exchange import Answer, NoAnswer

HEALTH = Request("GET", "/health")
ROOT = Request("GET", "/")
MODELS = Request("GET", "/v1/models")
EMPTY_OCR = Request("POST", "/ocr", form={})
EMPTY_COMPLETION = Request("POST", "/foundationModels/v1/completion", json={})
PROBES = (HEALTH, ROOT, MODELS, EMPTY_OCR, EMPTY_COMPLETION)
_NO_IMAGE = "No image provided"


def recognised(answers: Mapping[str, Answer]) -> tuple[str, ...]:
    """The contracts that these answers (by path) show, in the order of their names."""
    bodies = {path: json_object(answer) for path, answer in answers.items()}
    found = {
        "ocr-service": _is_ocr(bodies),
        "openai": _lists_models(answers.get(MODELS.path), bodies.get(MODELS.path, {})),
        "yandex": _is_yandex(
            answers.get(EMPTY_COMPLETION.path), bodies.get(EMPTY_COMPLETION.path, {})
        ),
    }
    return tuple(name for name, speaks in found.items() if speaks)


def model_ids(answer: Answer | None) -> tuple[str, ...]:
    """The ids that an answer of /v1/models lists."""
    data = json_object(answer).get("data") if answer is not None else None
    rows = data if isinstance(data, list) else []
    ids = (row.get("id") for row in rows if isinstance(row, dict))
    return tuple(one for one in ids if isinstance(one, str) and one)


def by_path(got: Iterable[Answer | NoAnswer]) -> dict[str, Answer]:
    """The answers among these, by their path."""
    from conformance.exchange import Answer

    return {one.request.path: one for one in got if isinstance(one, Answer)}


def json_object(answer: Answer) -> dict[str, Any]:
    """The body as a JSON object, or an empty one."""
    try:
        body = json.loads(answer.body)
    except (ValueError, RecursionError):
        return {}
    return body if isinstance(body, dict) else {}


def _is_ocr(bodies: Mapping[str, Mapping[str, Any]]) -> bool:
    if "paddleocr" in bodies.get(HEALTH.path, {}):
        return True
    endpoints = bodies.get(ROOT.path, {}).get("endpoints")
    refusal = str(bodies.get(EMPTY_OCR.path, {}).get("detail", ""))
    return (isinstance(endpoints, dict) and "ocr" in endpoints) or refusal.startswith(_NO_IMAGE)


def _lists_models(answer: Answer | None, body: Mapping[str, Any]) -> bool:
    return answer is not None and answer.status == 200 and isinstance(body.get("data"), list)  # noqa: PLR2004 - HTTP's own


def _is_yandex(answer: Answer | None, body: Mapping[str, Any]) -> bool:
    """A refusal with a code of google.rpc, bare or under `error`."""
    if answer is None or answer.status != 400:  # noqa: PLR2004 - HTTP's own
        return False
    inner = body.get("error")
    error: Mapping[str, Any] = inner if isinstance(inner, dict) else body
    code = error.get("code", error.get("grpcCode"))
    return isinstance(code, int) and "message" in error
