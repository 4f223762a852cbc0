"""Authorization: no key, a malformed one, a wrong one, and the right one in both schemes."""

from __future__ import annotations

from typing import TYPE_CHECKING

from conformance.exchange import Answer
from conformance.yandex.outcome import UNAUTHENTICATED
from conformance.yandex.transports import Claims, over_both

if TYPE_CHECKING:
    from conformance.yandex.outcome import Outcome
    from conformance.yandex.service import Service


@over_both("AUTH-1", "AUTH-2", "AUTH-3", "AUTH-4", "AUTH-5", "AUTH-6")
def test_keys(service: Service, claim: Claims) -> None:
    key = service.target.key()
    if key is None:
        claim.unsupported("the target answers without a key and none was given: it is not guarded")
        return
    good = (
        service.repeating(service.codes("key")[0]),
        service.embedding("Key."),
        service.classifying("Key."),
    )
    cases: list[tuple[str, str | None]] = [("AUTH-1", None)]
    cases += [("AUTH-2", f"Bearer {wrong}") for wrong in ("wrong-key", key + "x", key.swapcase())]
    cases += [("AUTH-3", bad) for bad in ("Bearer", f"Basic {'x' * 12}", f"Token {key}", key)]
    cases += [("AUTH-4", f"Bearer {key}"), ("AUTH-5", f"Api-Key {key}")]
    asked = [(row, call.authorized(value)) for row, value in cases for call in good]
    for (row, _), got in zip(asked, service.together([call for _, call in asked]), strict=True):
        if row in ("AUTH-4", "AUTH-5"):
            claim.answered(row, got)
        else:
            claim.refused(row, got, UNAUTHENTICATED)
        clean = key not in _everything_said(got)
        claim("AUTH-6", clean, expected="no answer that repeats the key", got=got.summary, by=got)


def _everything_said(got: Outcome) -> str:
    said = [got.detail, *(f"{name}: {value}" for name, value in got.metadata)]
    said += [repr(message.body) for message in got.messages]
    if isinstance(got.answer, Answer):
        said += [got.answer.text, *got.answer.headers.values()]
    return "\n".join(said)
