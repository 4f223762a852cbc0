"""What the Yandex contract's schemas must accept, and what they must refuse by a hair."""

from __future__ import annotations

from typing import Any

from edits import GONE, changed, without_each
from yandex_documents import (
    COMPLETION,
    COMPLETION_REQUEST,
    DONE,
    EMBEDDING,
    EMBEDDING_REQUEST,
    ERROR_OLDER,
    ERROR_STREAM,
    ERROR_UNARY,
    FAILED,
    FEW_SHOT,
    FEW_SHOT_REQUEST,
    FRAME,
    MAX,
    OPERATION,
    TEXT_REQUEST,
    TOKENS,
)

FOLDER = "yandex"

_LIMIT = "completionOptions__maxTokens"
_STATUS = "alternatives__0__status"
_WITH_REASONING = changed(COMPLETION, usage__completionTokensDetails={"reasoningTokens": "4"})


def _in_frame(message: Any) -> dict[str, Any]:
    return {"result": message}


_ANY_STATUS = [
    changed(COMPLETION, **{_STATUS: f"ALTERNATIVE_STATUS_{name}"})
    for name in ("UNSPECIFIED", "PARTIAL", "TRUNCATED_FINAL", "FINAL", "CONTENT_FILTER")
]
_TOOL_CALLS = changed(COMPLETION, **{_STATUS: "ALTERNATIVE_STATUS_TOOL_CALLS"})

SAMPLES: dict[str, list[Any]] = {
    "completion_request": [
        COMPLETION_REQUEST,
        changed(COMPLETION_REQUEST, completionOptions=GONE),
        changed(COMPLETION_REQUEST, completionOptions={}),
        *(
            changed(COMPLETION_REQUEST, **{_LIMIT: limit})
            for limit in ("1", "9", "1000000000000000000", str(MAX), str(MAX - 7), 1, MAX)
        ),
        changed(COMPLETION_REQUEST, completionOptions__temperature=0),
        changed(COMPLETION_REQUEST, completionOptions__temperature=1),
    ],
    "completion_message": [
        *_ANY_STATUS,
        _TOOL_CALLS,
        _WITH_REASONING,
        changed(COMPLETION, usage__completionTokens="0"),
        changed(COMPLETION, usage__totalTokens=str(MAX)),
        changed(COMPLETION, alternatives__0__message__text=""),
    ],
    "completion_frame": [FRAME],
    "completion_answer": [_in_frame(one) for one in (*_ANY_STATUS[2:], _TOOL_CALLS)],
    "completion_line": [FRAME, ERROR_STREAM],
    "embedding_request": [EMBEDDING_REQUEST, changed(EMBEDDING_REQUEST, text="x" * 100_000)],
    "embedding_answer": [
        EMBEDDING,
        changed(EMBEDDING, embedding=["0", "-0.25", "1e-05", "12.5E+3"]),
    ],
    "embedding_answer.hosted": [EMBEDDING],
    "few_shot_request": [
        FEW_SHOT_REQUEST,
        changed(FEW_SHOT_REQUEST, samples=GONE),
        changed(FEW_SHOT_REQUEST, samples=[]),
        changed(FEW_SHOT_REQUEST, labels=[f"label {number}" for number in range(20)]),
    ],
    "few_shot_answer": [
        FEW_SHOT,
        changed(FEW_SHOT, inputTokens="12"),
        changed(FEW_SHOT, predictions__0__confidence="0.75"),
    ],
    "few_shot_answer.hosted": [FEW_SHOT, changed(FEW_SHOT, inputTokens="12")],
    "text_classification_request": [TEXT_REQUEST],
    "tokenize_request": [TEXT_REQUEST],
    "tokenize_answer": [TOKENS],
    "operation": [OPERATION, DONE, FAILED, {"id": "op1", "done": False}],
    "error_stream": [ERROR_STREAM, changed(ERROR_STREAM, error__details=[])],
    "error_unary": [ERROR_UNARY],
    "error_older": [ERROR_OLDER],
    "error": [ERROR_STREAM, ERROR_UNARY, ERROR_OLDER],
}

_URIS = ("", "general", "gpt://0", "gpt://0/", "gpt:///general", "gpt://0/gene ral", "0://0/x", 5)


def _text_request(document: dict[str, Any]) -> list[Any]:
    return [
        [],
        *without_each(document),
        changed(document, language="ru"),
        *(changed(document, modelUri=uri) for uri in _URIS),
        changed(document, text=""),
        changed(document, text="x" * 100_001),
        changed(document, text=5),
    ]


def _amounts(document: dict[str, Any], place: str) -> list[Any]:
    wrong = (26, "-1", "+1", "01", "1.0", " 1", "1\n", "", None, str(MAX + 1), "1" + "0" * 19)
    return [changed(document, **{place: one}) for one in wrong]


def _codes(document: dict[str, Any], place: str) -> list[Any]:
    return [changed(document, **{place: one}) for one in (0, 17, "3", 3.5, GONE)]


_MESSAGES: list[Any] = [
    [],
    *without_each(COMPLETION),
    changed(COMPLETION, id="x"),
    changed(COMPLETION, alternatives={}),
    changed(COMPLETION, alternatives=[]),
    changed(COMPLETION, alternatives=["text"]),
    changed(COMPLETION, alternatives__0__message=GONE),
    changed(COMPLETION, alternatives__0__message="text"),
    changed(COMPLETION, alternatives__0__message__role=GONE),
    changed(COMPLETION, alternatives__0__message__role="user"),
    changed(COMPLETION, alternatives__0__message__text=GONE),
    changed(COMPLETION, alternatives__0__message__text=None),
    changed(COMPLETION, alternatives__0__message__name="x"),
    changed(COMPLETION, alternatives__0__status=GONE),
    changed(COMPLETION, alternatives__0__status="FINAL"),
    changed(COMPLETION, alternatives__0__status=3),
    changed(COMPLETION, alternatives__0__index=0),
    changed(COMPLETION, usage=[]),
    *(changed(COMPLETION, usage=some) for some in without_each(COMPLETION["usage"])),
    changed(COMPLETION, usage__cachedTokens="1"),
    *_amounts(COMPLETION, "usage__inputTextTokens"),
    *_amounts(COMPLETION, "usage__completionTokens"),
    *_amounts(COMPLETION, "usage__totalTokens"),
    changed(_WITH_REASONING, usage__completionTokensDetails=[]),
    changed(_WITH_REASONING, usage__completionTokensDetails={}),
    changed(_WITH_REASONING, usage__completionTokensDetails__reasoningTokens=4),
    changed(_WITH_REASONING, usage__completionTokensDetails__audioTokens="4"),
    changed(COMPLETION, modelVersion=""),
    changed(COMPLETION, modelVersion=7),
]

NEAR_MISSES: dict[str, list[Any]] = {
    "completion_request": [
        [],
        *without_each(COMPLETION_REQUEST, "completionOptions"),
        changed(COMPLETION_REQUEST, model="x"),
        *(changed(COMPLETION_REQUEST, modelUri=uri) for uri in _URIS),
        changed(COMPLETION_REQUEST, completionOptions=[]),
        changed(COMPLETION_REQUEST, completionOptions__topP=1),
        changed(COMPLETION_REQUEST, completionOptions__stream="yes"),
        changed(COMPLETION_REQUEST, completionOptions__temperature="hot"),
        changed(COMPLETION_REQUEST, completionOptions__temperature=-0.01),
        changed(COMPLETION_REQUEST, completionOptions__temperature=1.01),
        *(
            changed(COMPLETION_REQUEST, **{_LIMIT: limit})
            for limit in (0, -1, 1.5, MAX + 1, "0", "-1", "01", "x", "", None, True)
        ),
        *(
            changed(COMPLETION_REQUEST, **{_LIMIT: str(limit)})
            for limit in (MAX + 1, MAX + 3, 10**19, 9_223_372_036_854_776_000)
        ),
        changed(COMPLETION_REQUEST, messages={}),
        changed(COMPLETION_REQUEST, messages=[]),
        changed(COMPLETION_REQUEST, messages=["Translate text"]),
        changed(COMPLETION_REQUEST, messages__0__role="tool"),
        changed(COMPLETION_REQUEST, messages__0__role=GONE),
        changed(COMPLETION_REQUEST, messages__0__text=5),
        changed(COMPLETION_REQUEST, messages__0__text=GONE),
        changed(COMPLETION_REQUEST, messages__0__name="x"),
    ],
    "completion_message": _MESSAGES,
    "completion_frame": [
        [],
        {},
        COMPLETION,
        changed(FRAME, id="x"),
        *(_in_frame(message) for message in _MESSAGES),
    ],
    "completion_answer": [
        COMPLETION,
        *(_in_frame(message) for message in _ANY_STATUS[:2]),
        _in_frame(changed(COMPLETION, modelVersion=GONE)),
    ],
    "completion_line": [
        COMPLETION,
        ERROR_UNARY,
        _in_frame(changed(COMPLETION, modelVersion=GONE)),
        changed(ERROR_STREAM, error__grpcCode=0),
    ],
    "embedding_request": _text_request(EMBEDDING_REQUEST),
    "embedding_answer": [
        [],
        *without_each(EMBEDDING),
        changed(EMBEDDING, dim=3),
        changed(EMBEDDING, embedding="0.25"),
        changed(EMBEDDING, embedding=[]),
        *(changed(EMBEDDING, embedding__1=one) for one in ("x", "", ".5", "1.", "00.5", None, [])),
        *_amounts(EMBEDDING, "numTokens"),
        changed(EMBEDDING, modelVersion=""),
    ],
    "embedding_answer.hosted": [
        changed(EMBEDDING, modelVersion=GONE),
        changed(EMBEDDING, embedding__1="0.25"),
        changed(EMBEDDING, embedding__1=None),
    ],
    "few_shot_request": [
        [],
        *without_each(FEW_SHOT_REQUEST, "samples"),
        changed(FEW_SHOT_REQUEST, language="ru"),
        *(changed(FEW_SHOT_REQUEST, modelUri=uri) for uri in _URIS),
        changed(FEW_SHOT_REQUEST, taskDescription=""),
        changed(FEW_SHOT_REQUEST, labels="химия"),
        changed(FEW_SHOT_REQUEST, labels=["химия"]),
        changed(FEW_SHOT_REQUEST, labels=["химия", "химия"]),
        changed(FEW_SHOT_REQUEST, labels=["химия", ""]),
        changed(FEW_SHOT_REQUEST, labels=["химия", 5]),
        changed(FEW_SHOT_REQUEST, labels=[f"label {number}" for number in range(21)]),
        changed(FEW_SHOT_REQUEST, text=""),
        changed(FEW_SHOT_REQUEST, samples={}),
        changed(FEW_SHOT_REQUEST, samples=["physics"]),
        changed(FEW_SHOT_REQUEST, samples__0__text=GONE),
        changed(FEW_SHOT_REQUEST, samples__0__text=""),
        changed(FEW_SHOT_REQUEST, samples__0__label=GONE),
        changed(FEW_SHOT_REQUEST, samples__0__label=""),
        changed(FEW_SHOT_REQUEST, samples__0__weight=1),
    ],
    "few_shot_answer": [
        [],
        *without_each(FEW_SHOT),
        changed(FEW_SHOT, best="химия"),
        changed(FEW_SHOT, predictions={}),
        changed(FEW_SHOT, predictions=[]),
        changed(FEW_SHOT, predictions__0="химия"),
        changed(FEW_SHOT, predictions__0__label=GONE),
        changed(FEW_SHOT, predictions__0__label=""),
        changed(FEW_SHOT, predictions__0__label=5),
        changed(FEW_SHOT, predictions__0__confidence=GONE),
        changed(FEW_SHOT, predictions__0__confidence="high"),
        changed(FEW_SHOT, predictions__0__confidence=None),
        changed(FEW_SHOT, predictions__0__rank=1),
        changed(FEW_SHOT, inputTokens=12),
        changed(FEW_SHOT, modelVersion=""),
    ],
    "few_shot_answer.hosted": [
        changed(FEW_SHOT, modelVersion=GONE),
        changed(FEW_SHOT, predictions__0__confidence="0.75"),
    ],
    "text_classification_request": _text_request(TEXT_REQUEST),
    "tokenize_request": _text_request(TEXT_REQUEST),
    "tokenize_answer": [
        [],
        *without_each(TOKENS),
        changed(TOKENS, count=2),
        changed(TOKENS, tokens={}),
        changed(TOKENS, tokens=[]),
        changed(TOKENS, tokens__0="Быть"),
        *(changed(TOKENS, tokens__0=some) for some in without_each(TOKENS["tokens"][0])),
        changed(TOKENS, tokens__0__id=71),
        changed(TOKENS, tokens__0__text=5),
        changed(TOKENS, tokens__0__special="no"),
        changed(TOKENS, tokens__0__start=0),
        changed(TOKENS, modelVersion=""),
    ],
    "operation": [
        [],
        {},
        changed(OPERATION, id=GONE),
        changed(OPERATION, done=GONE),
        changed(OPERATION, progress=5),
        changed(OPERATION, id=""),
        changed(OPERATION, description=5),
        changed(OPERATION, createdAt="yesterday"),
        changed(OPERATION, createdAt=5),
        changed(OPERATION, createdBy=5),
        changed(OPERATION, modifiedAt="2025-02-10"),
        changed(OPERATION, modifiedAt=5),
        changed(OPERATION, done="false"),
        changed(OPERATION, metadata="none"),
        changed(DONE, response="text"),
        *(
            changed(DONE, **{f"response__{name}": GONE})
            for name in ("alternatives", "usage", "modelVersion")
        ),
        {**DONE, "response": {**DONE["response"], "@type": "CompletionResponse"}},
        {**DONE, "response": {**DONE["response"], "@type": 5}},
        changed(FAILED, error="failed"),
        *_codes(FAILED, "error__code"),
        changed(FAILED, error__message=GONE),
        changed(FAILED, error__message=5),
        changed(FAILED, error__details={}),
        changed(FAILED, error__details=["x"]),
        changed(FAILED, error__reason="x"),
    ],
    "error_stream": [
        [],
        {},
        changed(ERROR_STREAM, code=3),
        changed(ERROR_STREAM, error="invalid model_uri"),
        *_codes(ERROR_STREAM, "error__grpcCode"),
        *(changed(ERROR_STREAM, error__httpCode=one) for one in (399, 600, "400", 400.5, GONE)),
        *(changed(ERROR_STREAM, error__message=one) for one in ("", 5, GONE)),
        *(changed(ERROR_STREAM, error__httpStatus=one) for one in ("", 400, GONE)),
        *(changed(ERROR_STREAM, error__details=one) for one in ({}, ["x"], GONE)),
        changed(ERROR_STREAM, error__status="INVALID_ARGUMENT"),
    ],
    "error_unary": [
        [],
        {},
        changed(ERROR_UNARY, status="INVALID_ARGUMENT"),
        *_codes(ERROR_UNARY, "code"),
        *(changed(ERROR_UNARY, error=one) for one in ("", 5, GONE)),
        *(changed(ERROR_UNARY, message=one) for one in ("", 5, GONE)),
        *(changed(ERROR_UNARY, details=one) for one in ({}, ["x"], GONE)),
    ],
    "error_older": [
        [],
        ERROR_UNARY,
        *_codes(ERROR_OLDER, "code"),
        *(changed(ERROR_OLDER, message=one) for one in ("", 5, GONE)),
        *(changed(ERROR_OLDER, details=one) for one in ({}, ["x"], GONE)),
    ],
    "error": [
        {"detail": "Not Found"},
        {"message": "Missing authorization in request"},
        changed(ERROR_STREAM, error__grpcCode=GONE),
        changed(ERROR_UNARY, code=GONE),
        changed(ERROR_OLDER, details=GONE),
    ],
}
