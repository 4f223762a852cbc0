"""GET /v1/models: the list, every field of it, and that the model which answers is on it."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from conformance.exchange import Unexpected
from conformance.judging import Judge, decides
from conformance.openai.answers import Completion
from conformance.openai.recognition import MODELS, listed_models
from conformance.shape import judge_shape
from schemas import load_contract

if TYPE_CHECKING:
    from conformance.exchange import Answer
    from conformance.openai.service import ChatService

CLOCKS_DIFFER_S = 24 * 3600
"""Clocks of machines differ, by time zones at most."""

_FIELDS = {
    "OAI-MODELS-3": "/object",
    "OAI-MODELS-4": "/data",
    "OAI-MODELS-5": "/data/*/id",
    "OAI-MODELS-6": "/data/*/object",
    "OAI-MODELS-7": "/data/*/created",
    "OAI-MODELS-8": "/data/*/owned_by",
}


@decides("OAI-MODELS-1", "OAI-MODELS-2", *_FIELDS, depth="quick")
def test_fields(chat: ChatService, judge: Judge) -> None:
    answer = chat.target.ask(MODELS)
    judge(
        "OAI-MODELS-1", answer.status == 200, expected="status 200", got=answer.summary, by=answer
    )
    media = answer.headers.get("content-type", "")
    judge(
        "OAI-MODELS-2",
        media.startswith("application/json") and isinstance(answer.json, dict),
        expected="a JSON object as application/json",
        got=f"{media}: {answer.summary}",
        by=answer,
    )
    validator = load_contract("openai").validator("models")
    judge_shape(judge, validator, answer.json, by=answer, rows=_FIELDS)


@decides("OAI-MODELS-9", "OAI-MODELS-10", "OAI-MODELS-11", depth="quick")
def test_ids(chat: ChatService, judge: Judge) -> None:
    answer = chat.target.ask(MODELS).expect(200)
    ids = listed_models(answer)
    if not ids:
        raise Unexpected(expected="models with an id", got=answer.summary, by=answer)
    twice = sorted({one for one in ids if ids.count(one) > 1})
    judge("OAI-MODELS-9", not twice, expected="every id once", got=f"twice: {twice}", by=answer)
    latest = time.time() + CLOCKS_DIFFER_S
    for model in answer.json["data"]:
        created = model.get("created") if isinstance(model, dict) else None
        judge(
            "OAI-MODELS-11",
            isinstance(created, int | float) and created <= latest,
            expected=f"seconds since 1970, at most {latest:.0f}",
            got=repr(created),
            by=answer,
        )
    _judge_listed(judge, chat.model, ids, answer)
    name = Completion.of(chat.question).body.get("model")
    if isinstance(name, str):
        _judge_listed(judge, name, ids, answer)


def _judge_listed(judge: Judge, name: str, ids: tuple[str, ...], by: Answer) -> None:
    judge("OAI-MODELS-10", name in ids, expected=f"the id {name}", got=f"{ids}", by=by)
