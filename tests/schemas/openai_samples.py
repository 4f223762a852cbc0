"""What the OpenAI-compatible schemas must accept, and what they must refuse by a hair."""

from __future__ import annotations

from typing import Any

from edits import GONE, changed, without_each

FOLDER = "openai"

MODELS = {
    "object": "list",
    "data": [
        {
            "id": "model-run-local-among",
            "object": "model",
            "created": 1764000000,
            "owned_by": "vllm",
            "max_model_len": 8192,
        },
        {"id": "another", "object": "model", "created": 0, "owned_by": ""},
    ],
}
REQUEST = {
    "model": "model-run-local-among",
    "messages": [
        {"role": "system", "content": "Answer briefly."},
        {"role": "user", "content": "Сколько будет два и два?"},
        {"role": "assistant", "content": ""},
    ],
    "max_tokens": 1,
    "max_completion_tokens": 1,
    "temperature": 0,
    "top_p": 0,
    "stop": ["a", "b", "c", "d"],
    "stream": True,
    "stream_options": {"include_usage": True},
    "n": 1,
    "seed": -5,
}
USAGE = {"prompt_tokens": 12, "completion_tokens": 0, "total_tokens": 12}
ANSWER = {
    "id": "chatcmpl-1",
    "object": "chat.completion",
    "created": 1764000000,
    "model": "model-run-local-among",
    "choices": [
        {
            "index": 0,
            "message": {"role": "assistant", "content": "Четыре.", "refusal": None},
            "finish_reason": "stop",
            "logprobs": None,
        }
    ],
    "usage": USAGE,
}
CHUNK = {
    "id": "chatcmpl-1",
    "object": "chat.completion.chunk",
    "created": 1764000000,
    "model": "model-run-local-among",
    "choices": [{"index": 0, "delta": {"role": "assistant", "content": ""}, "finish_reason": None}],
}
LAST_CHUNK = changed(CHUNK, choices__0__delta={}, choices__0__finish_reason="length")
USAGE_CHUNK = changed(CHUNK, choices=[], usage=USAGE)
FIELDS = {
    "message": "The model does not exist.",
    "type": "not_found_error",
    "param": "model",
    "code": "model_not_found",
}
ERROR = {"error": FIELDS}
FLAT = {"object": "error", **FIELDS, "param": None, "code": 404}
TOKEN = {
    "access_token": "a-token",
    "id_token": "another-token",
    "token_type": "Bearer",
    "expires_in": 1,
    "scope": "openid",
    "not-before-policy": 0,
}
REFUSED = {"error": "invalid_client", "error_description": "Invalid client credentials"}
GATEWAY = {"message": "Missing authorization in request"}
FINISH_REASONS = ("stop", "length", "tool_calls", "content_filter", "function_call")

SAMPLES: dict[str, list[Any]] = {
    "models": [MODELS],
    "chat_request": [
        REQUEST,
        changed(REQUEST, temperature=2, top_p=1, stop="one", stream_options={}),
        {"model": "m", "messages": [{"role": "user", "content": ""}], "user": "someone"},
    ],
    "usage": [USAGE, changed(USAGE, prompt_tokens_details=None)],
    "chat_answer": [
        *(changed(ANSWER, choices__0__finish_reason=reason) for reason in FINISH_REASONS),
        changed(ANSWER, system_fingerprint="fp_1", choices__0__message__content=""),
    ],
    "chat_chunk": [
        CHUNK,
        LAST_CHUNK,
        USAGE_CHUNK,
        changed(CHUNK, usage=None, choices__0__delta={"content": None}),
    ],
    "error": [ERROR, changed(ERROR, error__param=None, error__code=None), {"error": FLAT}],
    "error_flat": [FLAT, changed(FLAT, param="model", code=None), changed(FLAT, code="x")],
    "unauthorized": [ERROR, FLAT, GATEWAY],
    "iam_token_request": [{"keyId": "an-id", "secret": "a-secret"}],
    "iam_token": [TOKEN, {"access_token": "a", "token_type": "Bearer", "expires_in": 3600}],
    "iam_error": [REFUSED],
}


def _each(document: dict[str, Any], place: str, *values: Any) -> list[Any]:
    return [changed(document, **{place: value}) for value in values]


_ENVELOPE: list[tuple[str, tuple[Any, ...]]] = [
    ("id", ("", 5, None)),
    ("created", (1.5, -1, "2025-11-25", None)),
    ("model", ("", None, 5)),
]


def _envelope(document: dict[str, Any], kind: str) -> list[Any]:
    """Near-misses of the members that whole answers and chunks share."""
    return [
        [],
        *without_each(document),
        *_each(document, "object", kind, None),
        *(edit for place, values in _ENVELOPE for edit in _each(document, place, *values)),
        *_each(document, "choices", {}, None, [5]),
    ]


def _fields(document: dict[str, Any], inside: str = "") -> list[Any]:
    """Near-misses of the four members of an error."""
    names = ("message", "type", "param", "code")
    return [
        *(changed(document, **{inside + name: GONE}) for name in names),
        *_each(document, f"{inside}message", "", None, ["x"]),
        *_each(document, f"{inside}type", "", None, 5),
        *_each(document, f"{inside}param", 5, []),
        *_each(document, f"{inside}code", 1.5, []),
    ]


NEAR_MISSES: dict[str, list[Any]] = {
    "models": [
        [],
        *without_each(MODELS),
        *_each(MODELS, "object", "models", None),
        *_each(MODELS, "data", {}, [], [5]),
        *(
            changed(MODELS, **{f"data__0__{name}": GONE})
            for name in ("id", "object", "created", "owned_by")
        ),
        *_each(MODELS, "data__0__id", "", 5),
        *_each(MODELS, "data__0__object", "run", None),
        *_each(MODELS, "data__0__created", -1, 1.5, "now"),
        *_each(MODELS, "data__0__owned_by", None, 5),
    ],
    "chat_request": [
        [],
        {"model": "m"},
        changed(REQUEST, model=GONE),
        *_each(REQUEST, "model", "", 5),
        *_each(REQUEST, "messages", {}, [], ["hello"]),
        *_each(REQUEST, "messages__0__role", GONE, "robot", None),
        *_each(REQUEST, "messages__0__content", GONE, 5, None),
        *_each(REQUEST, "max_tokens", 0, 1.5, "many"),
        *_each(REQUEST, "max_completion_tokens", 0, 1.5, "many"),
        *_each(REQUEST, "temperature", -0.1, 2.1, "hot"),
        *_each(REQUEST, "top_p", -0.1, 1.1, "all"),
        *_each(REQUEST, "stop", 5, ["a", "b", "c", "d", "e"], [5]),
        *_each(REQUEST, "stream", "yes", 1),
        *_each(REQUEST, "stream_options", [], {"include_usage": "yes"}),
        *_each(REQUEST, "n", 0, 1.5),
        *_each(REQUEST, "seed", 1.5, "x"),
    ],
    "usage": [
        [],
        *without_each(USAGE),
        *(edit for name in USAGE for edit in _each(USAGE, name, -1, 1.5, None)),
    ],
    "chat_answer": [
        *_envelope(ANSWER, "chat.completion.chunk"),
        changed(ANSWER, choices=[]),
        *(
            changed(ANSWER, **{f"choices__0__{name}": GONE})
            for name in ("index", "message", "finish_reason")
        ),
        *_each(ANSWER, "choices__0__index", -1, "0"),
        *_each(ANSWER, "choices__0__message", "Четыре.", {}),
        *_each(ANSWER, "choices__0__message__role", GONE, "user"),
        *_each(ANSWER, "choices__0__message__content", GONE, None, ["x"]),
        *_each(ANSWER, "choices__0__finish_reason", None, "eos"),
        *_each(ANSWER, "usage", None, {}),
    ],
    "chat_chunk": [
        *_envelope(CHUNK, "chat.completion"),
        *(
            changed(CHUNK, **{f"choices__0__{name}": GONE})
            for name in ("index", "delta", "finish_reason")
        ),
        *_each(CHUNK, "choices__0__index", -1, "0"),
        *_each(CHUNK, "choices__0__delta", None, "x"),
        *_each(CHUNK, "choices__0__delta__role", "user", None),
        *_each(CHUNK, "choices__0__delta__content", 5, []),
        *_each(CHUNK, "choices__0__finish_reason", "eos", ""),
        *_each(CHUNK, "usage", 5, {}),
    ],
    "error": [[], {}, {"error": "Not Found"}, FLAT, *_fields(ERROR, "error__")],
    "error_flat": [
        [],
        ERROR,
        *_fields(FLAT),
        *_each(FLAT, "object", GONE, "list"),
    ],
    "unauthorized": [
        "Missing authorization in request",
        [],
        {},
        {"message": "Unauthorized"},
        {"detail": "Not authenticated"},
    ],
    "iam_token_request": [
        [],
        *without_each({"keyId": "an-id", "secret": "a-secret"}),
        {"keyId": "", "secret": "a-secret"},
        {"keyId": "an-id", "secret": 5},
    ],
    "iam_token": [
        [],
        *without_each(TOKEN, "id_token", "scope", "not-before-policy"),
        *_each(TOKEN, "access_token", "", None),
        *_each(TOKEN, "id_token", "", None),
        *_each(TOKEN, "token_type", "bearer", None),
        *_each(TOKEN, "expires_in", 0, 1.5, "3600"),
        *_each(TOKEN, "scope", None, ["openid"]),
        *_each(TOKEN, "not-before-policy", None, "0"),
    ],
    "iam_error": [
        [],
        *without_each(REFUSED),
        *_each(REFUSED, "error", "", None),
        *_each(REFUSED, "error_description", "", 5),
    ],
}
