"""Mutants of refusals: what is taken that must not be, and codes and messages that mislead."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from reference_server.text.errors import Code, TextError
from reference_server.yandex.service import ROLES
from tests.mutants.mutant import patches
from tests.mutants.yandex.planting import (
    MODELS,
    ask_instead,
    both,
    let_in,
    over_grpc,
    refuse_otherwise,
)

if TYPE_CHECKING:
    from collections.abc import Callable

GOOD_LABELS = ("chemistry", "history", "sport")


def _take(name: str, wrong: Callable[[Any], bool], **instead: Any) -> None:
    """Where a request is wrong in this way, take it as if it said something else."""
    ask_instead(name, lambda one: replace(one, **instead) if wrong(one) else one)


def _no_model(request: Any) -> bool:
    return not request.model_uri


def _unknown_model(request: Any) -> bool:
    return "no-such-model" in request.model_uri


@patches(kills=both("ERR-1", "ERR-2"), all_of=True)
def completion_of_a_default_model() -> None:
    """A completion without a model is answered by a default one."""
    _take("completion", _no_model, model_uri=MODELS["completion"])


@patches(kills=both("ERR-3"), all_of=True)
def completion_of_any_model() -> None:
    """An unknown model is taken for the usual one."""
    _take("completion", _unknown_model, model_uri=MODELS["completion"])


@patches(kills=("YC-ERR-3",), check="test_unknown_model[rest]")
def completion_of_any_model_at_a_quick_look_over_rest() -> None:
    """An unknown model is taken for the usual one, and a quick run over REST sees it."""
    completion_of_any_model()


@patches(kills=("YC-GERR-3",), check="test_unknown_model[grpc]")
def completion_of_any_model_at_a_quick_look_over_grpc() -> None:
    """An unknown model is taken for the usual one, and a quick run over gRPC sees it."""
    completion_of_any_model()


@patches(kills=both("ERR-4"), all_of=True)
def completion_of_a_bare_name() -> None:
    """A model needs no URI."""
    _take("completion", lambda one: one.model_uri == "general", model_uri=MODELS["completion"])


@patches(kills=both("ERR-5"), all_of=True)
def any_role() -> None:
    """Any role is taken for the user's."""

    def known(request: Any) -> Any:
        messages = (
            one if one.role in ROLES else replace(one, role="user") for one in request.messages
        )
        return replace(request, messages=tuple(messages))

    ask_instead("completion", known)


@patches(kills=both("ERR-6"), all_of=True)
def no_messages() -> None:
    """A conversation may be empty."""
    from reference_server.yandex.messages import ChatMessage

    _take("completion", lambda one: not one.messages, messages=(ChatMessage("user", "Hello."),))


@patches(kills=both("ERR-7"), all_of=True)
def freezing() -> None:
    """A negative temperature is taken for 0."""
    _take("completion", lambda one: (one.temperature or 0) < 0, temperature=0.0)


@patches(kills=both("ERR-8"), all_of=True)
def boiling() -> None:
    """A temperature above 1 is taken for 1."""
    _take("completion", lambda one: (one.temperature or 0) > 1, temperature=1.0)


@patches(kills=both("ERR-9"), all_of=True)
def max_tokens_of_zero() -> None:
    """`maxTokens` 0 means no limit."""
    _take("completion", lambda one: one.max_tokens == 0, max_tokens=None)


@patches(kills=both("ERR-10"), all_of=True)
def max_tokens_below_zero() -> None:
    """A negative `maxTokens` means no limit."""
    _take("completion", lambda one: (one.max_tokens or 0) < 0, max_tokens=None)


@patches(kills=both("ERR-11"), all_of=True)
def embedding_of_a_default_model() -> None:
    """An embedding without a model is answered by a default one."""
    _take("embedding", _no_model, model_uri=MODELS["embedding"])


@patches(kills=both("ERR-12"), all_of=True)
def embedding_of_any_model() -> None:
    """An unknown model of embeddings is taken for the usual one."""
    _take("embedding", _unknown_model, model_uri=MODELS["embedding"])


@patches(kills=both("ERR-13"), all_of=True)
def embedding_of_nothing() -> None:
    """An empty text has an embedding."""
    _take("embedding", lambda one: not one.text, text=" ")


@patches(kills=both("ERR-14"), all_of=True)
def embedding_of_a_book() -> None:
    """A text that is too long is cut without a word."""
    _take("embedding", lambda one: len(one.text) > 100_000, text="A book.")


@patches(kills=both("ERR-15"), all_of=True)
def classification_by_a_default_model() -> None:
    """A classification without a model is answered by a default one."""
    _take("few_shot", _no_model, model_uri=MODELS["few_shot"])


@patches(kills=both("ERR-16"), all_of=True)
def classification_by_any_model() -> None:
    """An unknown model of classifications is taken for the usual one."""
    _take("few_shot", _unknown_model, model_uri=MODELS["few_shot"])


@patches(kills=both("ERR-17"), all_of=True)
def twenty_one_labels() -> None:
    """Of too many labels the first twenty are taken."""
    ask_instead("few_shot", lambda one: replace(one, labels=one.labels[:20]))


@patches(kills=both("ERR-18"), all_of=True)
def no_labels() -> None:
    """Without labels there are default ones."""
    _take("few_shot", lambda one: not one.labels, labels=GOOD_LABELS)


@patches(kills=both("ERR-19"), all_of=True, outcome="warns")
def one_label() -> None:
    """One label is enough."""
    _take("few_shot", lambda one: len(one.labels) == 1, labels=GOOD_LABELS)


@patches(kills=both("ERR-20"), all_of=True, outcome="warns")
def label_given_twice() -> None:
    """A label given twice counts once."""
    ask_instead("few_shot", lambda one: replace(one, labels=tuple(dict.fromkeys(one.labels))))


@patches(kills=both("ERR-21"), all_of=True, outcome="warns")
def sample_of_a_foreign_label() -> None:
    """A sample whose label nobody asked for is passed over."""
    kept = lambda one: tuple(sample for sample in one.samples if sample.label in one.labels)  # noqa: E731
    ask_instead("few_shot", lambda one: replace(one, samples=kept(one)))


@patches(kills=both("ERR-22"), all_of=True, outcome="warns")
def classification_of_an_empty_text() -> None:
    """An empty text has a class."""
    _take("few_shot", lambda one: not one.text, text="Nothing.")


METHODS = ("completion", "embedding", "few_shot")


@patches(kills=both("ERR-5", "ERR-6", "ERR-13", "ERR-17"), all_of=True)
def refusals_are_internal_errors() -> None:
    """Whatever is wrong with a request, the server says that it failed itself."""
    for name in METHODS:
        refuse_otherwise(name, lambda error: TextError(Code.INTERNAL, error.message))


@patches(kills=over_grpc("ERR-1", "ERR-5", "ERR-13", "ERR-17"), all_of=True)
def refusals_not_found_over_grpc() -> None:
    """Over gRPC whatever is wrong is NOT_FOUND."""
    from reference_server.yandex import grpc_services

    original = grpc_services._abort

    async def abort(context: Any, error: TextError) -> None:
        await original(context, TextError(Code.NOT_FOUND, error.message))

    grpc_services._abort = abort


@patches(kills=both("ERR-23"), all_of=True)
def refusals_without_a_word() -> None:
    """Refusals have no message."""
    for name in METHODS:
        refuse_otherwise(name, lambda error: TextError(error.code, ""))


@patches(kills=both("ERR-24"), all_of=True, outcome="warns")
def refusals_in_other_words() -> None:
    """The refusal of a model does not say `invalid model_uri`."""
    for name in METHODS:
        refuse_otherwise(name, lambda error: TextError(error.code, "no such model"))


@patches(kills=both("ERR-25"), all_of=True)
def refused_once() -> None:
    """A request that was refused is taken when it comes again."""
    seen: set[Any] = set()

    def second_time(request: Any) -> Any:
        known, _ = request.model_uri in seen, seen.add(request.model_uri)
        return replace(request, model_uri=MODELS["completion"]) if known else request

    ask_instead("completion", second_time)


@patches(kills=both("AUTH-1"), all_of=True)
def open_without_a_key() -> None:
    """Who sends no key is let in."""
    let_in(lambda value, path, right: right or value is None)


@patches(kills=both("AUTH-2"), all_of=True)
def open_to_any_key() -> None:
    """Any bearer is let in."""
    let_in(lambda value, path, right: right or (value or "").startswith("Bearer "))


@patches(kills=both("AUTH-2"), all_of=True)
def open_to_longer_keys() -> None:
    """A key that begins with the right one is let in."""
    from tests.mutants.stage import API_KEY

    let_in(
        lambda value, path, right: right or (API_KEY in (value or "") and "Bearer" in (value or ""))
    )


@patches(kills=both("AUTH-3"), all_of=True)
def open_to_any_scheme() -> None:
    """The key is looked for anywhere in the header."""
    from tests.mutants.stage import API_KEY

    let_in(lambda value, path, right: right or (value or "").endswith(API_KEY))


@patches(kills=both("AUTH-4"), all_of=True)
def embeddings_closed_to_bearers() -> None:
    """Embeddings want the key as Api-Key."""
    closed = lambda value, path: "mbedding" in path and (value or "").startswith("Bearer")  # noqa: E731
    let_in(lambda value, path, right: right and not closed(value, path))


@patches(kills=both("AUTH-5"), all_of=True, outcome="warns")
def closed_to_api_keys() -> None:
    """The scheme Api-Key is not known."""
    let_in(lambda value, path, right: right and not (value or "").startswith("Api-Key"))


@patches(kills=both("AUTH-6"), all_of=True)
def answers_show_the_key() -> None:
    """The version of the model says with which key it was asked."""
    from tests.mutants.stage import API_KEY
    from tests.mutants.yandex.planting import edit

    edit("completion", lambda body: body.update(modelVersion=f"for {API_KEY}"))


@patches(kills=("YC-AUTH-1", "YC-AUTH-2"), all_of=True)
def refused_keys_are_forbidden() -> None:
    """A missing key is answered with 403."""
    from reference_server import authorization

    original = authorization.Authorization.__call__

    async def forbidding(self: Any, scope: Any, receive: Any, send: Any) -> None:
        async def forbidden(message: Any) -> None:
            if message.get("status") == 401:
                message = {**message, "status": 403}
            await send(message)

        await original(self, scope, receive, forbidden)

    authorization.Authorization.__call__ = forbidding  # type: ignore[method-assign]
