"""yandex-ai-studio-sdk over plaintext gRPC, by a service map and by endpoint discovery."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from client_package import client_package
from text_serving import Served, serving

if TYPE_CHECKING:
    from collections.abc import Iterator

studio = client_package("yandex_ai_studio_sdk")

HAMLET = [
    {"role": "system", "text": "Translate text"},
    {"role": "user", "text": "To be, or not to be: that is the question."},
]


@pytest.fixture(scope="module")
def server() -> Iterator[Served]:
    with serving(grpc_port=0) as served:
        yield served


def sdk_of(server: Served, **how: Any) -> Any:
    from yandex_ai_studio_sdk.auth import NoAuth
    from yandex_ai_studio_sdk.retry import NoRetryPolicy

    return studio.AIStudio(
        folder_id="0", auth=NoAuth(), verify=False, retry_policy=NoRetryPolicy(), **how
    )


@pytest.fixture(params=["service map", "discovery"])
def sdk(server: Served, request: pytest.FixtureRequest) -> Any:
    if request.param == "discovery":
        return sdk_of(server, endpoint=server.grpc_target)
    services = ("ai-foundation-models", "operation")
    return sdk_of(server, endpoint=None, service_map=dict.fromkeys(services, server.grpc_target))


def test_completion(sdk: Any) -> None:
    result = sdk.models.completions("general").configure(temperature=0).run(HAMLET)
    assert result.alternatives[0].text == "Быть или не быть — вот в чём вопрос."
    assert result.alternatives[0].status.name == "FINAL"
    assert (result.usage.input_text_tokens, result.usage.completion_tokens) == (26, 11)
    assert result.model_version == "07.03.2024"


def test_streaming(sdk: Any) -> None:
    model = sdk.models.completions("general").configure(max_tokens=2)
    results = list(model.run_stream("Say: one two three"))
    assert [result.text for result in results] == ["one", "one two"]
    assert results[-1].status.name == "TRUNCATED_FINAL"


def test_deferred(sdk: Any) -> None:
    operation = sdk.models.completions("general").run_deferred("Say: one two three")
    assert operation.wait(poll_interval=0.01, timeout=10).text == "one two three"


def test_tokenize(sdk: Any) -> None:
    assert len(sdk.models.completions("general").tokenize(HAMLET)) == 26


def test_embedding(sdk: Any) -> None:
    result = sdk.models.text_embeddings("doc").run("Быть или не быть")
    assert len(result.embedding) == 256
    assert result.num_tokens == 4


def test_classification(sdk: Any) -> None:
    few_shot = sdk.models.text_classifiers("yandexgpt").configure(
        task_description="Which subject?",
        labels=["химия", "физика"],
        samples=[{"text": "реакция", "label": "химия"}],
    )
    result = few_shot.run("Реакция меди")
    assert [prediction["label"] for prediction in result] == ["химия", "физика"]
    assert result[0]["confidence"] > result[1]["confidence"]


def test_tuned_classification(sdk: Any) -> None:
    result = sdk.models.text_classifiers("cls://0/sentiment").run("an awful film")
    assert max(result, key=lambda one: one["confidence"])["label"] == "negative"


def test_a_refusal_arrives_as_one(sdk: Any) -> None:
    with pytest.raises(Exception, match="invalid model_uri"):
        sdk.models.completions("gpt://0/none").run("hi")
