"""The gRPC services: each method reads a message, asks the one implementation, writes another."""

from __future__ import annotations

import contextlib
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import grpc
from google.protobuf.message import DecodeError
from yandex.cloud.ai.foundation_models.v1.embedding import embedding_service_pb2 as embeddings
from yandex.cloud.ai.foundation_models.v1.text_classification import (
    text_classification_service_pb2 as classifications,
)
from yandex.cloud.ai.foundation_models.v1.text_generation import (
    text_generation_service_pb2 as generations,
)
from yandex.cloud.endpoint import api_endpoint_pb2, api_endpoint_service_pb2
from yandex.cloud.operation import operation_service_pb2

from reference_server.text.errors import Code, TextError
from reference_server.yandex import grpc_messages
from reference_server.yandex.ids import request_id, trace_id

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator, Awaitable, Callable

    from google.protobuf.message import Message

    from reference_server.yandex.messages import CompletionRequest
    from reference_server.yandex.operations import Operation, Operations
    from reference_server.yandex.service import FoundationModels

GENERATION = "yandex.cloud.ai.foundation_models.v1"
# One segment longer than the others; the package of the stubs says so.
CLASSIFICATION = f"{GENERATION}.text_classification"
ENDPOINT_IDS = ("ai-foundation-models", "operation", "iam")

_STATUS = {code.value[0]: code for code in grpc.StatusCode}


@dataclass(frozen=True, slots=True)
class Method:
    """One unary RPC: its place, its request's class, and the way from request to answer."""

    service: str
    name: str
    request: type[Message]
    read: Callable[[Any], Any]
    ask: Callable[[Any], Awaitable[Any]]
    write: Callable[[Any], Message]


def services(
    models: FoundationModels, operations: Operations, address: Callable[[], str]
) -> dict[str, dict[str, grpc.RpcMethodHandler]]:
    """Handlers by service and method. `address` is where clients reach all of them."""
    found: dict[str, dict[str, grpc.RpcMethodHandler]] = {}
    for method in _unary_methods(models, operations, address):
        found.setdefault(method.service, {})[method.name] = _unary_handler(method)
    found[f"{GENERATION}.TextGenerationService"] = {"Completion": _completion_handler(models)}
    return found


def _unary_methods(
    models: FoundationModels, operations: Operations, address: Callable[[], str]
) -> list[Method]:
    async def start(request: CompletionRequest) -> Operation:
        return operations.start(request)

    async def get(request: operation_service_pb2.GetOperationRequest) -> Operation:
        return operations.get(request.operation_id)

    async def endpoint(
        request: api_endpoint_service_pb2.GetApiEndpointRequest,
    ) -> api_endpoint_pb2.ApiEndpoint:
        if request.api_endpoint_id not in ENDPOINT_IDS:
            wanted = request.api_endpoint_id[:100]
            raise TextError(Code.NOT_FOUND, f"endpoint {wanted!r} not found")
        return api_endpoint_pb2.ApiEndpoint(id=request.api_endpoint_id, address=address())

    async def endpoints(_request: object) -> api_endpoint_service_pb2.ListApiEndpointsResponse:
        return api_endpoint_service_pb2.ListApiEndpointsResponse(
            endpoints=[
                api_endpoint_pb2.ApiEndpoint(id=known, address=address()) for known in ENDPOINT_IDS
            ]
        )

    read_completion = grpc_messages.completion_request
    return [
        Method(
            f"{GENERATION}.EmbeddingsService",
            "TextEmbedding",
            embeddings.TextEmbeddingRequest,
            grpc_messages.embedding_request,
            models.embedding,
            grpc_messages.embedding,
        ),
        Method(
            f"{CLASSIFICATION}.TextClassificationService",
            "FewShotClassify",
            classifications.FewShotTextClassificationRequest,
            grpc_messages.few_shot_request,
            models.few_shot,
            grpc_messages.few_shot,
        ),
        Method(
            f"{CLASSIFICATION}.TextClassificationService",
            "Classify",
            classifications.TextClassificationRequest,
            grpc_messages.classify_request,
            models.classify,
            grpc_messages.classified,
        ),
        Method(
            f"{GENERATION}.TokenizerService",
            "Tokenize",
            generations.TokenizeRequest,
            grpc_messages.tokenize_request,
            models.tokenize,
            grpc_messages.tokens,
        ),
        Method(
            f"{GENERATION}.TokenizerService",
            "TokenizeCompletion",
            generations.CompletionRequest,
            read_completion,
            models.tokenize_completion,
            grpc_messages.tokens,
        ),
        Method(
            f"{GENERATION}.TextGenerationAsyncService",
            "Completion",
            generations.CompletionRequest,
            read_completion,
            start,
            grpc_messages.operation,
        ),
        Method(
            "yandex.cloud.operation.OperationService",
            "Get",
            operation_service_pb2.GetOperationRequest,
            _as_it_is,
            get,
            grpc_messages.operation,
        ),
        Method(
            "yandex.cloud.endpoint.ApiEndpointService",
            "Get",
            api_endpoint_service_pb2.GetApiEndpointRequest,
            _as_it_is,
            endpoint,
            _as_it_is,
        ),
        Method(
            "yandex.cloud.endpoint.ApiEndpointService",
            "List",
            api_endpoint_service_pb2.ListApiEndpointsRequest,
            _as_it_is,
            endpoints,
            _as_it_is,
        ),
    ]


def _unary_handler(method: Method) -> grpc.RpcMethodHandler:
    async def handle(request: Message | None, context: grpc.aio.ServicerContext) -> Message:
        await _answer_ids(context)
        try:
            return method.write(await method.ask(method.read(_received(request))))
        except TextError as error:
            await _abort(context, error)
            raise  # abort() does not return; the type checker cannot know

    return grpc.unary_unary_rpc_method_handler(
        handle, request_deserializer=_deserializer(method.request), response_serializer=_serialize
    )


def _completion_handler(models: FoundationModels) -> grpc.RpcMethodHandler:
    async def handle(
        request: Message | None, context: grpc.aio.ServicerContext
    ) -> AsyncGenerator[Message, None]:
        await _answer_ids(context)
        try:
            asked = grpc_messages.completion_request(_received(request))
            async with contextlib.aclosing(models.completion(asked)) as answers:
                async for answer in answers:
                    yield grpc_messages.completion(answer)
        except TextError as error:
            await _abort(context, error)

    return grpc.unary_stream_rpc_method_handler(
        handle,
        request_deserializer=_deserializer(generations.CompletionRequest),
        response_serializer=_serialize,
    )


def _deserializer(kind: type[Message]) -> Callable[[bytes], Message | None]:
    """Parse, or None: gRPC answers UNKNOWN where a deserializer raises, and this is the client's fault."""

    def deserialize(data: bytes) -> Message | None:
        try:
            return kind.FromString(data)
        except DecodeError:
            return None

    return deserialize


def _received(request: Message | None) -> Any:
    if request is None:
        raise TextError(Code.INVALID_ARGUMENT, "the request is not the message of this method")
    return request


def _serialize(message: Message) -> bytes:
    return bytes(message.SerializeToString())


def _as_it_is(message: Any) -> Any:
    return message


async def _answer_ids(context: grpc.aio.ServicerContext) -> None:
    """The ids that every answer carries; the client's own request id is kept."""
    given = dict(context.invocation_metadata() or ())
    await context.send_initial_metadata(
        (
            ("x-request-id", request_id(given.get("x-request-id"))),
            ("x-server-trace-id", trace_id()),
        )
    )


async def _abort(context: grpc.aio.ServicerContext, error: TextError) -> None:
    trailing = () if error.retry_after is None else (("retry-after", str(error.retry_after)),)
    await context.abort(_STATUS[int(error.code)], error.message, trailing)
