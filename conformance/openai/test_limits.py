"""Limits: an answer keeps to its max_tokens, and says `length` exactly when that stopped it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from conformance.judging import Judge, decides
from conformance.openai.service import COUNTING, codes, say_again

if TYPE_CHECKING:
    from conformance.openai.answers import Completion
    from conformance.openai.service import ChatService

AMPLE_TOKENS = 200
"""Far more than the repetition of one code takes."""


def judge_limit(judge: Judge, completion: Completion, limit: int, *, goes_on: bool) -> None:
    """Claim the three clauses for an answer under a limit.

    `goes_on` says that the whole answer is longer than the limit. An answer of exactly `limit`
    tokens may also have ended by itself, so that only then `length` is demanded.
    """
    spent, reason = completion.usage.completion, completion.finish_reason
    judge(
        "OAI-LIMIT-1",
        spent <= limit,
        expected=f"at most {limit} completion_tokens",
        got=f"{spent}",
        by=completion.answer,
    )
    judge(
        "OAI-LIMIT-2",
        reason == "length" or spent < limit or not goes_on,
        expected=f"length: all {limit} tokens were spent",
        got=f"{reason!r}",
        by=completion.answer,
    )
    judge(
        "OAI-LIMIT-3",
        reason != "length" or spent >= limit,
        expected=f"another reason than length: {spent} of {limit} tokens were spent",
        got=f"{reason!r}",
        by=completion.answer,
    )


@decides("OAI-LIMIT-1", "OAI-LIMIT-2", "OAI-LIMIT-3", "OAI-LIMIT-5", "OAI-LIMIT-6")
def test_max_tokens(chat: ChatService, judge: Judge) -> None:
    whole = chat.counted
    for limit in (1, 5, 16):
        cut = chat.complete(COUNTING, max_tokens=limit)
        judge_limit(judge, cut, limit, goes_on=True)
        judge(
            "OAI-LIMIT-6",
            whole.text.strip().startswith(cut.text.strip()),
            expected=f"the beginning of {whole.text[:60]!r}",
            got=repr(cut.text),
            by=cut.answer,
        )
        if limit == 1:
            judge("OAI-LIMIT-5", holds=True, expected="200", got="", by=cut.answer)


@decides("OAI-LIMIT-1", "OAI-LIMIT-2", "OAI-LIMIT-3")
def test_an_answer_that_ends_by_itself(chat: ChatService, judge: Judge) -> None:
    """Its own length is found first, then cut well below and left alone well above."""
    request = say_again(codes(chat.options.seed, 1)[0])
    whole = chat.complete(request, max_tokens=AMPLE_TOKENS)
    judge_limit(judge, whole, AMPLE_TOKENS, goes_on=True)
    length = whole.usage.completion
    if length > 3:
        judge_limit(judge, chat.complete(request, max_tokens=length - 2), length - 2, goes_on=True)
    ample = chat.complete(request, max_tokens=length + 8)
    judge_limit(judge, ample, length + 8, goes_on=False)


@decides("OAI-LIMIT-4")
def test_max_completion_tokens(chat: ChatService, judge: Judge) -> None:
    cut = chat.complete(COUNTING, max_tokens=None, max_completion_tokens=7)
    spent, reason = cut.usage.completion, cut.finish_reason
    judge(
        "OAI-LIMIT-4",
        spent <= 7 and (reason == "length" or spent < 7),
        expected="at most 7 completion_tokens and finish_reason length",
        got=f"{spent} and {reason!r}",
        by=cut.answer,
    )
