"""Streams read message by message as the bytes arrive."""

from __future__ import annotations

from typing import TYPE_CHECKING

from conformance.yandex import conversations as say
from conformance.yandex import streams
from conformance.yandex.transports import Claims, over_both

if TYPE_CHECKING:
    from conformance.yandex.outcome import Message, Outcome
    from conformance.yandex.samples import Samples
    from conformance.yandex.service import Service

TRIES = 3
"""A busy machine may deliver a stream in one piece once; a server that buffers does so always."""


@over_both("STREAM-1", "STREAM-2", "STREAM-3", "STREAM-4", "STREAM-14", depth="quick")
def test_messages(samples: Samples, claim: Claims) -> None:
    got = samples.streamed
    claim.answered("STREAM-1", got)
    messages = got.good().messages
    claim(
        "STREAM-2",
        len(messages) > 1,
        expected=f"several messages for a count to {say.COUNT_TO}",
        got=f"{len(messages)} message",
        by=got,
    )
    early = [message.status for message in messages[:-1] if message.status != "PARTIAL"]
    claim("STREAM-3", not early, expected="PARTIAL before the last", got=early, by=got)
    last = messages[-1].status
    claim("STREAM-4", messages[-1].is_final, expected="a final status", got=last, by=got)
    claim("STREAM-14", last == "FINAL", expected="FINAL below the limit", got=last, by=got)


@over_both("STREAM-5", "STREAM-6", "STREAM-7", depth="quick")
def test_cumulative_text(samples: Samples, claim: Claims) -> None:
    got = samples.streamed
    messages = got.good().messages
    claim(
        "STREAM-5",
        streams.keeps_its_words(messages),
        expected="a last text with all that was streamed",
        got=f"{messages[-1].text!r} without {streams.lost_words(messages)}",
        by=got,
    )
    at = streams.message_without_text_so_far(messages)
    claim(
        "STREAM-6",
        at is None,
        expected="the whole text so far in every message",
        got=f"message {at} of {len(messages)}: {messages[at or 0].text!r}",
        by=got,
    )
    at = streams.break_of_prefix(messages)
    claim(
        "STREAM-7",
        at is None,
        expected="a text that begins as the one before",
        got=f"message {at}: {messages[at or 0].text!r}",
        by=got,
    )


@over_both("STREAM-8", "STREAM-9", "STREAM-10", "STREAM-11", depth="quick")
def test_growing_usage(samples: Samples, claim: Claims) -> None:
    got = samples.streamed
    messages = got.good().messages
    without = [index for index, one in enumerate(messages) if _lacks_usage(one)]
    claim(
        "STREAM-8",
        not without,
        expected="inputTextTokens and completionTokens in every message",
        got=f"messages {without[:5]} of {len(messages)} have none or zero",
        by=got,
    )
    fall = streams.fall([message.completion_tokens for message in messages])
    claim("STREAM-9", fall is None, expected="completionTokens that grow", got=fall, by=got)
    inputs = {message.input_tokens for message in messages}
    claim("STREAM-10", len(inputs) == 1, expected="one inputTextTokens", got=inputs, by=got)
    versions = {str(message.model_version) for message in messages}
    claim("STREAM-11", len(versions) == 1, expected="one modelVersion", got=versions, by=got)


def _lacks_usage(message: Message) -> bool:
    return not message.input_tokens or (
        bool(message.text.strip()) and not message.completion_tokens
    )


@over_both("STREAM-12", depth="quick")
def test_arrival(service: Service, samples: Samples, claim: Claims) -> None:
    got: Outcome = samples.streamed
    for _ in range(TRIES - 1):
        if len(got.good().messages) < streams.FEWEST:
            claim.untested("the stream has too few messages to tell when they were generated")
            return
        if streams.spread(got.messages) >= streams.SPREAD_SHARE:
            break
        got = service.send(service.completing(say.counting(), stream=True))
    messages = got.good().messages
    claim(
        "STREAM-12",
        streams.spread(messages) >= streams.SPREAD_SHARE,
        expected="messages that arrive as they are generated",
        got=f"the first of {len(messages)} after {messages[0].at_s * 1000:.0f} ms, "
        f"the last after {messages[-1].at_s * 1000:.0f} ms, in each of {TRIES} tries",
        by=got,
    )


@over_both("STREAM-13", "STREAM-15")
def test_ends(service: Service, samples: Samples, claim: Claims) -> None:
    cut = samples.cut_stream
    last = cut.last.status
    claim(
        "STREAM-13", last == "TRUNCATED_FINAL", expected="TRUNCATED_FINAL at the limit", got=last,
        by=cut,
    )  # fmt: skip
    whole = service.send(service.completing(say.counting()))
    streamed = samples.streamed
    claim(
        "STREAM-15",
        whole.last.text == streamed.last.text,
        expected=whole.last.text,
        got=streamed.last.text,
        by=streamed,
    )
