"""Every message counts: a code anywhere in the conversation can be had back."""

from __future__ import annotations

from typing import TYPE_CHECKING

from conformance.yandex import conversations as say
from conformance.yandex.transports import Claims, over_both

if TYPE_CHECKING:
    from conformance.yandex.service import Service


@over_both("CONTEXT-1", "CONTEXT-2", "CONTEXT-3", "CONTEXT-4", "CONTEXT-5")
def test_codes_come_back(service: Service, claim: Claims) -> None:
    codes = service.codes("context", 9)
    cases = [
        ("CONTEXT-1", codes[0], say.told_by_system(codes[0])),
        ("CONTEXT-2", codes[1], say.told_in_turn(codes[1:4], 0)),
        ("CONTEXT-3", codes[5], say.told_in_turn(codes[4:7], 1)),
        ("CONTEXT-4", codes[7], say.told_at_last(codes[7])),
        ("CONTEXT-5", codes[8], say.said_by_assistant(codes[8])),
    ]
    calls = [service.completing(messages) for _, _, messages in cases]
    for (row, code, _), got in zip(cases, service.together(calls), strict=True):
        text = got.last.text if got.is_good else ""
        claim(
            row,
            say.holds_code(text, code),
            expected=f"the code {code}",
            got=text or got.summary,
            by=got,
        )
