"""Simultaneous conversations, each with a code of its own: none gets another's."""

from __future__ import annotations

from typing import TYPE_CHECKING

from conformance.yandex import conversations as say
from conformance.yandex.outcome import vector
from conformance.yandex.recognition import TEXT
from conformance.yandex.test_embedding import SAME, UNRELATED, cosine
from conformance.yandex.transports import Claims, over_both

if TYPE_CHECKING:
    from conformance.yandex.samples import Samples
    from conformance.yandex.service import Service

AT_ONCE = 32
STREAMS_AT_ONCE = 8


@over_both("CONC-1", "CONC-2", "CONC-3")
def test_conversations(service: Service, claim: Claims) -> None:
    codes = service.codes("conversations", AT_ONCE)
    calls = [service.completing(say.told_by_system(code)) for code in codes]
    for code, got in zip(codes, service.together(calls, at_once=AT_ONCE), strict=True):
        claim.answered("CONC-1", got)
        text = got.last.text if got.is_good else ""
        own = say.holds_code(text, code)
        claim("CONC-2", own, expected=f"its own code {code}", got=text or got.summary, by=got)
        strange = [one for one in codes if one != code and say.holds_code(text, one)]
        claim("CONC-3", not strange, expected=f"only the code {code}", got=f"{strange}", by=got)


@over_both("CONC-4")
def test_streams(service: Service, claim: Claims) -> None:
    codes = service.codes("streams", STREAMS_AT_ONCE)
    calls = [service.repeating(f"{code} {code} {code}", stream=True) for code in codes]
    for code, got in zip(codes, service.together(calls, at_once=STREAMS_AT_ONCE), strict=True):
        whole = got.is_good and got.last.is_final and say.holds_code(got.last.text, code)
        seen = " ".join(message.text for message in got.messages)
        strange = [one for one in codes if one != code and say.holds_code(seen, one)]
        claim(
            "CONC-4",
            whole and not strange,
            expected=f"a whole stream of {code} only",
            got=f"{seen} {got.summary}",
            by=got,
        )


@over_both("CONC-5")
def test_embeddings(service: Service, samples: Samples, claim: Claims) -> None:
    alone = samples.embedded
    texts = [TEXT if index % 2 else f"{UNRELATED} {index}" for index in range(16)]
    answers = service.together([service.embedding(text) for text in texts], at_once=len(texts))
    for text, got in zip(texts, answers, strict=True):
        if text == TEXT:
            alike = cosine(vector(alone.last.body), vector(got.last.body))
            claim(
                "CONC-5",
                alike >= SAME,
                expected="the vector that it has alone",
                got=f"cosine {alike}",
                by=got,
            )
