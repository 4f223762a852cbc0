"""The exchange of IAM keys for a token: right and wrong keys, and what the token opens."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit, urlunsplit

import pytest

from conformance.exchange import Answer, NoAnswer, Request, Unexpected
from conformance.judging import Judge, NotTestable, decides
from conformance.openai.recognition import json_object
from conformance.shape import MISSING, at, judge_shape
from conformance.target import Target
from schemas import load_contract

if TYPE_CHECKING:
    from collections.abc import Iterator

    from conformance.iam import IamKeys
    from conformance.openai.service import ChatService
    from conformance.plugin.run import Run

LONGEST_WAIT_S = 15.0
"""A token that lives longer than this is not waited for."""
_SPARE_S = 1.0
_NOBODY_THERE = ("refused", "connect_timeout", "tls", "dns")
_FIELDS = {
    "OAI-IAM-2": "/access_token",
    "OAI-IAM-3": "/token_type",
    "OAI-IAM-4": "/expires_in",
    "OAI-IAM-6": "/id_token",
    "OAI-IAM-7": "/scope",
    "OAI-IAM-8": "/not-before-policy",
}


class Iam:
    """The IAM service under test, at an address of its own."""

    def __init__(self, keys: IamKeys, timeout_s: float) -> None:
        self.keys = keys
        parts = urlsplit(keys.url)
        self._path = parts.path
        self.target = Target(
            base_url=urlunsplit(parts._replace(path="", query="", fragment="")),
            timeout_s=timeout_s,
            secrets=(keys.key_id, keys.secret),
        )

    def exchange(self, **fields: Any) -> Answer | NoAnswer:
        """What the service answers to these fields. Raises NotTestable where nobody listens."""
        got = self.target.send(Request("POST", self._path, json=fields, authorization=None))
        if isinstance(got, NoAnswer) and got.failure in _NOBODY_THERE:
            raise NotTestable(
                f"nobody can be reached at --iam-url {self.target.public_url}: {got.failure}",
                "prerequisite",
            )
        return got

    def token(self) -> Answer:
        """What the right keys get. Raises Unexpected when that is no token."""
        got = self.exchange(keyId=self.keys.key_id, secret=self.keys.secret)
        if not isinstance(got, Answer) or got.status != 200:
            raise Unexpected(expected="200 with a token", got=got.summary, by=got)
        self.target.redact.learn(str(json_object(got).get("access_token", "")))
        return got


@pytest.fixture
def iam(run: Run, judge: Judge) -> Iterator[Iam | None]:
    """The IAM service, or None where the run has no keys for it."""
    if run.iam is None:
        judge.untested(
            "no IAM keys were given: name them with --iam-key-id-env and --iam-secret-env",
            because="not_selected",
        )
        yield None
        return
    service = Iam(run.iam, run.options.request_timeout_s)
    yield service
    service.target.close()


@decides("OAI-IAM-1", *_FIELDS, "OAI-IAM-5", "OAI-IAM-16")
def test_the_token(chat: ChatService, iam: Iam | None, judge: Judge) -> None:
    if iam is None:
        return
    got = iam.exchange(keyId=iam.keys.key_id, secret=iam.keys.secret)
    body = json_object(got)
    fine = isinstance(got, Answer) and got.status == 200 and bool(body)
    if isinstance(body.get("access_token"), str):
        chat.target.redact.learn(body["access_token"])
    shown = chat.target.redact(got.summary)
    judge("OAI-IAM-1", fine, expected="200 with a JSON object", got=shown, by=got)
    if not isinstance(got, Answer) or not fine:
        raise Unexpected(expected="200 with a JSON object", got=shown, by=got)
    validator = load_contract("openai").validator("iam_token")
    judge_shape(judge, validator, body, by=got, rows=_FIELDS)
    lifetime = at(body, "expires_in")
    judge("OAI-IAM-5", lifetime == 3600, expected="3600", got=repr(lifetime), by=got)
    silent = iam.keys.secret not in got.text
    judge("OAI-IAM-16", silent, expected="no secret in the answer", got="it is there", by=got)


@decides(*(f"OAI-IAM-{number}" for number in (9, 10, 11, 12, 13, 16)))
def test_wrong_keys(iam: Iam | None, judge: Judge) -> None:
    if iam is None:
        return
    key_id, secret = iam.keys.key_id, iam.keys.secret
    wrong = (
        ("OAI-IAM-9", {"keyId": key_id, "secret": f"{secret}x"}),
        ("OAI-IAM-9", {"keyId": key_id, "secret": secret[:-1]}),
        ("OAI-IAM-10", {"keyId": f"{key_id}x", "secret": secret}),
        ("OAI-IAM-10", {"keyId": "no-such-key", "secret": "no-such-secret"}),
    )
    for requirement, fields in wrong:
        got = iam.exchange(**fields)
        body = json_object(got)
        refused = isinstance(got, Answer) and got.status == 401
        judge(requirement, refused, expected="status 401", got=got.summary, by=got)
        error, said = body.get("error"), body.get("error_description")
        judge(
            "OAI-IAM-11",
            error == "invalid_client",
            expected="error invalid_client",
            got=repr(error),
            by=got,
        )
        judge(
            "OAI-IAM-12",
            isinstance(said, str) and bool(said),
            expected="an error_description",
            got=repr(said),
            by=got,
        )
        _judge_silence(judge, iam, got)
    for fields in ({"keyId": key_id}, {"secret": secret}, {}):
        got = iam.exchange(**fields)
        refused = isinstance(got, Answer) and 400 <= got.status < 500
        judge("OAI-IAM-13", refused, expected="status 400 to 499", got=got.summary, by=got)
        _judge_silence(judge, iam, got)


@decides("OAI-IAM-14", "OAI-IAM-15")
def test_what_a_token_opens(chat: ChatService, iam: Iam | None, judge: Judge) -> None:
    if iam is None:
        return
    given_at = time.monotonic()
    body = json_object(iam.token())
    token, lifetime = body.get("access_token"), body.get("expires_in", MISSING)
    models = Request("GET", "/v1/models", authorization=f"Bearer {token}")
    chat.target.redact.learn(str(token))
    fresh = chat.target.send(models)
    opened = isinstance(fresh, Answer) and fresh.status == 200
    judge("OAI-IAM-14", opened, expected="status 200", got=fresh.summary, by=fresh)
    if not isinstance(lifetime, int) or lifetime > LONGEST_WAIT_S:
        judge.untested(
            f"a token lives {lifetime} s here, too long to wait for",
            "OAI-IAM-15",
            because="not_observed",
        )
        return
    time.sleep(max(0.0, given_at + lifetime + _SPARE_S - time.monotonic()))
    late = chat.target.send(models)
    closed = isinstance(late, Answer) and late.status == 401
    judge("OAI-IAM-15", closed, expected="status 401", got=late.summary, by=late)


def _judge_silence(judge: Judge, iam: Iam, got: Answer | NoAnswer) -> None:
    silent = not isinstance(got, Answer) or iam.keys.secret not in got.text
    judge("OAI-IAM-16", silent, expected="no secret in the answer", got=got.summary, by=got)
