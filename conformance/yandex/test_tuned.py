"""The tuned classifier (ext): its own labels, each once, whatever the text."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from conformance.yandex.extensions import offered
from conformance.yandex.methods import FEW_SHOT, TUNED, Call
from conformance.yandex.outcome import INVALID_ARGUMENT, predictions
from conformance.yandex.transports import Claims, over_both

if TYPE_CHECKING:
    from conformance.yandex.service import Service

TEXTS = (
    "A wonderful evening, thank you.",
    "Поезд прибывает в полдень.",
    "It broke on the first day.",
)


@over_both(*(f"TUNED-{number}" for number in range(1, 6)))
def test_labels(service: Service, claim: Claims) -> None:
    asked = Call(TUNED, {"modelUri": service.models.of(FEW_SHOT), "text": TEXTS[0]})
    offered(service.send(asked))
    answers = service.together([service.of_model(TUNED, text=text) for text in TEXTS])
    sets = set()
    for got in answers:
        claim.answered("TUNED-1", got)
        found = predictions(got.last.body)
        times = Counter(label for label, _ in found)
        once = bool(times) and set(times.values()) == {1}
        claim("TUNED-2", once, expected="each label once", got=f"{found}", by=got)
        within = bool(found) and all(one is not None and 0 <= one <= 1 for _, one in found)
        claim("TUNED-4", within, expected="confidences between 0 and 1", got=f"{found}", by=got)
        sets.add(frozenset(times))
    claim("TUNED-3", len(sets) == 1, expected="one set of labels", got=f"{sets}", by=answers[-1])
    nobody = service.send(asked.but(modelUri=None))
    claim.refused("TUNED-5", nobody, INVALID_ARGUMENT)
