"""Every class of invalid request is refused, with the right code, over both transports."""

from __future__ import annotations

from typing import TYPE_CHECKING

from conformance.yandex import refusable
from conformance.yandex.methods import COMPLETION
from conformance.yandex.outcome import INVALID_ARGUMENT, NOT_FOUND
from conformance.yandex.transports import Claims, over_both

if TYPE_CHECKING:
    from conformance.yandex.service import Service

_MODEL_ROWS = ("ERR-3", "ERR-12", "ERR-16")
_OF_COMPLETION = tuple(f"ERR-{number}" for number in range(1, 11))
_OF_EMBEDDING = tuple(f"ERR-{number}" for number in range(11, 15))
_OF_CLASSIFICATION = tuple(f"ERR-{number}" for number in range(15, 23))


def _judge(service: Service, claim: Claims, cases: list[refusable.Refusable]) -> None:
    answers = service.together([call for _, call, _ in cases])
    for (row, _, codes), got in zip(cases, answers, strict=True):
        refused = claim.refused(row, got, *codes)
        if refused:
            claim("ERR-23", bool(got.detail), expected="a message", got=got.summary, by=got)
        if row in _MODEL_ROWS:
            says = "invalid model_uri" in got.detail
            claim("ERR-24", says, expected="invalid model_uri", got=got.summary, by=got)


@over_both("ERR-3", depth="quick")
def test_unknown_model(service: Service, claim: Claims) -> None:
    model = refusable.unknown_model(service, COMPLETION)
    got = service.send(service.repeating("BCD-1234").but(modelUri=model))
    claim.refused("ERR-3", got, INVALID_ARGUMENT, NOT_FOUND)


@over_both(*_OF_COMPLETION, "ERR-23", "ERR-24", "ERR-25")
def test_completions(service: Service, claim: Claims) -> None:
    cases = refusable.completions(service)
    _judge(service, claim, cases)
    _, call, codes = cases[0]
    for got in service.together([call] * 2):
        claim.refused("ERR-25", got, *codes)
    claim.untested("no refusal was had to look at", because="not_observed")


@over_both(*_OF_EMBEDDING, "ERR-23", "ERR-24")
def test_embeddings(service: Service, claim: Claims) -> None:
    _judge(service, claim, refusable.embeddings(service))
    claim.untested("no refusal was had to look at", because="not_observed")


@over_both(*_OF_CLASSIFICATION, "ERR-23", "ERR-24")
def test_classifications(service: Service, claim: Claims) -> None:
    _judge(service, claim, refusable.classifications(service))
    claim.untested("no refusal was had to look at", because="not_observed")
