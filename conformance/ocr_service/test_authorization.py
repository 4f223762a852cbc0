"""The gateway's authorization: every path, with no, malformed, wrong and the right key."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from conformance.exchange import Answer, Request
from conformance.judging import Judge, decides

if TYPE_CHECKING:
    from conformance.ocr_service.service import Service

_PATHS = {
    "OCR-AUTH-1": Request("GET", "/health"),
    "OCR-AUTH-2": Request("GET", "/"),
    "OCR-AUTH-3": Request("GET", "/docs"),
    "OCR-AUTH-4": Request("GET", "/redoc"),
    "OCR-AUTH-5": Request("GET", "/openapi.json"),
    "OCR-AUTH-6": Request("POST", "/ocr", form={}),
    "OCR-AUTH-7": Request("GET", "/files"),
    "OCR-AUTH-8": Request("GET", "/no-such-path"),
}
_MALFORMED = ("Bearer", "Basic dXNlcjpwYXNz", "Token abc", "not-a-scheme")
_WRONG = ("Bearer wrong-key", "Bearer null", "Bearer *")
MESSAGE = "Missing authorization in request"


def _with(request: Request, authorization: str | None) -> Request:
    return Request(request.method, request.path, form=request.form, authorization=authorization)


@pytest.fixture
def guarded(service: Service, judge: Judge) -> bool:
    """Whether there is any authorization to judge: with a key given, there has to be."""
    if service.target.key() is not None:
        return True
    judge.unsupported("the target answers without a key and none was given: it is not guarded")
    return False


@decides(*_PATHS, "OCR-AUTH-11", "OCR-AUTH-12")
def test_without_a_key(service: Service, guarded: bool, judge: Judge) -> None:  # noqa: FBT001 - a fixture
    if not guarded:
        return
    answers = service.target.together([_with(request, None) for request in _PATHS.values()])
    for requirement, got in zip(_PATHS, answers, strict=True):
        refused = isinstance(got, Answer) and got.status == 401
        judge(requirement, refused, expected="status 401", got=got.summary, by=got)
        if not refused or not isinstance(got, Answer):
            judge("OCR-AUTH-11", holds=False, expected=f"401 {MESSAGE}", got=got.summary, by=got)
            continue
        judge("OCR-AUTH-11", MESSAGE in got.text, expected=MESSAGE, got=got.summary, by=got)
        exact = got.text.replace(" ", "") == f'{{"message":"{MESSAGE}"}}'.replace(" ", "")
        judge("OCR-AUTH-12", exact, expected=f'{{"message":"{MESSAGE}"}}', got=got.summary, by=got)
    if not any(isinstance(got, Answer) and got.status == 401 for got in answers):
        judge.untested("no path answered 401", "OCR-AUTH-12", because="not_observed")


@decides("OCR-AUTH-9", "OCR-AUTH-10", "OCR-AUTH-14")
def test_with_a_bad_key(service: Service, guarded: bool, judge: Judge) -> None:  # noqa: FBT001 - a fixture
    if not guarded:
        return
    key = service.target.key() or ""
    almost = (f"Bearer {key}x", f"Bearer {key[:-1]}", f"Bearer {key.swapcase()}")
    cases = [
        (requirement, _with(request, header))
        for requirement, headers in (("OCR-AUTH-9", _MALFORMED), ("OCR-AUTH-10", _WRONG + almost))
        for header in headers
        for request in _PATHS.values()
    ]
    for (requirement, _), got in zip(
        cases, service.target.together([request for _, request in cases]), strict=True
    ):
        refused = isinstance(got, Answer) and got.status == 401
        judge(requirement, refused, expected="status 401", got=got.summary, by=got)
        clean = not isinstance(got, Answer) or not _repeats(got, key)
        judge(
            "OCR-AUTH-14", clean, expected="no answer that repeats the key", got=got.summary, by=got
        )


@decides("OCR-AUTH-13", "OCR-AUTH-14")
def test_with_the_key(service: Service, guarded: bool, judge: Judge) -> None:  # noqa: FBT001 - a fixture
    if not guarded:
        return
    key = service.target.key() or ""
    requests = [_with(request, "key") for request in _PATHS.values()]
    for got in service.target.together(requests):
        let_in = isinstance(got, Answer) and got.status not in (401, 403)
        judge("OCR-AUTH-13", let_in, expected="neither 401 nor 403", got=got.summary, by=got)
        judge(
            "OCR-AUTH-14",
            isinstance(got, Answer) and not _repeats(got, key),
            expected="no answer that repeats the key",
            got=got.summary,
            by=got,
        )


def _repeats(answer: Answer, key: str) -> bool:
    return key in answer.text or any(key in value for value in answer.headers.values())
