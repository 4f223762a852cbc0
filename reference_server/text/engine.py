"""What a text engine is: what it is asked, what it gives back, its protocol, its registry."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum
from importlib import import_module
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator, Callable, Sequence

    from reference_server.settings import Settings


class TextEngineUnavailable(Exception):
    """The engine cannot be built: a package, a folder or an address is missing."""


class End(Enum):
    """Why a completion ended."""

    STOP = "stop"
    LENGTH = "length"
    CONTENT_FILTER = "content_filter"


@dataclass(frozen=True, slots=True)
class Message:
    """One turn of a conversation; `role` is system, user or assistant."""

    role: str
    text: str


@dataclass(frozen=True, slots=True)
class Options:
    """How a completion is to be made.

    `max_tokens` None leaves the limit to the engine. `stream` says that the caller shows pieces
    as they come; `usage_while_streaming`, that it needs true token counts on every one of them.
    """

    temperature: float = 0.3
    max_tokens: int | None = None
    top_p: float | None = None
    stop: tuple[str, ...] = ()
    seed: int | None = None
    stream: bool = False
    usage_while_streaming: bool = False


@dataclass(frozen=True, slots=True)
class Piece:
    """What was generated since the piece before.

    Token counts are totals so far; `input_tokens` is the same in every piece of a completion.
    Exactly the last piece has an `end`.
    """

    text: str
    input_tokens: int
    completion_tokens: int
    end: End | None = None


@dataclass(frozen=True, slots=True)
class Embedding:
    vector: tuple[float, ...]
    tokens: int


@dataclass(frozen=True, slots=True)
class Sample:
    text: str
    label: str


@dataclass(frozen=True, slots=True)
class ClassificationTask:
    """A text to be spread over `labels`; every sample's label is one of them."""

    text: str
    labels: tuple[str, ...]
    description: str = ""
    samples: tuple[Sample, ...] = ()


@dataclass(frozen=True, slots=True)
class Classification:
    """`confidences[i]` in [0, 1] belongs to the task's `labels[i]`; they sum to 1."""

    confidences: tuple[float, ...]
    tokens: int


@dataclass(frozen=True, slots=True)
class Token:
    """A token; `special` ones belong to the conversation's frame and not to its text."""

    id: int
    text: str
    special: bool = False


class TextEngine(Protocol):
    """Completes, embeds, classifies and tokenizes. Any method may raise TextError."""

    @property
    def version(self) -> str:
        """What is reported as the model's version; never changes while the process lives."""
        ...

    def complete(
        self, messages: Sequence[Message], options: Options
    ) -> AsyncGenerator[Piece, None]:
        """The completion, piece by piece; closing the generator stops the generation."""
        ...

    async def embed(self, text: str) -> Embedding: ...

    async def classify(self, task: ClassificationTask) -> Classification: ...

    async def tokenize(self, text: str, /) -> tuple[Token, ...]: ...

    async def tokenize_conversation(self, messages: Sequence[Message], /) -> tuple[Token, ...]:
        """The tokens that the completion of `messages` counts as its input."""
        ...

    async def close(self) -> None: ...


@dataclass(frozen=True, slots=True)
class TextEngineEntry:
    """Where an engine lives. `module` has `build(settings) -> TextEngine` and
    `missing(settings) -> list[str]`, one line for each thing that the engine lacks here.
    """

    module: str

    def build(self, settings: Settings) -> TextEngine:
        build: Callable[[Settings], TextEngine] = import_module(self.module).build
        return build(settings)

    def missing(self, settings: Settings) -> list[str]:
        missing: Callable[[Settings], list[str]] = import_module(self.module).missing
        return missing(settings)


TEXT_ENGINES: dict[str, TextEngineEntry] = {
    "builtin": TextEngineEntry("reference_server.text.builtin"),
    "openai": TextEngineEntry("reference_server.text.openai_upstream"),
    "transformers": TextEngineEntry("reference_server.text.transformers_local"),
}
