"""Authorization: no, malformed, wrong and the right key, on both paths of the contract."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from conformance.exchange import Answer, Request
from conformance.judging import Judge, decides
from conformance.openai.recognition import json_object
from schemas import load_contract

if TYPE_CHECKING:
    from conformance.openai.service import ChatService

_MALFORMED = ("Bearer", "Basic dXNlcjpwYXNz", "Token abc", "not-a-scheme")
_WRONG = ("Bearer wrong-key", "Bearer null", "Bearer *")


@pytest.fixture
def guarded(chat: ChatService, judge: Judge) -> bool:
    """Whether there is any authorization to judge: with a key given, there has to be."""
    if chat.target.key() is not None:
        return True
    judge.unsupported("the target answers without a key and none was given: it is not guarded")
    return False


def _paths(chat: ChatService, authorization: str | None) -> dict[str, Request]:
    hello = chat.body("Hello", max_tokens=1)
    return {
        "OAI-AUTH-1": Request("GET", "/v1/models", authorization=authorization),
        "OAI-AUTH-2": Request(
            "POST", "/v1/chat/completions", json=hello, authorization=authorization
        ),
    }


@decides("OAI-AUTH-1", "OAI-AUTH-2", "OAI-AUTH-7")
def test_without_a_key(chat: ChatService, guarded: bool, judge: Judge) -> None:  # noqa: FBT001 - a fixture
    if not guarded:
        return
    validator = load_contract("openai").validator("unauthorized")
    for requirement, request in _paths(chat, None).items():
        got = chat.target.send(request)
        refused = isinstance(got, Answer) and got.status == 401
        judge(requirement, refused, expected="status 401", got=got.summary, by=got)
        judge(
            "OAI-AUTH-7",
            refused and validator.is_valid(json_object(got)),
            expected="401 with an error of the contract or the gateway's message",
            got=got.summary,
            by=got,
        )


@decides("OAI-AUTH-3", "OAI-AUTH-4", "OAI-AUTH-6")
def test_with_a_bad_key(chat: ChatService, guarded: bool, judge: Judge) -> None:  # noqa: FBT001 - a fixture
    if not guarded:
        return
    key = chat.target.key() or ""
    almost = (f"Bearer {key}x", f"Bearer {key[:-1]}", f"Bearer {key.swapcase()}")
    cases = [
        (requirement, request)
        for requirement, headers in (("OAI-AUTH-3", _MALFORMED), ("OAI-AUTH-4", _WRONG + almost))
        for header in headers
        for request in _paths(chat, header).values()
    ]
    for (requirement, _), got in zip(
        cases, chat.target.together([request for _, request in cases]), strict=True
    ):
        refused = isinstance(got, Answer) and got.status == 401
        judge(requirement, refused, expected="status 401", got=got.summary, by=got)
        silent = not isinstance(got, Answer) or not _repeats(got, key)
        judge("OAI-AUTH-6", silent, expected="no key in the answer", got=got.summary, by=got)


@decides("OAI-AUTH-5", "OAI-AUTH-6")
def test_with_the_key(chat: ChatService, guarded: bool, judge: Judge) -> None:  # noqa: FBT001 - a fixture
    if not guarded:
        return
    for request in _paths(chat, "key").values():
        got = chat.target.send(request)
        let_in = isinstance(got, Answer) and got.status not in (401, 403)
        judge("OAI-AUTH-5", let_in, expected="neither 401 nor 403", got=got.summary, by=got)
        silent = isinstance(got, Answer) and not _repeats(got, chat.target.key() or "")
        judge("OAI-AUTH-6", silent, expected="no key in the answer", got=got.summary, by=got)


def _repeats(answer: Answer, key: str) -> bool:
    return key in answer.text or any(key in value for value in answer.headers.values())
