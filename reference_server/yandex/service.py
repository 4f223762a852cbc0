"""The methods themselves: what is refused, and what the text engine is asked for the rest.

REST and gRPC both end here, so that for one input they cannot answer differently.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from reference_server.text.engine import ClassificationTask, End, Message, Options, Sample
from reference_server.text.errors import Code, InvalidArgument, TextError
from reference_server.yandex import messages as wire
from reference_server.yandex.model_uri import (
    CLASSIFICATION,
    EMBEDDING,
    GENERATION,
    TUNED_CLASSIFIER,
    model_of,
)

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator, Collection, Iterable

    from reference_server.text.engine import TextEngine

ROLES = frozenset({"system", "assistant", "user"})
DEFAULT_TEMPERATURE = 0.3
MAX_TEXT_LENGTH = 100_000
MIN_LABELS, MAX_LABELS = 2, 20

_STATUS = {
    None: wire.STATUS_PARTIAL,
    End.STOP: wire.STATUS_FINAL,
    End.LENGTH: wire.STATUS_TRUNCATED_FINAL,
    End.CONTENT_FILTER: wire.STATUS_CONTENT_FILTER,
}

# The one tuned classifier there is: its labels, and the samples that it was "tuned" on.
SENTIMENT = ClassificationTask(
    text="",
    labels=("positive", "neutral", "negative"),
    samples=(
        Sample("good great excellent wonderful happy love like best thank you", "positive"),
        Sample("хорошо отлично прекрасно замечательно люблю нравится спасибо", "positive"),
        Sample("today there is a report, the train arrives at noon", "neutral"),
        Sample("сегодня вышел отчёт, поезд прибывает в полдень", "neutral"),
        Sample("bad awful terrible sad hate dislike worst broken boring", "negative"),
        Sample("плохо ужасно отвратительно грустно ненавижу сломано скучно", "negative"),
    ),
)


class FoundationModels:
    """The foundation models API over one text engine."""

    def __init__(self, engine: TextEngine, also_served: Collection[str] = ()) -> None:
        self._engine = engine
        self._served = frozenset(also_served)

    def check_completion(self, request: wire.CompletionRequest) -> None:
        """Raises InvalidArgument if `completion` would refuse the request."""
        accepted_completion(request, self._served)

    async def completion(
        self, request: wire.CompletionRequest
    ) -> AsyncGenerator[wire.CompletionAnswer, None]:
        """The answer so far, again and again, or once if no stream was asked for.

        The last one has a final status. Raises TextError, before the first or after any.
        """
        conversation, options = accepted_completion(request, self._served)
        pieces = self._engine.complete(conversation, options)
        text = ""
        ended = False
        try:
            async for piece in pieces:
                text += piece.text
                ended = piece.end is not None
                if not ended and not request.stream:
                    continue
                yield wire.CompletionAnswer(
                    text=text,
                    status=_STATUS[piece.end],
                    input_text_tokens=piece.input_tokens,
                    completion_tokens=piece.completion_tokens,
                    model_version=self._engine.version,
                )
            if not ended:
                raise TextError(Code.INTERNAL, "the text engine stopped before its answer's end")
        finally:
            await pieces.aclose()

    async def embedding(self, request: wire.EmbeddingRequest) -> wire.EmbeddingAnswer:
        model_of(request.model_uri, EMBEDDING, self._served)
        _check_text("text", request.text)
        found = await self._engine.embed(request.text)
        if request.dim is not None and request.dim != len(found.vector):
            raise InvalidArgument(f"dim must be {len(found.vector)}, got {request.dim}")
        return wire.EmbeddingAnswer(found.vector, found.tokens, self._engine.version)

    async def few_shot(self, request: wire.FewShotRequest) -> wire.ClassificationAnswer:
        return await self._classify(accepted_task(request, self._served))

    async def classify(self, request: wire.ClassifyRequest) -> wire.ClassificationAnswer:
        model_of(request.model_uri, CLASSIFICATION, {TUNED_CLASSIFIER})
        _check_text("text", request.text)
        return await self._classify(
            ClassificationTask(request.text, SENTIMENT.labels, samples=SENTIMENT.samples)
        )

    async def tokenize(self, request: wire.TokenizeRequest) -> wire.TokenizeAnswer:
        model_of(request.model_uri, GENERATION, self._served)
        _check_text("text", request.text)
        return wire.TokenizeAnswer(await self._engine.tokenize(request.text), self._engine.version)

    async def tokenize_completion(self, request: wire.CompletionRequest) -> wire.TokenizeAnswer:
        conversation, _ = accepted_completion(request, self._served)
        found = await self._engine.tokenize_conversation(conversation)
        return wire.TokenizeAnswer(found, self._engine.version)

    async def _classify(self, task: ClassificationTask) -> wire.ClassificationAnswer:
        found = await self._engine.classify(task)
        return wire.ClassificationAnswer(
            predictions=tuple(zip(task.labels, found.confidences, strict=True)),
            model_version=self._engine.version,
            input_tokens=found.tokens,
        )


def accepted_completion(
    request: wire.CompletionRequest, also_served: Collection[str] = ()
) -> tuple[list[Message], Options]:
    """What the engine is asked; raises InvalidArgument if the request breaks a rule."""
    model_of(request.model_uri, GENERATION, also_served)
    if not request.messages:
        raise InvalidArgument("messages must hold at least one message")
    conversation = []
    for place, message in enumerate(request.messages):
        if message.role not in ROLES:
            raise InvalidArgument(f"invalid message role {message.role[:100]!r}")
        if message.text is None:
            raise InvalidArgument(f"messages[{place}] has no text")
        _check_characters(f"messages[{place}].text", message.text)
        conversation.append(Message(message.role, message.text))
    temperature = DEFAULT_TEMPERATURE if request.temperature is None else request.temperature
    if not 0 <= temperature <= 1:
        raise InvalidArgument(f"temperature must be between 0 and 1, got {temperature}")
    if request.max_tokens is not None and request.max_tokens <= 0:
        raise InvalidArgument(f"max_tokens must be greater than zero, got {request.max_tokens}")
    options = Options(
        temperature=temperature,
        max_tokens=request.max_tokens,
        stream=request.stream,
        usage_while_streaming=request.stream,
    )
    return conversation, options


def accepted_task(
    request: wire.FewShotRequest, also_served: Collection[str] = ()
) -> ClassificationTask:
    """What is to be classified; raises InvalidArgument if the request breaks a rule."""
    model_of(request.model_uri, CLASSIFICATION, also_served)
    _check_characters("task_description", request.task_description)
    _check_labels(request.labels)
    _check_text("text", request.text)
    for place, sample in enumerate(request.samples):
        _check_text(f"samples[{place}].text", sample.text)
        if sample.label not in request.labels:
            raise InvalidArgument(
                f"samples[{place}].label {sample.label[:100]!r} is not one of the labels"
            )
    return ClassificationTask(
        text=request.text,
        labels=request.labels,
        description=request.task_description,
        samples=tuple(Sample(sample.text, sample.label) for sample in request.samples),
    )


def _check_labels(labels: tuple[str, ...]) -> None:
    if not MIN_LABELS <= len(labels) <= MAX_LABELS:
        raise InvalidArgument(
            f"number of labels must be from {MIN_LABELS} to {MAX_LABELS}, got {len(labels)}"
        )
    for label in labels:
        if not label.strip():
            raise InvalidArgument("a label must not be empty")
        _check_characters("labels", label)
    if len(set(labels)) < len(labels):
        raise InvalidArgument(f"labels must differ, got {_first_twice(labels)[:100]!r} twice")


def _check_text(name: str, text: str) -> None:
    if not 0 < len(text) <= MAX_TEXT_LENGTH:
        raise InvalidArgument(
            f"{name} length is {len(text)}, which is outside the range (0, {MAX_TEXT_LENGTH}]"
        )
    _check_characters(name, text)


def _check_characters(name: str, text: str) -> None:
    if "\0" in text:
        raise InvalidArgument(f"{name} must not contain NUL")


def _first_twice(labels: Iterable[str]) -> str:
    seen: set[str] = set()
    for label in labels:
        if label in seen:
            return label
        seen.add(label)
    raise AssertionError("no label is given twice")
