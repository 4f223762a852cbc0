"""Choices, temperature, top_p and seed."""

from __future__ import annotations

from typing import TYPE_CHECKING

from conformance.exchange import Answer
from conformance.judging import Judge, decides
from conformance.openai.answers import Completion
from conformance.openai.service import QUESTION, user

if TYPE_CHECKING:
    from conformance.openai.service import ChatService

_CHOICES = 3


@decides("OAI-SAMPLE-1", "OAI-SAMPLE-2")
def test_choices(chat: ChatService, judge: Judge) -> None:
    completion = chat.complete(QUESTION, n=_CHOICES, max_tokens=8, temperature=1)
    count = len(completion.choices)
    judge(
        "OAI-SAMPLE-1",
        count == _CHOICES,
        expected=f"{_CHOICES} choices",
        got=f"{count}",
        by=completion.answer,
    )
    indices = sorted(repr(choice.get("index")) for choice in completion.choices)
    judge(
        "OAI-SAMPLE-2",
        indices == [repr(index) for index in range(_CHOICES)],
        expected=f"0 to {_CHOICES - 1}, each once",
        got=f"{indices}",
        by=completion.answer,
    )


@decides("OAI-SAMPLE-3")
def test_streamed_choices(chat: ChatService, judge: Judge) -> None:
    streamed = chat.stream(QUESTION, n=_CHOICES, max_tokens=8, temperature=1)
    ends = {index: len(streamed.finish_reasons(index)) for index in range(_CHOICES)}
    judge(
        "OAI-SAMPLE-3",
        set(streamed.indices) == {repr(index) for index in range(_CHOICES)}
        and set(ends.values()) == {1},
        expected=f"chunks of 0 to {_CHOICES - 1}, one end of each",
        got=f"chunks of {streamed.indices}, ends {ends}",
        by=streamed.answer,
    )


@decides("OAI-SAMPLE-4", "OAI-SAMPLE-5", "OAI-SAMPLE-6", "OAI-SAMPLE-7")
def test_bounds_are_taken(chat: ChatService, judge: Judge) -> None:
    cases = (
        ("OAI-SAMPLE-4", {"temperature": 0}),
        ("OAI-SAMPLE-5", {"temperature": 2}),
        ("OAI-SAMPLE-6", {"top_p": 0.5, "temperature": 1}),
        ("OAI-SAMPLE-7", {"seed": 7, "temperature": 1}),
    )
    requests = [chat.request(QUESTION, max_tokens=4, **fields) for _, fields in cases]
    for (requirement, fields), got in zip(cases, chat.target.together(requests), strict=True):
        taken = isinstance(got, Answer) and got.status == 200
        judge(requirement, taken, expected=f"200 with {fields}", got=got.summary, by=got)


@decides("OAI-SAMPLE-8", "OAI-SAMPLE-9")
def test_the_same_answer_again(chat: ChatService, judge: Judge) -> None:
    first, second = Completion.of(chat.question), Completion.of(chat.question_again)
    judge(
        "OAI-SAMPLE-8",
        first.text == second.text,
        expected=repr(first.text),
        got=repr(second.text),
        by=second.answer,
    )
    seeded = chat.request([user(QUESTION)], seed=chat.options.seed, temperature=1, max_tokens=24)
    one, other = (Completion.of(chat.target.send(seeded)) for _ in range(2))
    judge(
        "OAI-SAMPLE-9",
        one.text == other.text,
        expected=repr(one.text),
        got=repr(other.text),
        by=other.answer,
    )
