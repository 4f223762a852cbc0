"""The methods of the contract: where each is over REST and over gRPC, and what a call of it is."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping

Json = dict[str, Any]
PACKAGE = "yandex.cloud.ai.foundation_models.v1"
CLASSIFIERS = f"{PACKAGE}.text_classification.TextClassificationService"


@dataclass(frozen=True, slots=True)
class Method:
    """One method. `streams` says that its RPC is server-streaming, so REST wraps its messages."""

    name: str
    path: str
    rpc: str
    scheme: str
    streams: bool = False


def _method(name: str, rpc: str, scheme: str, *, streams: bool = False) -> Method:
    return Method(name, f"/foundationModels/v1/{name}", rpc, scheme, streams)


COMPLETION = _method(
    "completion", f"{PACKAGE}.TextGenerationService/Completion", "gpt", streams=True
)
EMBEDDING = _method("textEmbedding", f"{PACKAGE}.EmbeddingsService/TextEmbedding", "emb")
FEW_SHOT = _method("fewShotTextClassification", f"{CLASSIFIERS}/FewShotClassify", "cls")
TUNED = _method("textClassification", f"{CLASSIFIERS}/Classify", "cls")
TOKENIZE = _method("tokenize", f"{PACKAGE}.TokenizerService/Tokenize", "gpt")
TOKENIZE_COMPLETION = _method(
    "tokenizeCompletion", f"{PACKAGE}.TokenizerService/TokenizeCompletion", "gpt"
)
ASYNC = _method("completionAsync", f"{PACKAGE}.TextGenerationAsyncService/Completion", "gpt")
OPERATION = Method("operation", "/operations", "yandex.cloud.operation.OperationService/Get", "")

METHODS = (COMPLETION, EMBEDDING, FEW_SHOT, TUNED, TOKENIZE, TOKENIZE_COMPLETION, ASYNC)


@dataclass(frozen=True, slots=True)
class Call:
    """A method and its request in proto3 JSON.

    `authorization` is as in Request. `content` replaces the request by bytes that may be no
    """

    method: Method
    body: Json = field(default_factory=dict)
    authorization: str | None = "key"
    content: bytes | None = None
    headers: Mapping[str, str] = field(default_factory=dict)

    def but(self, **fields: Any) -> Call:
        """The same call with these fields of the request set, or removed by None."""
        body = {name: value for name, value in (self.body | fields).items() if value is not None}
        return replace(self, body=body)

    def authorized(self, authorization: str | None) -> Call:
        """The same call with another Authorization."""
        return replace(self, authorization=authorization)


def user(text: str) -> Json:
    """A message of the user."""
    return {"role": "user", "text": text}


def completion(
    model: str,
    *messages: Json,
    stream: bool = False,
    temperature: float | None = 0,
    max_tokens: int | None = 500,
) -> Call:
    """A completion of these messages."""
    options: Json = {"stream": stream}
    if temperature is not None:
        options["temperature"] = temperature
    if max_tokens is not None:
        options["maxTokens"] = str(max_tokens)
    return Call(
        COMPLETION,
        {"modelUri": model, "completionOptions": options, "messages": list(messages)},
    )


def few_shot(model: str, text: str, labels: list[str], **more: Any) -> Call:
    """A classification of the text by these labels."""
    body = {"modelUri": model, "taskDescription": "What is the text about?", "labels": labels}
    return Call(FEW_SHOT, body | {"text": text} | more)
