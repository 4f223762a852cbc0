"""The shape of errors over REST: three are documented, and codes and statuses go together."""

from __future__ import annotations

import http
from typing import TYPE_CHECKING, Any

from conformance.exchange import Answer, Unexpected
from conformance.judging import Judge, decides
from conformance.yandex import refusable
from conformance.yandex.methods import COMPLETION, EMBEDDING, FEW_SHOT, Call
from conformance.yandex.outcome import HTTP_OF_CODE
from conformance.yandex.rest import error_of
from schemas import load_contract

if TYPE_CHECKING:
    from conformance.yandex.outcome import Outcome
    from conformance.yandex.service import Service

_UNARY = ("error_unary", "error_older")


def _valid(body: Any, *schemas: str) -> bool:
    contract = load_contract("yandex")
    return any(contract.fast_validator(schema).is_valid(body) for schema in schemas)


@decides(*(f"YC-SHAPE-{number}" for number in range(1, 9)))
def test_refusals(service: Service, judge: Judge) -> None:
    streaming = [call for _, call, _ in refusable.completions(service)]
    unary = [call for _, call, _ in refusable.embeddings(service)[:3]]
    unary += [call for _, call, _ in refusable.classifications(service)[:4]]
    before = [
        Call(method, content=b'{"modelUri": ') for method in (COMPLETION, EMBEDDING, FEW_SHOT)
    ]
    cases = [
        *(("YC-SHAPE-2", call, ("error_stream",)) for call in streaming),
        *(("YC-SHAPE-3", call, _UNARY) for call in unary),
        *(("YC-SHAPE-4", call, _UNARY) for call in before),
    ]
    answers = service.together([call for _, call, _ in cases])
    for (row, _, wanted), got in zip(cases, answers, strict=True):
        _judge_error(judge, got, row, wanted)
    judge.untested("no refusal was had to look at", because="not_observed")


def _judge_error(judge: Judge, got: Outcome, row: str, wanted: tuple[str, ...]) -> None:
    answer = got.answer
    if not isinstance(answer, Answer):
        judge("YC-SHAPE-1", holds=False, expected="a refusal", got=got.summary, by=got.reproduce)
        return
    refused = answer.status >= 400
    judge("YC-SHAPE-8", refused, expected="a status of 4xx", got=answer.summary, by=answer)
    if not refused:
        return
    try:
        body = answer.json
    except Unexpected:
        body = None
    documented = _valid(body, "error")
    judge(
        "YC-SHAPE-1", documented, expected="an error as documented", got=answer.summary, by=answer
    )
    judge(
        row, _valid(body, *wanted), expected=f"{' or '.join(wanted)}", got=answer.summary, by=answer
    )
    code, _ = error_of(body)
    mapped = HTTP_OF_CODE.get(code or 0)
    expected = f"status {mapped}, as code {code} maps to"
    judge("YC-SHAPE-5", mapped == answer.status, expected=expected, got=answer.summary, by=answer)
    if _valid(body, "error_stream"):
        inner = body["error"]
        own = inner["httpCode"] == answer.status
        judge(
            "YC-SHAPE-6", own, expected=f"httpCode {answer.status}", got=answer.summary, by=answer
        )
        phrase = http.HTTPStatus(answer.status).phrase
        named = inner["httpStatus"] == phrase
        judge("YC-SHAPE-7", named, expected=f"httpStatus {phrase}", got=answer.summary, by=answer)
