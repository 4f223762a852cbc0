"""Hostile input never brings the service down, and what it answered on the way is looked at."""

from __future__ import annotations

from typing import TYPE_CHECKING

from conformance.exchange import Answer, NoAnswer, Request
from conformance.judging import Judge, decides
from conformance.openai.recognition import json_object
from conformance.openai.service import QUESTION, chat_request
from schemas import load_contract

if TYPE_CHECKING:
    from conformance.openai.service import ChatService

_DEEP = 5_000
_PATH = "/v1/chat/completions"
_JSON = {"Content-Type": "application/json"}


def _hostile(chat: ChatService) -> list[Request]:
    """Nothing here asks for much work: what takes it for good answers it at once."""
    good = chat.body(QUESTION, max_tokens=1)
    return [
        chat_request([good]),
        chat_request(good | {"messages": [None]}),
        chat_request(good | {"messages": [[]]}),
        chat_request(good | {"messages": {"role": "user"}}),
        chat_request(good | {"messages": [{"role": "user", "content": {"a": 1}}]}),
        chat_request(good | {"messages": [{"role": "user", "content": "a\x00b\u202e\ud7ff"}]}),
        chat_request(good | {"model": ["a"]}),
        chat_request(good | {"model": "../../etc/passwd"}),
        chat_request(good | {"temperature": "hot"}),
        chat_request(good | {"max_tokens": -(1 << 63)}),
        chat_request(good | {"n": "many"}),
        chat_request(good | {"stream_options": "all", "stream": True}),
        chat_request(good | {"stop": [""] * 5}),
        chat_request(good | {"seed": "x"}),
        Request("POST", _PATH, content=b"[" * _DEEP, headers=_JSON),
        Request("POST", _PATH, content=b'{"model": "\xff\xfe"}', headers=_JSON),
        Request("POST", _PATH, content=b'{"messages": "\\ud800"}', headers=_JSON),
        Request("POST", _PATH, content=b"", headers=_JSON),
        Request("POST", _PATH, content=b"{}", headers={"Content-Type": "text/plain"}),
    ]


@decides("OAI-ERR-27", "OAI-ERR-31")
def test_hostile_input(chat: ChatService, judge: Judge) -> None:
    for got in chat.target.together(_hostile(chat)):
        no_fault = isinstance(got, Answer) and got.status < 500
        judge("OAI-ERR-27", no_fault, expected="a status below 500", got=got.summary, by=got)
    _judge_served(judge, chat.target.send(chat.request(QUESTION, max_tokens=4)))


@decides("OAI-ERR-26", "OAI-ERR-28", depth="quick")
def test_what_was_seen(chat: ChatService, judge: Judge) -> None:
    """No request is meant to draw these; whatever came in the run is looked at here."""
    ledger = chat.target.ledger
    limited = [one for one in ledger.rate_limits if one.request.path.startswith("/v1/")]
    for one in limited:
        wait = one.headers.get("retry-after")
        judge("OAI-ERR-26", bool(wait), expected="Retry-After", got=repr(wait), by=one)
    if not limited:
        judge.untested("no 429 was seen in this run", "OAI-ERR-26", because="not_observed")
    contract = load_contract("openai")
    failed = [one for one in ledger.server_errors if one.request.path.startswith("/v1/")]
    for one in failed:
        body = json_object(one)
        in_shape = any(
            contract.validator(shape).is_valid(body) for shape in ("error", "error_flat")
        )
        judge("OAI-ERR-28", in_shape, expected="an error in shape", got=one.summary, by=one)
    if not failed:
        judge.untested("no 5xx was seen in this run", "OAI-ERR-28", because="not_observed")


def _judge_served(judge: Judge, got: Answer | NoAnswer) -> None:
    served = isinstance(got, Answer) and got.status == 200
    judge("OAI-ERR-31", served, expected="status 200 after bad ones", got=got.summary, by=got)
