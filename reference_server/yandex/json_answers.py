"""Answers into JSON, by the proto3 JSON mapping: lowerCamelCase, int64 as strings."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from reference_server.yandex.messages import (
        ClassificationAnswer,
        CompletionAnswer,
        EmbeddingAnswer,
        TokenizeAnswer,
    )

Json = dict[str, Any]


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
