"""What the Yandex methods take and give, whatever carries it.

The fields are those of the package yandex.cloud.ai.foundation_models.v1. Nothing here has been
judged yet: `service` does that, so that both transports refuse alike.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from reference_server.text.engine import Token

STATUS_PARTIAL = "ALTERNATIVE_STATUS_PARTIAL"
STATUS_TRUNCATED_FINAL = "ALTERNATIVE_STATUS_TRUNCATED_FINAL"
STATUS_FINAL = "ALTERNATIVE_STATUS_FINAL"
STATUS_CONTENT_FILTER = "ALTERNATIVE_STATUS_CONTENT_FILTER"


@dataclass(frozen=True, slots=True)
class ChatMessage:
    """`text` is None where the message had no textual content at all."""

    role: str
    text: str | None


@dataclass(frozen=True, slots=True)
class CompletionRequest:
    model_uri: str
    messages: tuple[ChatMessage, ...]
    stream: bool = False
    temperature: float | None = None
    max_tokens: int | None = None


@dataclass(frozen=True, slots=True)
class CompletionAnswer:
    """One message of the completion's stream: the whole text so far, and its usage so far."""

    text: str
    status: str
    input_text_tokens: int
    completion_tokens: int
    model_version: str

    @property
    def total_tokens(self) -> int:
        return self.input_text_tokens + self.completion_tokens


@dataclass(frozen=True, slots=True)
class EmbeddingRequest:
    model_uri: str
    text: str
    dim: int | None = None


@dataclass(frozen=True, slots=True)
class EmbeddingAnswer:
    embedding: tuple[float, ...]
    num_tokens: int
    model_version: str


@dataclass(frozen=True, slots=True)
class LabelledSample:
    text: str
    label: str


@dataclass(frozen=True, slots=True)
class FewShotRequest:
    model_uri: str
    task_description: str
    labels: tuple[str, ...]
    text: str
    samples: tuple[LabelledSample, ...] = ()


@dataclass(frozen=True, slots=True)
class ClassifyRequest:
    """The tuned classifier knows its labels itself."""

    model_uri: str
    text: str


@dataclass(frozen=True, slots=True)
class ClassificationAnswer:
    """(label, confidence) in the order of the labels asked for."""

    predictions: tuple[tuple[str, float], ...]
    model_version: str
    input_tokens: int


@dataclass(frozen=True, slots=True)
class TokenizeRequest:
    model_uri: str
    text: str


@dataclass(frozen=True, slots=True)
class TokenizeAnswer:
    tokens: tuple[Token, ...]
    model_version: str
