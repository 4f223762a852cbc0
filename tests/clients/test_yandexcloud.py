"""yandexcloud's SDK over plaintext gRPC: bare stubs, no metadata of its own."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from client_package import client_package
from text_serving import Served, serving

if TYPE_CHECKING:
    from collections.abc import Iterator

yandexcloud = client_package("yandexcloud")

V1 = "yandex.cloud.ai.foundation_models.v1"


@pytest.fixture(scope="module")
def server() -> Iterator[Served]:
    with serving(grpc_port=0) as served:
        yield served


@pytest.fixture
def client_of(server: Served) -> Any:
    sdk = yandexcloud.SDK(iam_token="x")
    return lambda stub: sdk.client(stub, endpoint=server.grpc_target, insecure=True)


@pytest.mark.parametrize(
    ("stream", "texts"), [(False, ["one two"]), (True, ["one", "one two", "one two"])]
)
def test_completion(client_of: Any, texts: list[str], *, stream: bool) -> None:
    from yandex.cloud.ai.foundation_models.v1.text_common_pb2 import CompletionOptions, Message
    from yandex.cloud.ai.foundation_models.v1.text_generation import (
        text_generation_service_pb2 as messages,
    )
    from yandex.cloud.ai.foundation_models.v1.text_generation import (
        text_generation_service_pb2_grpc as stubs,
    )

    answers = client_of(stubs.TextGenerationServiceStub).Completion(
        messages.CompletionRequest(
            model_uri="gpt://0/general",
            completion_options=CompletionOptions(stream=stream),
            messages=[Message(role="user", text="Say: one two")],
        )
    )
    assert [answer.alternatives[0].message.text for answer in answers] == texts


def test_embedding(client_of: Any) -> None:
    from yandex.cloud.ai.foundation_models.v1.embedding import embedding_service_pb2 as messages
    from yandex.cloud.ai.foundation_models.v1.embedding import embedding_service_pb2_grpc as stubs

    answer = client_of(stubs.EmbeddingsServiceStub).TextEmbedding(
        messages.TextEmbeddingRequest(model_uri="emb://0/text-search-query/latest", text="мир")
    )
    assert len(answer.embedding) == 256


def test_classification(client_of: Any) -> None:
    from yandex.cloud.ai.foundation_models.v1.text_classification import (
        text_classification_service_pb2 as messages,
    )
    from yandex.cloud.ai.foundation_models.v1.text_classification import (
        text_classification_service_pb2_grpc as stubs,
    )

    answer = client_of(stubs.TextClassificationServiceStub).FewShotClassify(
        messages.FewShotTextClassificationRequest(
            model_uri="cls://0/yandexgpt/latest",
            task_description="Which subject?",
            labels=["химия", "физика"],
            text="Физика твёрдого тела",
        )
    )
    assert [prediction.label for prediction in answer.predictions] == ["химия", "физика"]
    assert answer.predictions[1].confidence > 0.5
