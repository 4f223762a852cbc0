"""Mutants of streams: what arrives when, and what each message carries."""

from __future__ import annotations

import itertools
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from tests.mutants.mutant import patches
from tests.mutants.yandex.planting import ask_instead, both, options, over_grpc, over_rest, rework

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator

    Messages = AsyncGenerator[Any, None]

PARTIAL = "ALTERNATIVE_STATUS_PARTIAL"


def _final(message: Any) -> bool:
    return bool(message.status != PARTIAL)


@patches(kills=over_rest("STREAM-1"))
def stream_of_nothing_over_rest() -> None:
    """Over REST a stream is a 200 without a line."""
    from reference_server.yandex import rest

    async def nothing(_first: Any, _others: Messages) -> AsyncGenerator[bytes, None]:
        for line in ():
            yield line

    rest._frames = nothing  # type: ignore[assignment]


@patches(kills=over_grpc("STREAM-1"))
def stream_of_nothing_over_grpc() -> None:
    """Over gRPC a stream ends well without a message."""
    from reference_server.yandex import grpc_messages

    read = grpc_messages.completion_request

    def marked(message: Any) -> Any:
        request = read(message)
        return replace(request, model_uri="nothing") if request.stream else request

    async def nothing(request: Any, messages: Messages) -> Messages:
        if request.model_uri != "nothing":
            async for message in messages:
                yield message

    grpc_messages.completion_request = marked
    rework(nothing)


@patches(kills=both("STREAM-2"), all_of=True)
def stream_of_one_message() -> None:
    """`stream` is ignored."""
    ask_instead("completion", options(stream=False))


@patches(kills=both("STREAM-3"), all_of=True)
def stream_final_from_the_start() -> None:
    """Every message says FINAL."""

    async def final(_request: Any, messages: Messages) -> Messages:
        async for message in messages:
            yield replace(message, status="ALTERNATIVE_STATUS_FINAL")

    rework(final)


@patches(kills=both("STREAM-3"), all_of=True)
def stream_final_in_the_middle() -> None:
    """One message in the middle says FINAL, and more follow."""

    async def final(request: Any, messages: Messages) -> Messages:
        numbers = itertools.count()
        async for message in messages:
            here = request.stream and next(numbers) == 10
            yield replace(message, status="ALTERNATIVE_STATUS_FINAL") if here else message

    rework(final)


@patches(kills=both("STREAM-4"), all_of=True)
def stream_without_end() -> None:
    """The last message of a stream says PARTIAL."""

    async def partial(request: Any, messages: Messages) -> Messages:
        async for message in messages:
            yield replace(message, status=PARTIAL) if request.stream else message

    rework(partial)


def _deltas(*, whole_at_last: bool) -> None:
    async def deltas(request: Any, messages: Messages) -> Messages:
        before = ""
        async for message in messages:
            text, kept = message.text, before
            before = text
            if not request.stream or (whole_at_last and _final(message)):
                yield message
            else:
                yield replace(message, text=text[len(kept) :])

    rework(deltas)


@patches(kills=both("STREAM-5", "STREAM-7"))
def stream_of_deltas() -> None:
    """Every message carries only what is new."""
    _deltas(whole_at_last=False)


@patches(kills=both("STREAM-6"), all_of=True)
def stream_of_deltas_then_all() -> None:
    """Every message but the last carries only what is new."""
    _deltas(whole_at_last=True)


@patches(kills=both("STREAM-6"), all_of=True)
def stream_that_forgets() -> None:
    """Every tenth message has no text."""

    async def forgets(_request: Any, messages: Messages) -> Messages:
        numbers = itertools.count(1)
        async for message in messages:
            forgotten = not next(numbers) % 10 and not _final(message)
            yield replace(message, text="") if forgotten else message

    rework(forgets)


@patches(kills=both("STREAM-5"), all_of=True)
def stream_that_loses_its_beginning() -> None:
    """The last message carries the second half only."""

    async def loses(request: Any, messages: Messages) -> Messages:
        async for message in messages:
            half = message.text[len(message.text) // 2 :]
            yield replace(message, text=half) if request.stream and _final(message) else message

    rework(loses)


@patches(kills=both("STREAM-7"), all_of=True, outcome="warns")
def stream_that_rewrites() -> None:
    """The first word changes between the messages."""

    async def rewrites(request: Any, messages: Messages) -> Messages:
        marks = itertools.cycle("*-")
        async for message in messages:
            yield replace(message, text=next(marks) + message.text) if request.stream else message

    rework(rewrites)


@patches(kills=both("STREAM-8"), all_of=True)
def stream_usage_at_last() -> None:
    """Only the last message has usage."""

    async def bare(_request: Any, messages: Messages) -> Messages:
        async for message in messages:
            none = replace(message, input_text_tokens=0, completion_tokens=0)
            yield message if _final(message) else none

    rework(bare)


@patches(kills=both("STREAM-9"), all_of=True)
def stream_usage_falls() -> None:
    """`completionTokens` counts what is left, not what is done."""

    async def falls(request: Any, messages: Messages) -> Messages:
        numbers = itertools.count()
        async for message in messages:
            left = max(1, 400 - next(numbers))
            yield replace(message, completion_tokens=left) if request.stream else message

    rework(falls)


@patches(kills=both("STREAM-10"), all_of=True)
def stream_input_grows() -> None:
    """`inputTextTokens` grows from message to message."""

    async def grows(_request: Any, messages: Messages) -> Messages:
        numbers = itertools.count(10)
        async for message in messages:
            yield replace(message, input_text_tokens=next(numbers))

    rework(grows)


@patches(kills=both("STREAM-11"), all_of=True)
def stream_version_changes() -> None:
    """The last message names another `modelVersion`."""

    async def changes(request: Any, messages: Messages) -> Messages:
        async for message in messages:
            other = replace(message, model_version="last")
            yield other if request.stream and _final(message) else message

    rework(changes)


@patches(kills=both("STREAM-12"), all_of=True)
def stream_is_buffered() -> None:
    """Everything is generated first and sent then."""

    async def buffered(_request: Any, messages: Messages) -> Messages:
        for message in [message async for message in messages]:
            yield message

    rework(buffered)


@patches(kills=over_rest("STREAM-12"))
def stream_is_buffered_over_rest() -> None:
    """Over REST the lines are collected and sent as one."""
    from reference_server.yandex import rest

    original = rest._frames

    async def joined(first: Any, others: Messages) -> AsyncGenerator[bytes, None]:
        yield b"".join([line async for line in original(first, others)])

    rest._frames = joined


@patches(kills=both("STREAM-13"), all_of=True)
def stream_cut_says_final() -> None:
    """A stream that the limit cut short ends in FINAL."""

    async def final(request: Any, messages: Messages) -> Messages:
        async for message in messages:
            cut = request.stream and message.status.endswith("TRUNCATED_FINAL")
            yield replace(message, status="ALTERNATIVE_STATUS_FINAL") if cut else message

    rework(final)


@patches(kills=both("STREAM-14"), all_of=True)
def stream_whole_says_truncated() -> None:
    """A stream that ended by itself ends in TRUNCATED_FINAL."""

    async def cut(request: Any, messages: Messages) -> Messages:
        async for message in messages:
            whole = request.stream and message.status.endswith("STATUS_FINAL")
            yield (
                replace(message, status="ALTERNATIVE_STATUS_TRUNCATED_FINAL") if whole else message
            )

    rework(cut)


@patches(kills=both("STREAM-15"), all_of=True, outcome="warns")
def stream_says_more() -> None:
    """A streamed answer ends in a full stop that the same answer at once does not have."""

    async def more(request: Any, messages: Messages) -> Messages:
        async for message in messages:
            yield (
                replace(message, text=message.text + ".")
                if request.stream and _final(message)
                else message
            )

    rework(more)
