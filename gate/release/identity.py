"""What a deployment says of itself: if it changes in mid-run, two releases were mixed."""

from __future__ import annotations

import hashlib
import json
from typing import TYPE_CHECKING, Any

import httpx

from reports import sentences
from reports.verdict import ExitCode

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from reports.trials.policy import Policy

_TIMEOUT_S = 10.0
_ATTEMPTS = 3
_REFUSED = ("HTTP 401", "HTTP 403")
_ROOT = "the answer of GET /"
_METHODS = {
    "completion": ("completion", "model-uri", "gpt://0/general"),
    "embedding": ("textEmbedding", "embedding-uri", "emb://0/text-search-doc"),
    "classification": ("fewShotTextClassification", "classifier-uri", "cls://0/yandexgpt"),
}
"""Of a load scenario: the Yandex method whose modelVersion is read, its option and default."""


def identify(url: str, headers: dict[str, str], policy: Policy) -> dict[str, str]:
    """What the deployment is: its OpenAPI document, root, models and modelVersion.

    What does not answer, or answers differently each time, is left out. Raises
    httpx.TransportError if the deployment is not there.
    """
    with httpx.Client(
        base_url=url.rstrip("/").removesuffix("/v1"),
        headers=headers,
        trust_env=not url.startswith("http://127.0.0.1"),
        timeout=_TIMEOUT_S,
    ) as client:
        facts = dict(_facts(client, policy))
        # A root with a clock or a nonce in it tells of the moment, not of the release.
        if facts.get(_ROOT) != _digest(client, "/"):
            facts.pop(_ROOT, None)
    return facts


def difference(before: Mapping[str, str], after: Mapping[str, str]) -> tuple[str, ExitCode] | None:
    """What changed from one reading to a later one, and the exit code that goes with it."""
    for name, was in before.items():
        now = after.get(name)
        if now is None or now == was:
            continue
        if now in _REFUSED:
            return sentences.KEY_REFUSED(status=now), ExitCode.USAGE
        shown = f": {was} → {now}" if len(was) + len(now) < 120 and name != _ROOT else ""  # noqa: PLR2004 - a line's length
        changed = sentences.OTHER_THAN_BEFORE(what=name) + shown
        return f"{changed}: {sentences.ROLL_OUT_FIRST()}", ExitCode.INVALID_RUN
    return None


def _facts(client: httpx.Client, policy: Policy) -> Iterator[tuple[str, str]]:
    for name, value in (
        ("its OpenAPI document", _openapi(client)),
        (_ROOT, _digest(client, "/")),
        ("its list of models", _models(client)),
    ):
        if value is not None:
            yield name, value
    scenario = policy.load.scenario.removesuffix("_grpc")
    if not policy.contracts or "yandex" in policy.contracts or scenario in _METHODS:
        method, option, default = _METHODS.get(scenario, _METHODS["completion"])
        model = policy.load.options.get(option, default)
        if (version := _model_version(client, method, model)) is not None:
            yield f"modelVersion of {model}", version


def _openapi(client: httpx.Client) -> str | None:
    answer = _asked(client, "GET", "/openapi.json")
    if not isinstance(answer, httpx.Response):
        return answer
    document = _json(answer)
    text = json.dumps(document, sort_keys=True) if document else answer.text
    info = document.get("info", {}) if isinstance(document, dict) else {}
    version = info.get("version", "") if isinstance(info, dict) else ""
    return f"{version} {hashlib.sha256(text.encode()).hexdigest()[:12]}".strip()


def _digest(client: httpx.Client, path: str) -> str | None:
    answer = _asked(client, "GET", path)
    if not isinstance(answer, httpx.Response):
        return answer
    return hashlib.sha256(answer.content).hexdigest()


def _models(client: httpx.Client) -> str | None:
    """The ids alone: servers stamp each listing with the time at which they make it."""
    answer = _asked(client, "GET", "/v1/models")
    if not isinstance(answer, httpx.Response):
        return answer
    body = _json(answer)
    rows = body.get("data") if isinstance(body, dict) else None
    if not isinstance(rows, list):
        return None
    return ", ".join(sorted(str(row.get("id")) for row in rows if isinstance(row, dict)))


def _model_version(client: httpx.Client, method: str, model: str) -> str | None:
    bodies: dict[str, dict[str, Any]] = {
        "completion": {
            "completionOptions": {"stream": False, "temperature": 0, "maxTokens": "1"},
            "messages": [{"role": "user", "text": "1"}],
        },
        "textEmbedding": {"text": "1"},
        "fewShotTextClassification": {
            "taskDescription": "Is it a number",
            "labels": ["yes", "no"],
            "text": "1",
        },
    }
    body = {"modelUri": model, **bodies[method]}
    answer = _asked(client, "POST", f"/foundationModels/v1/{method}", json=body)
    if not isinstance(answer, httpx.Response):
        return answer if answer in _REFUSED else None
    found = _json(answer)
    result = found.get("result", found) if isinstance(found, dict) else None
    version = result.get("modelVersion") if isinstance(result, dict) else None
    return str(version) if version is not None else None


def _asked(
    client: httpx.Client, method: str, path: str, **about: Any
) -> httpx.Response | str | None:
    """The answer if it is 200, `HTTP 404` and the like if it is final, None if it was a mishap."""
    for _ in range(_ATTEMPTS):
        answer = client.request(method, path, **about)
        if answer.status_code == httpx.codes.OK:
            return answer
        if answer.status_code in (401, 403, 404):
            return f"HTTP {answer.status_code}"
    return None


def _json(answer: httpx.Response) -> Any:
    try:
        return answer.json()
    except ValueError:
        return None
