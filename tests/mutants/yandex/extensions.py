"""Mutants of the methods beyond the Hybrid document: tokenizer, operations, tuned classifier."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from reference_server.text.errors import Code
from reference_server.yandex.operations import Operation, Operations
from tests.mutants.mutant import patches
from tests.mutants.yandex.planting import MODELS, around, ask_instead, both, edit, fail_where

if TYPE_CHECKING:
    from collections.abc import Awaitable

    from tests.mutants.yandex.planting import Json


@patches(kills=both("TOKENIZE-1"), all_of=True)
def tokenize_fails() -> None:
    """Tokenize fails."""
    fail_where("tokenize", lambda request: True)


@patches(kills=both("TOKENIZE-2"), all_of=True)
def tokens_without_version() -> None:
    """Tokens come without a `modelVersion`."""
    edit("tokens", lambda body: body.update(modelVersion=""))


@patches(kills=both("TOKENIZE-3"), all_of=True)
def ten_tokens() -> None:
    """Every text has at most three tokens."""
    edit("tokens", lambda body: body.update(tokens=list(body["tokens"])[:3]))


@patches(kills=both("TOKENIZE-4"), all_of=True, outcome="warns")
def tokens_stripped() -> None:
    """The texts of tokens have lost their spaces."""

    def stripped(body: Json) -> None:
        for token in body["tokens"]:
            token["text"] = token["text"].strip()

    edit("tokens", stripped)


@patches(kills=both("TOKENIZE-5"), all_of=True)
def tokenize_completion_fails() -> None:
    """A request to tokenizeCompletion fails."""
    fail_where("tokenize_completion", lambda request: True)


@patches(kills=both("TOKENIZE-6"), all_of=True, outcome="warns")
def tokenize_completion_of_the_text_only() -> None:
    """The answer of tokenizeCompletion leaves out the tokens of the frame."""

    async def bare(_request: Any, answer: Awaitable[Any]) -> Any:
        found = await answer
        return replace(found, tokens=tuple(one for one in found.tokens if not one.special))

    around("tokenize_completion", bare)


@patches(kills=both("TOKENIZE-7"), all_of=True)
def tokenize_without_a_model() -> None:
    """Tokenize needs no model."""
    ask_instead("tokenize", lambda one: replace(one, model_uri=one.model_uri or MODELS["tokenize"]))


@patches(kills=both("ASYNC-1"), all_of=True)
def operation_without_id() -> None:
    """Operations have no id."""
    edit("operation", lambda body: body.update(id=""))


@patches(kills=both("ASYNC-2"), all_of=True)
def operation_forgotten() -> None:
    """An operation is forgotten as soon as it has begun."""
    start = Operations.start

    def forgetting(self: Operations, request: Any) -> Operation:
        operation = start(self, request)
        del self._kept[operation.id]
        return operation

    Operations.start = forgetting  # type: ignore[method-assign]


@patches(kills=both("ASYNC-3"), all_of=True)
def operation_never_done() -> None:
    """`done` is never true; the suite's patience is shortened to a second."""
    from conformance.yandex import test_async

    test_async.LIMIT_S = 1.0
    edit("operation", lambda body: body.update(done=False))


@patches(kills=both("ASYNC-4"), all_of=True)
def operation_without_result() -> None:
    """A done operation holds nothing."""
    edit("operation", lambda body: body.pop("response", None))


@patches(kills=both("ASYNC-5"), all_of=True)
def operation_of_another() -> None:
    """An operation answers a greeting."""
    start = Operations.start

    def greeting(self: Operations, request: Any) -> Operation:
        hello = tuple(replace(one, text="Hello.") for one in request.messages)
        return start(self, replace(request, messages=hello))

    Operations.start = greeting  # type: ignore[method-assign]


@patches(kills=both("ASYNC-6"), all_of=True)
def operation_with_a_wrong_total() -> None:
    """The total of an operation's completion is 1."""

    def wrong(body: Json) -> None:
        if "response" in body:
            body["response"]["usage"]["totalTokens"] = "1"

    edit("operation", wrong)


@patches(kills=both("ASYNC-7"), all_of=True)
def operation_of_no_model() -> None:
    """A request to completionAsync is not checked before it begins."""
    from reference_server.yandex.service import FoundationModels

    FoundationModels.check_completion = lambda self, request: None  # type: ignore[method-assign]


@patches(kills=both("ASYNC-8"), all_of=True)
def operation_unknown_is_internal() -> None:
    """An unknown operation is an internal error."""
    from reference_server.text.errors import TextError

    get = Operations.get

    def failing(self: Operations, operation_id: str) -> Operation:
        try:
            return get(self, operation_id)
        except TextError as error:
            raise TextError(Code.INTERNAL, error.message) from None

    Operations.get = failing  # type: ignore[method-assign]


@patches(kills=both("TUNED-1"), all_of=True)
def tuned_fails() -> None:
    """A request to textClassification fails."""
    fail_where("classify", lambda request: True)


@patches(kills=both("TUNED-2"), all_of=True)
def tuned_label_twice() -> None:
    """A label of the tuned classifier is there twice."""
    edit(
        "classification",
        lambda body: body.update(predictions=[*body["predictions"], body["predictions"][0]]),
    )


@patches(kills=both("TUNED-3"), all_of=True)
def tuned_labels_come_and_go() -> None:
    """The tuned classifier leaves out what is unlikely."""

    def likely(body: Json) -> None:
        best = max(row["confidence"] for row in body["predictions"])
        body["predictions"] = [row for row in body["predictions"] if row["confidence"] == best]

    edit("classification", likely)


@patches(kills=both("TUNED-4"), all_of=True)
def tuned_in_percent() -> None:
    """Confidences of the tuned classifier are percentages."""

    def percent(body: Json) -> None:
        for row in body["predictions"]:
            row["confidence"] *= 100

    edit("classification", percent)


@patches(kills=both("TUNED-5"), all_of=True)
def tuned_without_a_model() -> None:
    """The tuned classifier needs no model."""
    ask_instead("classify", lambda one: replace(one, model_uri=one.model_uri or MODELS["classify"]))
