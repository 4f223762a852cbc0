"""Messages of the Yandex contract as its document and the hosted service show them."""

from __future__ import annotations

from typing import Any

MAX = 2**63 - 1

COMPLETION_REQUEST: dict[str, Any] = {
    "modelUri": "gpt://0/general",
    "completionOptions": {"stream": False, "temperature": 0.1, "maxTokens": "1000"},
    "messages": [
        {"role": "system", "text": "Translate text"},
        {"role": "user", "text": "To be, or not to be: that is the question."},
        {"role": "assistant", "text": ""},
    ],
}
COMPLETION: dict[str, Any] = {
    "alternatives": [
        {
            "message": {"role": "assistant", "text": "Быть или не быть — вот в чём вопрос."},
            "status": "ALTERNATIVE_STATUS_FINAL",
        }
    ],
    "usage": {"inputTextTokens": "26", "completionTokens": "11", "totalTokens": "37"},
    "modelVersion": "07.03.2024",
}
FRAME = {"result": COMPLETION}
EMBEDDING_REQUEST = {"modelUri": "emb://0/general/latest", "text": "Быть или не быть"}
EMBEDDING = {"embedding": [0.25, -1e-05, 0], "numTokens": "5", "modelVersion": "06.12.2023"}
FEW_SHOT_REQUEST: dict[str, Any] = {
    "modelUri": "cls://0/general",
    "taskDescription": "Which science is the text about?",
    "labels": ["химия", "физика"],
    "text": "The acid turned the litmus red.",
    "samples": [{"text": "Force is mass times acceleration.", "label": "физика"}],
}
FEW_SHOT: dict[str, Any] = {
    "predictions": [
        {"label": "химия", "confidence": 0.75},
        {"label": "физика", "confidence": 0.25},
    ],
    "modelVersion": "07.03.2024",
}
TEXT_REQUEST = {"modelUri": "cls://0/tuned", "text": "The acid turned the litmus red."}
TOKENS: dict[str, Any] = {
    "tokens": [
        {"id": "0", "text": "", "special": True},
        {"id": "71", "text": "Быть", "special": False},
    ],
    "modelVersion": "07.03.2024",
}
OPERATION: dict[str, Any] = {
    "id": "op1",
    "description": "Async GPT Completion",
    "createdAt": "2025-02-10T09:00:00.123456Z",
    "createdBy": "someone",
    "modifiedAt": "2025-02-10T09:00:01Z",
    "done": False,
    "metadata": None,
}
DONE: dict[str, Any] = {
    **OPERATION,
    "done": True,
    "metadata": {},
    "response": {
        "@type": "type.googleapis.com/yandex.cloud.ai.foundation_models.v1.CompletionResponse",
        **COMPLETION,
    },
}
FAILED: dict[str, Any] = {
    "id": "op1",
    "done": True,
    "error": {"code": 3, "message": "invalid model_uri", "details": [{"@type": "x"}]},
}
ERROR_STREAM: dict[str, Any] = {
    "error": {
        "grpcCode": 3,
        "httpCode": 400,
        "message": "invalid model_uri",
        "httpStatus": "Bad Request",
        "details": [{}],
    }
}
ERROR_UNARY: dict[str, Any] = {
    "error": "invalid model_uri",
    "code": 16,
    "message": "invalid model_uri",
    "details": [{}],
}
ERROR_OLDER: dict[str, Any] = {"code": 1, "message": "invalid model_uri", "details": []}
