"""POST /v1/chat/completions: every field of a whole answer."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from conformance.judging import Judge, decides
from conformance.openai.answers import Completion
from conformance.shape import judge_shape
from schemas import load_contract

if TYPE_CHECKING:
    from conformance.openai.service import ChatService

SAME_DAY_S = 24 * 3600

_FIELDS = {
    "OAI-CHAT-3": "/id",
    "OAI-CHAT-4": "/object",
    "OAI-CHAT-5": "/created",
    "OAI-CHAT-7": "/model",
    "OAI-CHAT-9": "/choices",
    "OAI-CHAT-10": "/choices/*/index",
    "OAI-CHAT-11": "/choices/*/message/role",
    "OAI-CHAT-12": "/choices/*/message/content",
    "OAI-CHAT-13": "/choices/*/finish_reason",
    "OAI-USAGE-1": "/usage/prompt_tokens",
    "OAI-USAGE-2": "/usage/completion_tokens",
    "OAI-USAGE-3": "/usage/total_tokens",
}


@decides("OAI-CHAT-1", "OAI-CHAT-2", *_FIELDS, depth="quick")
def test_fields(chat: ChatService, judge: Judge) -> None:
    for answer in (chat.question, chat.question_again):
        judge(
            "OAI-CHAT-1", answer.status == 200, expected="status 200", got=answer.summary, by=answer
        )
        media = answer.headers.get("content-type", "")
        judge(
            "OAI-CHAT-2",
            media.startswith("application/json"),
            expected="application/json",
            got=f"{media}: {answer.summary}",
            by=answer,
        )
        completion = Completion.of(answer)
        validator = load_contract("openai").validator("chat_answer")
        judge_shape(judge, validator, completion.body, by=answer, rows=_FIELDS)
        count = len(completion.choices)
        judge("OAI-CHAT-9", count == 1, expected="one choice", got=f"{count}", by=answer)
        indices = [choice.get("index") for choice in completion.choices]
        wanted = list(range(count))
        judge("OAI-CHAT-10", indices == wanted, expected=f"{wanted}", got=f"{indices}", by=answer)


@decides("OAI-CHAT-6", "OAI-CHAT-8", "OAI-CHAT-14", "OAI-CHAT-15", depth="quick")
def test_what_the_fields_say(chat: ChatService, judge: Judge) -> None:
    first, second = Completion.of(chat.question), Completion.of(chat.question_again)
    ids = [one.body.get("id") for one in (first, second, chat.counted)]
    judge(
        "OAI-CHAT-14",
        len({repr(one) for one in ids}) == len(ids),
        expected="an id of its own for every answer",
        got=repr(ids),
        by=second.answer,
    )
    for one in (first, second):
        created, model = one.body.get("created"), one.body.get("model")
        now = time.time()
        judge(
            "OAI-CHAT-6",
            isinstance(created, int) and abs(now - created) < SAME_DAY_S,
            expected=f"about {now:.0f}",
            got=repr(created),
            by=one.answer,
        )
        judge(
            "OAI-CHAT-8", model == chat.model, expected=chat.model, got=repr(model), by=one.answer
        )
    text = first.text
    judge("OAI-CHAT-15", bool(text.strip()), expected="a text", got=repr(text), by=first.answer)
