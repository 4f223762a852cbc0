"""Requests out of protobuf messages, and answers into them: the stubs of `yandexcloud`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from google.protobuf.any_pb2 import Any as AnyMessage
from google.protobuf.timestamp_pb2 import Timestamp
from yandex.cloud.ai.foundation_models.v1 import text_common_pb2 as common
from yandex.cloud.ai.foundation_models.v1.embedding import embedding_service_pb2 as embeddings
from yandex.cloud.ai.foundation_models.v1.text_classification import (
    text_classification_pb2 as labels,
)
from yandex.cloud.ai.foundation_models.v1.text_classification import (
    text_classification_service_pb2 as classifications,
)
from yandex.cloud.ai.foundation_models.v1.text_generation import (
    text_generation_service_pb2 as generations,
)
from yandex.cloud.operation import operation_pb2 as operations

from reference_server.yandex.messages import (
    ChatMessage,
    ClassificationAnswer,
    ClassifyRequest,
    CompletionAnswer,
    CompletionRequest,
    EmbeddingAnswer,
    EmbeddingRequest,
    FewShotRequest,
    LabelledSample,
    TokenizeAnswer,
    TokenizeRequest,
)
from reference_server.yandex.operations import CREATED_BY, DESCRIPTION

if TYPE_CHECKING:
    from reference_server.yandex.operations import Operation


def completion_request(message: generations.CompletionRequest) -> CompletionRequest:
    options = message.completion_options
    return CompletionRequest(
        model_uri=message.model_uri,
        messages=tuple(
            ChatMessage(one.role, one.text if one.WhichOneof("Content") == "text" else None)
            for one in message.messages
        ),
        stream=options.stream,
        temperature=options.temperature.value if options.HasField("temperature") else None,
        max_tokens=options.max_tokens.value if options.HasField("max_tokens") else None,
    )


def completion(answer: CompletionAnswer) -> generations.CompletionResponse:
    return generations.CompletionResponse(
        alternatives=[
            common.Alternative(
                message=common.Message(role="assistant", text=answer.text),
                status=common.Alternative.AlternativeStatus.Value(answer.status),
            )
        ],
        usage=common.ContentUsage(
            input_text_tokens=answer.input_text_tokens,
            completion_tokens=answer.completion_tokens,
            total_tokens=answer.total_tokens,
        ),
        model_version=answer.model_version,
    )


def embedding_request(message: embeddings.TextEmbeddingRequest) -> EmbeddingRequest:
    dim = message.dim.value if message.HasField("dim") else None
    return EmbeddingRequest(message.model_uri, message.text, dim)


def embedding(answer: EmbeddingAnswer) -> embeddings.TextEmbeddingResponse:
    return embeddings.TextEmbeddingResponse(
        embedding=answer.embedding,
        num_tokens=answer.num_tokens,
        model_version=answer.model_version,
    )


def few_shot_request(message: classifications.FewShotTextClassificationRequest) -> FewShotRequest:
    return FewShotRequest(
        model_uri=message.model_uri,
        task_description=message.task_description,
        labels=tuple(message.labels),
        text=message.text,
        samples=tuple(LabelledSample(one.text, one.label) for one in message.samples),
    )


def few_shot(answer: ClassificationAnswer) -> classifications.FewShotTextClassificationResponse:
    return classifications.FewShotTextClassificationResponse(**_classification(answer))


def classify_request(message: classifications.TextClassificationRequest) -> ClassifyRequest:
    return ClassifyRequest(message.model_uri, message.text)


def classified(answer: ClassificationAnswer) -> classifications.TextClassificationResponse:
    return classifications.TextClassificationResponse(**_classification(answer))


def tokenize_request(message: generations.TokenizeRequest) -> TokenizeRequest:
    return TokenizeRequest(message.model_uri, message.text)


def tokens(answer: TokenizeAnswer) -> generations.TokenizeResponse:
    return generations.TokenizeResponse(
        tokens=[
            common.Token(id=one.id, text=one.text, special=one.special) for one in answer.tokens
        ],
        model_version=answer.model_version,
    )


def operation(found: Operation) -> operations.Operation:
    created, modified = Timestamp(), Timestamp()
    created.FromDatetime(found.created_at)
    modified.FromDatetime(found.modified_at)
    message = operations.Operation(
        id=found.id,
        description=DESCRIPTION,
        created_at=created,
        created_by=CREATED_BY,
        modified_at=modified,
        done=found.done,
    )
    if found.answer is not None:
        packed = AnyMessage()
        packed.Pack(completion(found.answer))
        message.response.CopyFrom(packed)
    if found.error is not None:
        message.error.code = int(found.error.code)
        message.error.message = found.error.message
    return message


def _classification(answer: ClassificationAnswer) -> dict[str, Any]:
    return {
        "predictions": [
            labels.ClassificationLabel(label=label, confidence=confidence)
            for label, confidence in answer.predictions
        ],
        "model_version": answer.model_version,
        "input_tokens": answer.input_tokens,
    }
