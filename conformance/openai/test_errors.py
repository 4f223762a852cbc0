"""Errors: the status of each bad request, and the shape that they all have."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from conformance.exchange import Answer, NoAnswer, Request
from conformance.judging import Judge, decides
from conformance.openai.recognition import json_object
from conformance.openai.service import QUESTION, chat_request, user
from conformance.shape import judge_shape
from schemas import load_contract

if TYPE_CHECKING:
    from conformance.openai.service import ChatService

UNKNOWN_MODEL = "no-such-model-4711"
LONG_WORDS = 40_000
"""Words of a message that most deployments have no room for; used where no limit is known."""
_BEYOND = 1000


class _LeftOut:
    """What stands for a field that the request lacks."""

    def __repr__(self) -> str:
        return "left out"


_GONE = _LeftOut()
_BAD_FIELDS: tuple[tuple[str, dict[str, Any]], ...] = (
    ("OAI-ERR-8", {"messages": _GONE}),
    ("OAI-ERR-9", {"model": _GONE}),
    ("OAI-ERR-10", {"messages": []}),
    ("OAI-ERR-11", {"messages": "hello"}),
    ("OAI-ERR-12", {"messages": [{"role": "robot", "content": "hello"}]}),
    ("OAI-ERR-13", {"messages": [{"content": "hello"}]}),
    ("OAI-ERR-14", {"messages": [{"role": "user", "content": 17}]}),
    ("OAI-ERR-15", {"temperature": -1}),
    ("OAI-ERR-16", {"temperature": 2.5}),
    ("OAI-ERR-17", {"top_p": 1.5}),
    ("OAI-ERR-18", {"max_tokens": 0}),
    ("OAI-ERR-19", {"max_tokens": "many"}),
    ("OAI-ERR-20", {"n": 0}),
    ("OAI-ERR-21", {"stream": "perhaps"}),
    ("OAI-ERR-22", {"stop": 17}),
)
_NESTED = {
    "OAI-ERR-3": "/error/message",
    "OAI-ERR-4": "/error/type",
    "OAI-ERR-5": "/error/param",
    "OAI-ERR-6": "/error/code",
}
_FLAT = {requirement: place.removeprefix("/error") for requirement, place in _NESTED.items()}
SHAPE = ("OAI-ERR-1", "OAI-ERR-2", *_NESTED)


def judge_error_shape(judge: Judge, got: Answer | NoAnswer) -> None:
    """Claim what every error has, nested or flat."""
    media = got.headers.get("content-type", "") if isinstance(got, Answer) else ""
    is_json = media.startswith("application/json")
    judge("OAI-ERR-2", is_json, expected="application/json", got=f"{media}: {got.summary}", by=got)
    body = json_object(got)
    nested = isinstance(body.get("error"), dict)
    judge(
        "OAI-ERR-1",
        nested or body.get("object") == "error",
        expected='an object under error, or flat with "object": "error"',
        got=got.summary,
        by=got,
    )
    if not isinstance(got, Answer):
        return
    shape = load_contract("openai").validator("error" if nested else "error_flat")
    judge_shape(judge, shape, body, by=got, rows=_NESTED if nested else _FLAT)


@decides(*(requirement for requirement, _ in _BAD_FIELDS), *SHAPE, "OAI-ERR-27")
def test_bad_fields(chat: ChatService, judge: Judge) -> None:
    bodies = [
        {k: v for k, v in (chat.body(QUESTION) | fields).items() if v is not _GONE}
        for _, fields in _BAD_FIELDS
    ]
    answers = chat.target.together([chat_request(body) for body in bodies])
    for (requirement, fields), got in zip(_BAD_FIELDS, answers, strict=True):
        _judge_refused(judge, requirement, got, 400, about=fields)
    _judge_nothing_more(judge)


@decides("OAI-ERR-7", *SHAPE, "OAI-ERR-27", depth="quick")
def test_no_json(chat: ChatService, judge: Judge) -> None:
    for content in (b"{", b"model=a&messages=b", b'"text"'):
        got = chat.target.send(
            Request(
                "POST",
                "/v1/chat/completions",
                content=content,
                headers={"Content-Type": "application/json"},
            )
        )
        _judge_refused(judge, "OAI-ERR-7", got, 400, about=content)
    _judge_nothing_more(judge)


@decides("OAI-ERR-23", "OAI-ERR-24", *SHAPE, "OAI-ERR-27", depth="quick")
def test_unknown_model(chat: ChatService, judge: Judge) -> None:
    got = chat.target.send(chat_request(chat.body(QUESTION, model=UNKNOWN_MODEL)))
    _judge_refused(judge, "OAI-ERR-23", got, 404, about=UNKNOWN_MODEL)
    named = isinstance(got, Answer) and UNKNOWN_MODEL in got.text
    judge("OAI-ERR-24", named, expected=f"the name {UNKNOWN_MODEL}", got=got.summary, by=got)
    _judge_nothing_more(judge)


@decides("OAI-ERR-25", "OAI-ERR-27")
def test_too_long(chat: ChatService, judge: Judge) -> None:
    room = chat.options.context_length or _room(chat)
    words = room + _BEYOND if room else LONG_WORDS
    got = chat.target.send(chat.request([user("a " * words)], max_tokens=1))
    if room is None and isinstance(got, Answer) and got.status == 200:
        judge.untested(
            f"{words} words are not too long here; tell the limit with --context-length",
            because="not_observed",
        )
        return
    refused = isinstance(got, Answer) and got.status in (400, 413)
    expected = f"status 400 or 413 for {words} words" + (
        f" in place of {room} tokens" if room else ""
    )
    judge("OAI-ERR-25", refused, expected=expected, got=got.summary, by=got)
    _judge_no_fault(judge, got)


@decides("OAI-ERR-29", "OAI-ERR-30")
def test_paths_and_methods(chat: ChatService, judge: Judge) -> None:
    for requirement, request, wanted in (
        ("OAI-ERR-29", Request("GET", "/v1/no-such-path"), 404),
        ("OAI-ERR-30", Request("GET", "/v1/chat/completions"), 405),
    ):
        got = chat.target.send(request)
        right = isinstance(got, Answer) and got.status == wanted
        judge(requirement, right, expected=f"status {wanted}", got=got.summary, by=got)


def _room(chat: ChatService) -> int | None:
    """Tokens that the model has room for, where /v1/models says so as vLLM does."""
    for model in json_object(chat.recognition.models).get("data", []):
        room = model.get("max_model_len") if isinstance(model, dict) else None
        if isinstance(room, int) and model.get("id") == chat.model:
            return room
    return None


def _judge_refused(
    judge: Judge, requirement: str, got: Answer | NoAnswer, wanted: int, *, about: object
) -> None:
    right = isinstance(got, Answer) and got.status == wanted
    judge(requirement, right, expected=f"status {wanted} for {about}", got=got.summary, by=got)
    if not isinstance(got, Answer) or got.status >= 400:
        judge_error_shape(judge, got)
    _judge_no_fault(judge, got)


def _judge_nothing_more(judge: Judge) -> None:
    judge.untested("no error was seen here", because="not_observed")


def _judge_no_fault(judge: Judge, got: Answer | NoAnswer) -> None:
    no_fault = isinstance(got, Answer) and got.status < 500
    judge("OAI-ERR-27", no_fault, expected="a status below 500", got=got.summary, by=got)
