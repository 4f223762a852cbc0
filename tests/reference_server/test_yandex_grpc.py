"""The same methods over gRPC: same answers, same codes, and what only gRPC has."""

from __future__ import annotations

import json
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Any

import grpc
import pytest
from google.protobuf import json_format
from grpc_health.v1 import health_pb2, health_pb2_grpc
from grpc_reflection.v1alpha.proto_reflection_descriptor_database import (
    ProtoReflectionDescriptorDatabase,
)
from stalling_engine import StallingEngine
from text_serving import COMPLETION, EMBEDDING, FEW_SHOT, HAMLET, TIMEOUT_S, Served, serving
from yandex.cloud.ai.foundation_models.v1.embedding import embedding_service_pb2 as embeddings
from yandex.cloud.ai.foundation_models.v1.embedding import (
    embedding_service_pb2_grpc as embedding_stubs,
)
from yandex.cloud.ai.foundation_models.v1.text_classification import (
    text_classification_service_pb2 as classifications,
)
from yandex.cloud.ai.foundation_models.v1.text_classification import (
    text_classification_service_pb2_grpc as classification_stubs,
)
from yandex.cloud.ai.foundation_models.v1.text_generation import (
    text_generation_service_pb2 as generations,
)
from yandex.cloud.ai.foundation_models.v1.text_generation import (
    text_generation_service_pb2_grpc as generation_stubs,
)
from yandex.cloud.endpoint import api_endpoint_service_pb2, api_endpoint_service_pb2_grpc
from yandex.cloud.operation import operation_service_pb2, operation_service_pb2_grpc

from reference_server.text.errors import Code, TextError

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

STREAMED = {**HAMLET, "completionOptions": {"stream": True, "maxTokens": "7"}}
FEW = {
    "modelUri": "cls://0/yandexgpt/latest",
    "labels": ["химия", "физика"],
    "text": "Реакция меди",
    "samples": [{"text": "реакция", "label": "химия"}],
}
EMB = {"modelUri": "emb://0/text-search-doc/latest", "text": "Реакция меди"}


@pytest.fixture(scope="module")
def server() -> Iterator[Served]:
    with serving(grpc_port=0) as served:
        yield served


@pytest.fixture(scope="module")
def channel(server: Served) -> Iterator[grpc.Channel]:
    with grpc.insecure_channel(server.grpc_target) as opened:
        yield opened


def over_grpc(channel: grpc.Channel, path: str, body: dict[str, Any]) -> list[dict[str, Any]]:
    """The answers to a REST body sent over gRPC, as JSON."""
    stub, kind = {
        COMPLETION: (
            generation_stubs.TextGenerationServiceStub(channel).Completion,
            generations.CompletionRequest,
        ),
        EMBEDDING: (
            embedding_stubs.EmbeddingsServiceStub(channel).TextEmbedding,
            embeddings.TextEmbeddingRequest,
        ),
        FEW_SHOT: (
            classification_stubs.TextClassificationServiceStub(channel).FewShotClassify,
            classifications.FewShotTextClassificationRequest,
        ),
    }[path]
    answered = stub(json_format.ParseDict(body, kind()), timeout=TIMEOUT_S)
    answers = answered if path == COMPLETION else [answered]
    return [json_format.MessageToDict(answer) for answer in answers]


@pytest.mark.parametrize(
    ("path", "body"),
    [(COMPLETION, HAMLET), (COMPLETION, STREAMED), (EMBEDDING, EMB), (FEW_SHOT, FEW)],
)
def test_both_transports_answer_the_same(
    server: Served, channel: grpc.Channel, path: str, body: dict[str, Any]
) -> None:
    lines = server.http.post(path, json=body).text.splitlines()
    over_rest = [json.loads(line) for line in lines]
    if path == COMPLETION:
        over_rest = [frame["result"] for frame in over_rest]
    assert over_grpc(channel, path, body) == over_rest


@pytest.mark.parametrize(
    ("path", "body"),
    [
        (COMPLETION, {**HAMLET, "modelUri": "gpt://0/none"}),
        (COMPLETION, {**HAMLET, "messages": []}),
        (COMPLETION, {**HAMLET, "messages": [{"role": "user"}]}),
        (COMPLETION, {**HAMLET, "messages": [{"role": "robot", "text": "x"}]}),
        (COMPLETION, {**HAMLET, "messages": [{"role": "user", "text": "a\0b"}]}),
        (COMPLETION, {**HAMLET, "completionOptions": {"temperature": 2}}),
        (COMPLETION, {**HAMLET, "completionOptions": {"maxTokens": "0"}}),
        (EMBEDDING, {**EMB, "text": ""}),
        (EMBEDDING, {**EMB, "text": "a" * 100_001}),
        (FEW_SHOT, {**FEW, "labels": ["one"]}),
        (FEW_SHOT, {**FEW, "labels": ["a", "a"]}),
    ],
)
def test_both_transports_refuse_the_same_in_the_same_words(
    server: Served, channel: grpc.Channel, path: str, body: dict[str, Any]
) -> None:
    over_rest = server.http.post(path, json=body).json()
    refused = over_rest["error"] if path == COMPLETION else over_rest
    with pytest.raises(grpc.RpcError) as error:
        over_grpc(channel, path, body)
    assert error.value.code() is grpc.StatusCode.INVALID_ARGUMENT
    assert error.value.details() == refused["message"]


def test_bytes_that_are_no_message_are_the_clients_fault(channel: grpc.Channel) -> None:
    method = "/yandex.cloud.ai.foundation_models.v1.EmbeddingsService/TextEmbedding"
    with pytest.raises(grpc.RpcError) as error:
        channel.unary_unary(method)(b"\x0a\x02\xff\xfe", timeout=TIMEOUT_S)
    assert error.value.code() is grpc.StatusCode.INVALID_ARGUMENT


def test_a_failure_after_the_first_message_ends_the_stream_with_its_code() -> None:
    failure = TextError(Code.RESOURCE_EXHAUSTED, "slow down", retry_after=2)
    with (
        serving(StallingEngine(pieces_before=2, failure=failure), grpc_port=0) as server,
        grpc.insecure_channel(server.grpc_target) as channel,
    ):
        stub = generation_stubs.TextGenerationServiceStub(channel)
        call = stub.Completion(
            json_format.ParseDict(STREAMED, generations.CompletionRequest()), timeout=TIMEOUT_S
        )
        assert [next(call).usage.completion_tokens for _ in range(2)] == [1, 2]
        with pytest.raises(grpc.RpcError) as error:
            next(call)
        assert error.value.code() is grpc.StatusCode.RESOURCE_EXHAUSTED
        assert dict(error.value.trailing_metadata())["retry-after"] == "2"


def test_a_deadline_is_kept_and_stops_the_generation() -> None:
    engine = StallingEngine()
    with serving(engine, grpc_port=0) as server, grpc.insecure_channel(server.grpc_target) as ch:
        stub = generation_stubs.TextGenerationServiceStub(ch)
        request = json_format.ParseDict(STREAMED, generations.CompletionRequest())
        with pytest.raises(grpc.RpcError) as error:
            list(stub.Completion(request, timeout=0.5))
        assert error.value.code() is grpc.StatusCode.DEADLINE_EXCEEDED
        assert engine.stopped.wait(TIMEOUT_S)


def test_every_answer_carries_its_ids(channel: grpc.Channel) -> None:
    stub = embedding_stubs.EmbeddingsServiceStub(channel)
    request = json_format.ParseDict(EMB, embeddings.TextEmbeddingRequest())
    _, call = stub.TextEmbedding.with_call(request, metadata=[("x-request-id", "my-own")])
    answered = dict(call.initial_metadata())
    assert answered["x-request-id"] == "my-own"
    assert answered["x-server-trace-id"]


def test_the_ext_methods_are_there(channel: grpc.Channel) -> None:
    request = json_format.ParseDict(HAMLET, generations.CompletionRequest())
    tokenizer = generation_stubs.TokenizerServiceStub(channel)
    assert len(tokenizer.TokenizeCompletion(request, timeout=TIMEOUT_S).tokens) == 26
    plain = generations.TokenizeRequest(model_uri="gpt://0/general", text="two words")
    assert len(tokenizer.Tokenize(plain, timeout=TIMEOUT_S).tokens) == 2
    tuned = classification_stubs.TextClassificationServiceStub(channel).Classify(
        classifications.TextClassificationRequest(model_uri="cls://0/sentiment", text="great"),
        timeout=TIMEOUT_S,
    )
    assert max(tuned.predictions, key=lambda one: one.confidence).label == "positive"


def test_an_operation_ends_in_a_completion(channel: grpc.Channel) -> None:
    request = json_format.ParseDict(HAMLET, generations.CompletionRequest())
    operation = generation_stubs.TextGenerationAsyncServiceStub(channel).Completion(
        request, timeout=TIMEOUT_S
    )
    wanted = operation_service_pb2.GetOperationRequest(operation_id=operation.id)
    stub = operation_service_pb2_grpc.OperationServiceStub(channel)
    while not operation.done:
        operation = stub.Get(wanted, timeout=TIMEOUT_S)
    answer = generations.CompletionResponse()
    assert operation.response.Unpack(answer)
    assert answer.alternatives[0].message.text == "Быть или не быть — вот в чём вопрос."


def test_a_wrong_request_starts_no_operation(channel: grpc.Channel) -> None:
    with pytest.raises(grpc.RpcError) as error:
        generation_stubs.TextGenerationAsyncServiceStub(channel).Completion(
            generations.CompletionRequest(), timeout=TIMEOUT_S
        )
    assert error.value.code() is grpc.StatusCode.INVALID_ARGUMENT


def test_discovery_names_the_server_itself(server: Served, channel: grpc.Channel) -> None:
    stub = api_endpoint_service_pb2_grpc.ApiEndpointServiceStub(channel)
    listed = stub.List(api_endpoint_service_pb2.ListApiEndpointsRequest(), timeout=TIMEOUT_S)
    found = {endpoint.id: endpoint.address for endpoint in listed.endpoints}
    assert found["ai-foundation-models"] == found["operation"] == server.grpc_target
    wanted = api_endpoint_service_pb2.GetApiEndpointRequest(api_endpoint_id="operation")
    assert stub.Get(wanted, timeout=TIMEOUT_S).address == server.grpc_target


def test_health_and_reflection_know_every_service(channel: grpc.Channel) -> None:
    services = ProtoReflectionDescriptorDatabase(channel).get_services()
    assert "yandex.cloud.ai.foundation_models.v1.TextGenerationService" in services
    assert (
        "yandex.cloud.ai.foundation_models.v1.text_classification.TextClassificationService"
        in services
    )
    stub = health_pb2_grpc.HealthStub(channel)
    for service in ("", *services):
        if service.startswith("grpc."):
            continue
        request = health_pb2.HealthCheckRequest(service=service)
        status = stub.Check(request, timeout=TIMEOUT_S).status
        assert status == health_pb2.HealthCheckResponse.SERVING


@pytest.mark.parametrize("value", [None, "Bearer wrong", "Basic k-1", "k-1"])
def test_without_the_key_no_rpc_is_answered(value: str | None) -> None:
    metadata = [("authorization", value)] if value else []
    with (
        serving(api_key="k-1", grpc_port=0) as server,
        grpc.insecure_channel(server.grpc_target) as channel,
    ):
        hamlet = json_format.ParseDict(HAMLET, generations.CompletionRequest())
        generation = generation_stubs.TextGenerationServiceStub(channel)
        health = health_pb2_grpc.HealthStub(channel)
        calls = (
            lambda: list(generation.Completion(hamlet, timeout=TIMEOUT_S, metadata=metadata)),
            lambda: health.Check(
                health_pb2.HealthCheckRequest(), timeout=TIMEOUT_S, metadata=metadata
            ),
        )
        for call in calls:
            with pytest.raises(grpc.RpcError) as error:
                call()
            assert error.value.code() is grpc.StatusCode.UNAUTHENTICATED


@pytest.mark.parametrize("value", ["Bearer k-1", "Api-Key k-1"])
def test_with_the_key_rpcs_are_answered(value: str) -> None:
    with (
        serving(api_key="k-1", grpc_port=0) as server,
        grpc.insecure_channel(server.grpc_target) as channel,
    ):
        hamlet = json_format.ParseDict(HAMLET, generations.CompletionRequest())
        stub = generation_stubs.TextGenerationServiceStub(channel)
        metadata = [("authorization", value)]
        assert len(list(stub.Completion(hamlet, timeout=TIMEOUT_S, metadata=metadata))) == 1


def test_a_self_made_certificate_is_good_for_localhost(tmp_path: Path) -> None:
    with serving(grpc_port=0, grpc_self_made_certificate=tmp_path / "tls") as server:
        assert (tmp_path / "tls" / "key.pem").stat().st_mode & 0o777 == 0o600
        trusted = (tmp_path / "tls" / "certificate.pem").read_bytes()
        credentials = grpc.ssl_channel_credentials(trusted)
        for host in ("localhost", "127.0.0.1"):
            with grpc.secure_channel(f"{host}:{server.grpc_port}", credentials) as channel:
                assert over_grpc(channel, EMBEDDING, EMB)


def test_a_given_certificate_is_shown(tmp_path: Path) -> None:
    from reference_server.yandex import certificates

    certificates.self_made(tmp_path)
    pair = {
        "grpc_certificate": tmp_path / "certificate.pem",
        "grpc_private_key": tmp_path / "key.pem",
    }
    credentials = grpc.ssl_channel_credentials((tmp_path / "certificate.pem").read_bytes())
    with (
        serving(grpc_port=0, **pair) as server,
        grpc.secure_channel(f"localhost:{server.grpc_port}", credentials) as channel,
    ):
        assert over_grpc(channel, EMBEDDING, EMB)


def test_conversations_at_the_same_time_do_not_mix(channel: grpc.Channel) -> None:
    def ask(number: int) -> str:
        code = f"QX-{number * 7919:06d}"
        body = {
            "modelUri": "gpt://0/general",
            "completionOptions": {"stream": True},
            "messages": [
                {"role": "system", "text": f"The code is {code}."},
                {"role": "user", "text": "What is the code?"},
            ],
        }
        last = over_grpc(channel, COMPLETION, body)[-1]
        assert last["alternatives"][0]["message"]["text"] == code
        return code

    with ThreadPoolExecutor(32) as pool:
        assert len(set(pool.map(ask, range(32)))) == 32
