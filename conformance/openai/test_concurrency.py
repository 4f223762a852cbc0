"""Simultaneous requests: each gets its own answer, counted and named as its own."""

from __future__ import annotations

from typing import TYPE_CHECKING

from conformance.exchange import Answer
from conformance.judging import Judge, decides
from conformance.openai.answers import Completion, Streamed
from conformance.openai.recognition import MODELS
from conformance.openai.service import COUNTED_TOKENS, COUNTING, codes, say_again, says

if TYPE_CHECKING:
    from conformance.openai.service import ChatService

TOGETHER = 8
PROBE_TIMEOUT_S = 5.0
_PADDING = " It is a long way to the next town, and the road is dry."


@decides("OAI-CONC-1", "OAI-CONC-2", "OAI-CONC-3", "OAI-CONC-4", "OAI-CHAT-14")
def test_no_cross_talk(chat: ChatService, judge: Judge) -> None:
    """Every request is of its own length, so that its prompt_tokens tell it from the others."""
    own = codes(chat.options.seed + 20, TOGETHER)
    requests = [
        chat.request(f"Hello.{_PADDING * place} {say_again(code)}")
        for place, code in enumerate(own)
    ]
    alone = [Completion.of(chat.target.send(request)).usage.prompt for request in requests]
    got = chat.target.together(requests, at_once=TOGETHER)
    ids: list[object] = []
    for code, prompt, one in zip(own, alone, got, strict=True):
        served = isinstance(one, Answer) and one.status in (200, 429)
        judge("OAI-CONC-3", served, expected="status 200 or 429", got=one.summary, by=one)
        if not isinstance(one, Answer) or one.status != 200:
            continue
        completion = Completion.of(one)
        text = completion.text
        ids.append(completion.body.get("id"))
        judge("OAI-CONC-1", says(code, text), expected=code, got=repr(text), by=one)
        strange = [other for other in own if other != code and says(other, text)]
        judge("OAI-CONC-2", not strange, expected=f"only {code}", got=repr(text), by=one)
        judge(
            "OAI-CONC-4",
            completion.usage.prompt == prompt,
            expected=f"{prompt} prompt_tokens as alone",
            got=f"{completion.usage.prompt}",
            by=one,
        )
    judge(
        "OAI-CHAT-14",
        len({repr(one) for one in ids}) == len(ids),
        expected="an id of its own for every answer",
        got=repr(ids),
        by=got[0],
    )
    judge.untested("no simultaneous request was answered with 200", because="not_observed")


@decides("OAI-CONC-5")
def test_streams_keep_apart(chat: ChatService, judge: Judge) -> None:
    requests = [
        chat.request(say_again(code), stream=True)
        for code in codes(chat.options.seed + 21, TOGETHER // 2)
    ]
    streams = [Streamed.of(got) for got in chat.target.together(requests, at_once=len(requests))]
    seen: list[object] = []
    for streamed in streams:
        ids = streamed.values("id")
        judge(
            "OAI-CONC-5",
            len(ids) == 1 and ids[0] not in seen,
            expected="one id in a stream, and another in every other",
            got=f"{ids}, others {seen}",
            by=streamed.answer,
        )
        seen += ids


@decides("OAI-CONC-6")
def test_models_are_listed_meanwhile(chat: ChatService, judge: Judge) -> None:
    counting = chat.request(COUNTING, max_tokens=COUNTED_TOKENS, stream=True)
    asked = [counting] * 4 + [MODELS] * 4
    for got in chat.target.together(asked, at_once=len(asked))[4:]:
        in_time = isinstance(got, Answer) and got.elapsed_s <= PROBE_TIMEOUT_S
        judge(
            "OAI-CONC-6",
            in_time,
            expected=f"an answer within {PROBE_TIMEOUT_S:g} s",
            got=f"{got.summary} after {got.elapsed_s:.1f} s",
            by=got,
        )
