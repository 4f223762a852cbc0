"""Mutants that hostile input breaks, or that odd but valid requests do."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from itertools import pairwise
from typing import TYPE_CHECKING, Any

from reference_server.text.errors import Code, TextError
from tests.mutants.mutant import patches
from tests.mutants.yandex.planting import MODELS, ask_instead, both, edit_text, fail_where, rework

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator, Callable

    Messages = AsyncGenerator[Any, None]

METHODS = ("completion", "embedding", "few_shot")


def _text_of(request: Any) -> str:
    if hasattr(request, "messages"):
        return "".join(one.text or "" for one in request.messages)
    return str(request.text)


def _breaks_on(where: Callable[[str], bool]) -> None:
    """Fail before the request is looked at, as a server does that trusts its input."""
    from reference_server.yandex.service import FoundationModels

    for name in METHODS:
        original = getattr(FoundationModels, name)

        def method(self: Any, request: Any, original: Any = original) -> Any:
            if where(_text_of(request)):
                raise TextError(Code.INTERNAL, "planted: it broke")
            return original(self, request)

        setattr(FoundationModels, name, method)


@patches(kills=both("ROBUST-1"), all_of=True)
def breaks_on_a_megabyte() -> None:
    """A text of a megabyte is an internal error."""
    _breaks_on(lambda text: len(text) > 1_000_000)


@patches(kills=both("ROBUST-2"), all_of=True)
def breaks_on_nul() -> None:
    """NUL is an internal error."""
    _breaks_on(lambda text: "\0" in text)


@patches(kills=both("ROBUST-3"), all_of=True)
def breaks_on_noncharacters() -> None:
    """A code point that will never be a character is an internal error."""
    _breaks_on(lambda text: "\ufdd0" in text)


@patches(kills=both("ROBUST-4"), all_of=True)
def slow_to_refuse() -> None:
    """NUL takes a second to refuse; the suite's patience is shortened to half of that."""
    from conformance.yandex import test_robustness

    test_robustness.LIMIT_S = 0.5

    async def slow(request: Any, messages: Messages) -> Messages:
        if "\0" in _text_of(request):
            await asyncio.sleep(1)
        async for message in messages:
            yield message

    rework(slow)


@patches(kills=both("ROBUST-5"), all_of=True)
def broken_by_leaving() -> None:
    """Once a client has left a stream, the engine answers nobody."""
    gone = [False]

    async def fragile(_request: Any, messages: Messages) -> Messages:
        if gone[0]:
            raise TextError(Code.UNAVAILABLE, "planted: the engine is gone")
        try:
            async for message in messages:
                yield message
        except (asyncio.CancelledError, GeneratorExit):
            gone[0] = True
            raise

    rework(fragile)


@patches(kills=both("ROBUST-6"), all_of=True)
def confused_by_nul() -> None:
    """After a NUL every answer is the same."""
    confused = [False]

    def notice(request: Any) -> Any:
        confused[0] = confused[0] or "\0" in _text_of(request)
        return request

    ask_instead("completion", notice)
    edit_text(lambda text: "What?" if confused[0] else text)


@patches(kills=both("ROBUST-7"), all_of=True)
def fails_on_two_messages_of_the_user() -> None:
    """Two messages of the user in a row are refused."""

    def in_a_row(request: Any) -> bool:
        roles = [one.role for one in request.messages]
        return any(one == other == "user" for one, other in pairwise(roles))

    fail_where("completion", in_a_row, Code.INVALID_ARGUMENT)


@patches(kills=both("ROBUST-7"), all_of=True)
def fails_on_odd_numbers_of_labels() -> None:
    """Between four and nineteen labels are an internal error."""
    fail_where("few_shot", lambda request: 4 <= len(request.labels) < 20)


@patches(kills=both("ROBUST-8"), all_of=True)
def takes_any_word_for_a_model() -> None:
    """A model URI without a scheme is taken for the usual model."""
    for name in METHODS:
        usual = MODELS[name]

        def named(one: Any, usual: str = usual) -> Any:
            return replace(one, model_uri=usual) if one.model_uri.isalpha() else one

        ask_instead(name, named)


@patches(kills=both("ROBUST-8"), all_of=True)
def very_hot() -> None:
    """A temperature above 2 is taken for 1: only what is just above 1 is refused."""
    hot = lambda one: replace(one, temperature=1.0) if (one.temperature or 0) > 2 else one  # noqa: E731
    ask_instead("completion", hot)
