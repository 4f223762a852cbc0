"""Token counts: they add up, grow with the messages, and do not depend on the moment."""

from __future__ import annotations

from typing import TYPE_CHECKING

from conformance.judging import Judge, decides
from conformance.openai.answers import Completion
from conformance.openai.service import QUESTION, assistant, user

if TYPE_CHECKING:
    from conformance.openai.service import ChatService

_LONG = "The river runs past the old mill, and the miller counts every sack twice. "


@decides("OAI-USAGE-4", "OAI-USAGE-5", "OAI-USAGE-7", "OAI-USAGE-8", depth="quick")
def test_counts(chat: ChatService, judge: Judge) -> None:
    first, second = Completion.of(chat.question), Completion.of(chat.question_again)
    for one in (first, second, chat.counted):
        usage = one.usage
        judge(
            "OAI-USAGE-4",
            usage.total == usage.prompt + usage.completion,
            expected=f"{usage.prompt} + {usage.completion} = {usage.prompt + usage.completion}",
            got=f"{usage.total}",
            by=one.answer,
        )
        judge(
            "OAI-USAGE-5",
            usage.prompt > 0,
            expected="above 0",
            got=f"{usage.prompt}",
            by=one.answer,
        )
        judge(
            "OAI-USAGE-7",
            usage.completion > 0 or not one.text,
            expected="above 0",
            got=f"{usage.completion} for {one.text!r}",
            by=one.answer,
        )
    counts = (first.usage.prompt, second.usage.prompt)
    judge(
        "OAI-USAGE-8",
        counts[0] == counts[1],
        expected=f"{counts[0]} as before",
        got=f"{counts[1]}",
        by=second.answer,
    )


@decides("OAI-USAGE-6", "OAI-CONTEXT-8")
def test_counts_grow_with_the_messages(chat: ChatService, judge: Judge) -> None:
    short = chat.complete(_LONG, max_tokens=1)
    long = chat.complete(_LONG * 5, max_tokens=1)
    judge(
        "OAI-USAGE-6",
        long.usage.prompt > short.usage.prompt,
        expected=f"more than {short.usage.prompt} for five times the text",
        got=f"{long.usage.prompt}",
        by=long.answer,
    )
    turns = [user(_LONG), assistant(_LONG), user(_LONG * 2), assistant(_LONG), user(QUESTION)]
    whole = chat.complete(turns, max_tokens=1)
    for left_out in (0, 2):
        rest = turns[:left_out] + turns[left_out + 2 :]
        less = chat.complete(rest, max_tokens=1)
        judge(
            "OAI-CONTEXT-8",
            less.usage.prompt < whole.usage.prompt,
            expected=f"less than {whole.usage.prompt} without messages {left_out} and {left_out + 1}",
            got=f"{less.usage.prompt}",
            by=less.answer,
        )
