"""The usage of a stream: one chunk of its own with include_usage, and none without."""

from __future__ import annotations

from typing import TYPE_CHECKING

from conformance.judging import Judge, decides
from conformance.openai.answers import Completion, Streamed
from conformance.openai.service import ANSWER_TOKENS
from schemas import load_contract

if TYPE_CHECKING:
    from conformance.openai.service import ChatService


@decides("OAI-STREAM-31", "OAI-STREAM-32", depth="quick")
def test_the_chunk_with_the_usage(chat: ChatService, judge: Judge) -> None:
    streamed = Streamed.of(chat.question_streamed)
    usage = load_contract("openai").validator("usage")
    carriers = [one for one in streamed.chunks if one.get("choices") == []]
    fine = len(carriers) == 1 and usage.is_valid(carriers[0].get("usage"))
    judge(
        "OAI-STREAM-31",
        fine,
        expected="one chunk with empty choices and a usage",
        got=f"{[(one.get('choices'), one.get('usage')) for one in streamed.usage_chunks]}",
        by=streamed.answer,
    )
    places = [place for place, one in enumerate(streamed.chunks) if one.get("usage")]
    last = len(streamed.chunks) - 1
    judge(
        "OAI-STREAM-32",
        bool(places) and places[-1] == last and bool(streamed.finish_reasons()),
        expected=f"the usage in the last chunk, number {last}",
        got=f"in chunks {places}",
        by=streamed.answer,
    )


@decides("OAI-STREAM-33", "OAI-STREAM-34", "OAI-STREAM-35", depth="quick")
def test_its_counts(chat: ChatService, judge: Judge) -> None:
    streamed = Streamed.of(chat.question_streamed)
    usage = streamed.usage
    judge(
        "OAI-STREAM-33",
        usage.total == usage.prompt + usage.completion,
        expected=f"{usage.prompt} + {usage.completion} = {usage.prompt + usage.completion}",
        got=f"{usage.total}",
        by=streamed.answer,
    )
    whole = Completion.of(chat.question).usage.prompt
    judge(
        "OAI-STREAM-34",
        usage.prompt == whole,
        expected=f"{whole} as without stream",
        got=f"{usage.prompt}",
        by=streamed.answer,
    )
    judge(
        "OAI-STREAM-35",
        usage.completion <= ANSWER_TOKENS,
        expected=f"at most {ANSWER_TOKENS}",
        got=f"{usage.completion}",
        by=streamed.answer,
    )


@decides("OAI-STREAM-36", depth="quick")
def test_none_without_asking(chat: ChatService, judge: Judge) -> None:
    streamed = Streamed.of(chat.question_streamed_plainly)
    unasked = streamed.usage_chunks
    judge(
        "OAI-STREAM-36",
        not unasked,
        expected="no chunk with empty choices or a usage",
        got=f"{unasked[:2]}",
        by=streamed.answer,
    )
