"""Hostile input: answered or refused, in time, and the service lives on."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, cast

from conformance.yandex import conversations as say
from conformance.yandex.methods import user
from conformance.yandex.raw_http import leave_early
from conformance.yandex.transports import Claims, over_both

if TYPE_CHECKING:
    from conformance.yandex.methods import Call
    from conformance.yandex.rpc import Rpc
    from conformance.yandex.service import Service

MEGABYTE = 1 << 20
LIMIT_S = 30.0
"""Refusing takes no generation, and what is generated here is short."""
LEAVERS = 4
STRANGE = "\x01\x08\x0b\x1b\x7f\u200b\u202e\ufdd0\ufeff\uffff\U000e0001\U0010ffff"


@over_both("ROBUST-1", "ROBUST-2", "ROBUST-3", "ROBUST-4", "ROBUST-6")
def test_texts(service: Service, claim: Claims) -> None:
    words = "all work and no play makes a dull boy "
    big = words * (MEGABYTE // len(words) + 1)
    cases = [
        *_everywhere(service, "ROBUST-1", big),
        *_everywhere(service, "ROBUST-1", "x" * MEGABYTE),
        *_everywhere(service, "ROBUST-2", "before\0after"),
        *_everywhere(service, "ROBUST-2", "\0"),
        *_everywhere(service, "ROBUST-3", STRANGE),
    ]
    for (row, _), got in zip(cases, service.together([call for _, call in cases]), strict=True):
        claim.unharmed(row, got)
        claim(
            "ROBUST-4",
            got.elapsed_s <= LIMIT_S,
            expected=f"an answer within {LIMIT_S:g} s",
            got=f"{got.elapsed_s:.1f} s: {got.summary}",
            by=got,
        )
    _judge_still_right(service, claim, "ROBUST-6")


def _everywhere(service: Service, row: str, text: str) -> list[tuple[str, Call]]:
    """The text in each method."""
    return [
        (row, service.completing([user(text)], max_tokens=8)),
        (row, service.embedding(text)),
        (row, service.classifying(text)),
    ]


@over_both("ROBUST-5")
def test_leaving(service: Service, claim: Claims) -> None:
    call = service.completing(say.counting(), stream=True)
    service.transport.reach()

    def leave(_: int) -> None:
        if service.name == "grpc":
            cast("Rpc", service.transport).leave_early(call)
        else:
            leave_early(service.target, call)

    with ThreadPoolExecutor(LEAVERS) as leavers:
        list(leavers.map(leave, range(LEAVERS)))
    _judge_still_right(service, claim, "ROBUST-5")


def _judge_still_right(service: Service, claim: Claims, row: str) -> None:
    codes = service.codes(row, 4)
    for code, got in zip(
        codes, service.together([service.repeating(one) for one in codes]), strict=True
    ):
        text = got.last.text if got.is_good else got.summary
        claim(row, say.holds_code(text, code), expected=f"the code {code}", got=text, by=got)
