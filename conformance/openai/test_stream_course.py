"""The course of a stream: it begins before the answer is complete, and ends as the limit says."""

from __future__ import annotations

from typing import TYPE_CHECKING

from conformance.exchange import Answer, NoAnswer
from conformance.judging import Judge, decides
from conformance.openai.course import begins_early
from conformance.openai.recognition import json_object
from conformance.openai.service import (
    COUNTED_TOKENS,
    COUNTING,
    QUESTION,
    chat_request,
    codes,
    say_again,
)
from schemas import load_contract

if TYPE_CHECKING:
    from conformance.openai.answers import Streamed
    from conformance.openai.service import ChatService

AMPLE_TOKENS = 200
"""Far more than the repetition of one code takes."""
TRIES = 3
"""A busy machine may hold the first frame back once; a server that collects does it every time."""


@decides("OAI-STREAM-23", "OAI-STREAM-24")
def test_the_first_frame_comes_early(chat: ChatService, judge: Judge) -> None:
    first_token_s = chat.complete(COUNTING, max_tokens=1).answer.elapsed_s
    streamed = chat.stream(COUNTING, max_tokens=COUNTED_TOKENS)
    pieces = len(streamed.deltas())
    judge(
        "OAI-STREAM-24",
        pieces > 1,
        expected="more than one delta with text",
        got=f"{pieces} for {streamed.text()[:60]!r}",
        by=streamed.answer,
    )
    early = _begins_early(first_token_s, streamed)
    for _ in range(TRIES - 1):
        if early is not False:
            break
        streamed = chat.stream(COUNTING, max_tokens=COUNTED_TOKENS)
        early = _begins_early(first_token_s, streamed)
    if early is None:
        judge.untested(
            "the answer was complete too soon to tell", "OAI-STREAM-23", because="not_observed"
        )
        return
    times = [at_s for at_s, _ in streamed.deltas()]
    judge(
        "OAI-STREAM-23",
        early,
        expected="the first text in the first half of the generation",
        got=f"text from {times[0]:.3f} s to {times[-1]:.3f} s of a stream, "
        f"one token alone takes {first_token_s:.3f} s",
        by=streamed.answer,
    )


def _begins_early(first_token_s: float, streamed: Streamed) -> bool | None:
    times = [at_s for at_s, _ in streamed.deltas()]
    return begins_early(first_token_s, times[0], times[-1]) if times else None


@decides("OAI-STREAM-27", "OAI-STREAM-28")
def test_how_it_ends(chat: ChatService, judge: Judge) -> None:
    cut = chat.stream(COUNTING, max_tokens=5)
    reasons = cut.finish_reasons()
    judge(
        "OAI-STREAM-27",
        reasons == ["length"],
        expected="length: five tokens do not reach to 100",
        got=f"{reasons}",
        by=cut.answer,
    )
    whole = chat.stream(
        say_again(codes(chat.options.seed, 1)[0]),
        max_tokens=AMPLE_TOKENS,
        stream_options={"include_usage": True},
    )
    spent, reasons = whole.usage.completion, whole.finish_reasons()
    if spent >= AMPLE_TOKENS:
        judge.untested(
            f"the answer did not end within {AMPLE_TOKENS} tokens",
            "OAI-STREAM-28",
            because="not_observed",
        )
        return
    judge(
        "OAI-STREAM-28",
        "length" not in reasons,
        expected=f"another reason than length: {spent} of {AMPLE_TOKENS} tokens were spent",
        got=f"{reasons} for {whole.text()[:60]!r}",
        by=whole.answer,
    )


@decides("OAI-STREAM-29")
def test_stream_false(chat: ChatService, judge: Judge) -> None:
    answer = chat.target.ask(chat.request(QUESTION, stream=False, max_tokens=4))
    media = answer.headers.get("content-type", "")
    judge(
        "OAI-STREAM-29",
        media.startswith("application/json")
        and json_object(answer).get("object") == "chat.completion",
        expected="one chat.completion as application/json",
        got=f"{media}: {answer.summary}",
        by=answer,
    )


@decides("OAI-STREAM-30")
def test_a_stream_that_is_refused(chat: ChatService, judge: Judge) -> None:
    bodies = (
        chat.body(QUESTION, stream=True) | {"messages": []},
        chat.body(QUESTION, stream=True, model="no-such-model"),
    )
    for body in bodies:
        got = chat.target.send(chat_request(body))
        judge(
            "OAI-STREAM-30",
            _refused_plainly(got),
            expected="a status of 400 to 499 and an error as application/json",
            got=got.summary,
            by=got,
        )


def _refused_plainly(got: Answer | NoAnswer) -> bool:
    if not isinstance(got, Answer) or not 400 <= got.status < 500:
        return False
    contract, body = load_contract("openai"), json_object(got)
    in_shape = any(contract.validator(shape).is_valid(body) for shape in ("error", "error_flat"))
    return in_shape and got.headers.get("content-type", "").startswith("application/json")
