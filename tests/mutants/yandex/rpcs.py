"""Mutants of gRPC itself, and of what REST and gRPC owe each other."""

from __future__ import annotations

import secrets
from typing import TYPE_CHECKING, Any

from reference_server.text.errors import Code, TextError
from tests.mutants.mutant import patches
from tests.mutants.yandex.planting import GRPC, edit, edit_alternative, edit_status, edit_text

if TYPE_CHECKING:
    from tests.mutants.yandex.planting import Json

ONLY_GRPC = (GRPC,)


def _renamed(old: str, new: str) -> None:
    """Offer a service under another name."""
    from reference_server.yandex import grpc_server

    original = grpc_server.services

    def services(*about: Any) -> Any:
        return {name.replace(old, new): methods for name, methods in original(*about).items()}

    grpc_server.services = services


@patches(kills=("YC-GRPC-1",))
def completion_in_another_package() -> None:
    """TextGenerationService stands in a package of its own."""
    _renamed("v1.TextGenerationService", "v1.text_generation.TextGenerationService")


@patches(kills=("YC-GRPC-2",))
def embeddings_in_another_package() -> None:
    """EmbeddingsService stands in a package of its own."""
    _renamed("v1.EmbeddingsService", "v1.embedding.EmbeddingsService")


@patches(kills=("YC-GRPC-3",))
def classification_without_its_segment() -> None:
    """TextClassificationService lacks the extra segment of its package."""
    _renamed("v1.text_classification.TextClassificationService", "v1.TextClassificationService")


@patches(kills=("YC-GRPC-4",))
def unknown_methods_not_found() -> None:
    """An unknown RPC is NOT_FOUND."""
    import grpc

    from reference_server.yandex import grpc_server

    async def refuse(_request: Any, context: Any) -> None:
        await context.abort(grpc.StatusCode.NOT_FOUND, "planted: no such method")

    class Anything(grpc.GenericRpcHandler):  # type: ignore[misc]  # grpc has no types
        def service(self, details: Any) -> Any:
            known = details.method.startswith("/grpc.")
            return None if known else grpc.unary_unary_rpc_method_handler(refuse)

    enable = grpc_server.reflection.enable_server_reflection

    def enabling(names: Any, server: Any) -> None:
        enable(names, server)
        server.add_generic_rpc_handlers((Anything(),))

    grpc_server.reflection.enable_server_reflection = enabling


@patches(kills=("YC-GRPC-5",))
def broken_messages_taken() -> None:
    """Bytes that are no message count as an empty greeting."""
    from reference_server.yandex import grpc_services

    good = {
        "CompletionRequest": {
            "modelUri": "gpt://0/general",
            "messages": [{"role": "user", "text": "Hello."}],
        },
        "TextEmbeddingRequest": {"modelUri": "emb://0/general", "text": "Hello."},
    }
    deserializer = grpc_services._deserializer

    def lenient(kind: Any) -> Any:
        from google.protobuf.json_format import ParseDict

        read = deserializer(kind)
        fallback = good.get(kind.DESCRIPTOR.name)

        def deserialize(data: bytes) -> Any:
            found = read(data)
            return ParseDict(fallback, kind()) if found is None and fallback else found

        return deserialize

    grpc_services._deserializer = lenient


@patches(kills=("YC-GRPC-6",))
def status_beyond_the_enumeration() -> None:
    """The final status is 42."""

    def strange(alternative: Json) -> None:
        if alternative["status"].endswith("STATUS_FINAL"):
            alternative["status"] = 42

    edit_alternative(strange, over=ONLY_GRPC)


@patches(kills=("YC-GRPC-7",), outcome="warns")
def no_reflection() -> None:
    """There is no reflection."""
    from reference_server.yandex import grpc_server

    grpc_server.reflection.enable_server_reflection = lambda names, server: None


@patches(kills=("YC-GRPC-8",), outcome="warns")
def not_serving() -> None:
    """The health service says NOT_SERVING."""
    from reference_server.yandex import grpc_server

    statuses = grpc_server.health_pb2.HealthCheckResponse
    original = grpc_server.health.aio.HealthServicer.set

    async def setting(self: Any, service: str, _status: Any) -> None:
        await original(self, service, statuses.NOT_SERVING)

    grpc_server.health.aio.HealthServicer.set = setting


@patches(kills=("YC-GRPC-9",), outcome="warns", edition="hosted")
def rpcs_without_ids() -> None:
    """The metadata of answers is empty."""
    from reference_server.yandex import grpc_services

    async def silent(_context: Any) -> None:
        """Send nothing."""

    grpc_services._answer_ids = silent


@patches(kills=("YC-GRPC-10", "YC-GERR-1"), all_of=True)
def refusals_unknown() -> None:
    """Refusals are exceptions that nobody caught, and so UNKNOWN."""
    from reference_server.yandex import grpc_services

    async def crash(_context: Any, error: TextError) -> None:
        raise RuntimeError(error.message)

    grpc_services._abort = crash


@patches(kills=("YC-PARITY-1",))
def grpc_says_it_otherwise() -> None:
    """Over gRPC every text ends in a full stop more."""
    edit_text(lambda text: text + ".", over=ONLY_GRPC)


@patches(kills=("YC-PARITY-1",))
def answers_at_random() -> None:
    """At temperature 0 no answer is ever given twice, over either transport."""
    edit_text(lambda text: f"{text} {secrets.token_hex(4)}")


def _usage_over_grpc(name: str) -> None:
    def more(body: Json) -> None:
        usage = body["usage"]
        usage[name] = str(int(usage[name]) + 1)
        usage["totalTokens"] = str(int(usage["totalTokens"]) + 1)

    edit("completion", more, over=ONLY_GRPC)


@patches(kills=("YC-PARITY-2",))
def grpc_counts_more_input() -> None:
    """Over gRPC `inputTextTokens` is one more."""
    _usage_over_grpc("inputTextTokens")


@patches(kills=("YC-PARITY-3",))
def grpc_counts_more_completion() -> None:
    """Over gRPC `completionTokens` is one more."""
    _usage_over_grpc("completionTokens")


@patches(kills=("YC-PARITY-4",))
def grpc_never_truncates() -> None:
    """Over gRPC a truncated answer says FINAL."""
    edit_status("TRUNCATED_FINAL", "FINAL", over=ONLY_GRPC)


@patches(kills=("YC-PARITY-5",))
def grpc_has_a_version_of_its_own() -> None:
    """Over gRPC `modelVersion` is another."""
    edit("completion", lambda body: body.update(modelVersion="grpc"), over=ONLY_GRPC)


@patches(kills=("YC-PARITY-6",))
def grpc_has_vectors_of_its_own() -> None:
    """Over gRPC the numbers of a vector are in reverse order."""
    edit("embedding", lambda body: body["embedding"].reverse(), over=ONLY_GRPC)


@patches(kills=("YC-PARITY-7",))
def grpc_counts_other_tokens() -> None:
    """Over gRPC `numTokens` is one more."""
    more = lambda body: body.update(numTokens=str(int(body["numTokens"]) + 1))  # noqa: E731
    edit("embedding", more, over=ONLY_GRPC)


@patches(kills=("YC-PARITY-8",))
def grpc_has_a_mind_of_its_own() -> None:
    """Over gRPC every label is equally likely."""

    def even(body: Json) -> None:
        for row in body["predictions"]:
            row["confidence"] = 1 / len(body["predictions"])

    edit("classification", even, over=ONLY_GRPC)


@patches(kills=("YC-PARITY-9",))
def grpc_takes_any_temperature() -> None:
    """Over gRPC a temperature above 1 is taken for 1."""
    from dataclasses import replace

    from reference_server.yandex import grpc_messages

    read = grpc_messages.completion_request

    def mild(message: Any) -> Any:
        request = read(message)
        hot = request.temperature is not None and request.temperature > 1
        return replace(request, temperature=1.0) if hot else request

    grpc_messages.completion_request = mild


def _abort_as(change: Any) -> None:
    from reference_server.yandex import grpc_services

    original = grpc_services._abort

    async def abort(context: Any, error: TextError) -> None:
        await original(context, change(error))

    grpc_services._abort = abort


@patches(kills=("YC-PARITY-10",))
def grpc_refuses_with_another_code() -> None:
    """Over gRPC whatever is wrong is NOT_FOUND."""
    _abort_as(lambda error: TextError(Code.NOT_FOUND, error.message))


@patches(kills=("YC-PARITY-11",), outcome="warns")
def grpc_refuses_in_other_words() -> None:
    """Over gRPC refusals say nothing but `wrong`."""
    _abort_as(lambda error: TextError(error.code, "wrong: invalid model_uri"))
