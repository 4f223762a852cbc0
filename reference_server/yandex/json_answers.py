"""Answers into JSON, by the proto3 JSON mapping: lowerCamelCase, int64 as strings."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from reference_server.yandex.operations import CREATED_BY, DESCRIPTION

if TYPE_CHECKING:
    from datetime import datetime

    from reference_server.yandex.messages import (
        ClassificationAnswer,
        CompletionAnswer,
        EmbeddingAnswer,
        TokenizeAnswer,
    )
    from reference_server.yandex.operations import Operation

Json = dict[str, Any]

COMPLETION_TYPE = "type.googleapis.com/yandex.cloud.ai.foundation_models.v1.CompletionResponse"


def completion(answer: CompletionAnswer) -> Json:
    return {
        "alternatives": [
            {"message": {"role": "assistant", "text": answer.text}, "status": answer.status}
        ],
        "usage": {
            "inputTextTokens": str(answer.input_text_tokens),
            "completionTokens": str(answer.completion_tokens),
            "totalTokens": str(answer.total_tokens),
        },
        "modelVersion": answer.model_version,
    }


def embedding(answer: EmbeddingAnswer) -> Json:
    return {
        "embedding": answer.embedding,
        "numTokens": str(answer.num_tokens),
        "modelVersion": answer.model_version,
    }


def classification(answer: ClassificationAnswer) -> Json:
    return {
        "predictions": [
            {"label": label, "confidence": confidence} for label, confidence in answer.predictions
        ],
        "modelVersion": answer.model_version,
        "inputTokens": str(answer.input_tokens),
    }


def tokens(answer: TokenizeAnswer) -> Json:
    return {
        "tokens": [
            {"id": str(token.id), "text": token.text, "special": token.special}
            for token in answer.tokens
        ],
        "modelVersion": answer.model_version,
    }


def operation(found: Operation) -> Json:
    """The operation; its result is an Any, which JSON writes as an object with its type in it."""
    body: Json = {
        "id": found.id,
        "description": DESCRIPTION,
        "createdAt": _timestamp(found.created_at),
        "createdBy": CREATED_BY,
        "modifiedAt": _timestamp(found.modified_at),
        "done": found.done,
        "metadata": None,
    }
    if found.answer is not None:
        body["response"] = {"@type": COMPLETION_TYPE, **completion(found.answer)}
    if found.error is not None:
        error = found.error
        body["error"] = {"code": int(error.code), "message": error.message, "details": []}
    return body


def _timestamp(moment: datetime) -> str:
    return moment.isoformat(timespec="microseconds").replace("+00:00", "Z")
