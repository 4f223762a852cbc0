"""Few-shot classification: the labels asked for, each once, with confidences that sum to 1."""

from __future__ import annotations

import math
from collections import Counter
from typing import TYPE_CHECKING

from conformance.yandex.outcome import predictions
from conformance.yandex.service import LABELS
from conformance.yandex.transports import Claims, over_both

if TYPE_CHECKING:
    from conformance.yandex.outcome import Outcome
    from conformance.yandex.samples import Samples
    from conformance.yandex.service import Service

SUM_TOLERANCE = 1e-3
_LABEL_ROWS = ("CLASSIFY-2", "CLASSIFY-3", "CLASSIFY-4")
_CONFIDENCE_ROWS = ("CLASSIFY-5", "CLASSIFY-6")
SAMPLES = [
    {"text": "Sodium burns with a yellow flame.", "label": "chemistry"},
    {"text": "The empire fell after the siege.", "label": "history"},
]
RUSSIAN = ["химия", "физика", "история", "спорт"]
TWENTY = [f"topic {number}" for number in range(1, 21)]


@over_both("CLASSIFY-1", *_LABEL_ROWS, *_CONFIDENCE_ROWS, "CLASSIFY-11", depth="quick")
def test_predictions(samples: Samples, claim: Claims) -> None:
    got = samples.classified
    claim.answered("CLASSIFY-1", got)
    _judge_predictions(claim, got.good(), LABELS)
    version = got.last.model_version
    claim("CLASSIFY-11", bool(version), expected="a modelVersion", got=version, by=got)


@over_both(
    *_LABEL_ROWS, *_CONFIDENCE_ROWS, "CLASSIFY-7", "CLASSIFY-8", "CLASSIFY-9", "CLASSIFY-10",
    "CLASSIFY-12", "CLASSIFY-13",
)  # fmt: skip
def test_many_ways(service: Service, samples: Samples, claim: Claims) -> None:
    text = "The wrestler won the final in the third round."
    cases = [
        (LABELS, service.classifying(text)),
        (LABELS, service.classifying(text, samples=SAMPLES)),
        (RUSSIAN, service.classifying("Кислота окрасила лакмус в красный цвет.", RUSSIAN)),
        (LABELS[::-1][:2], service.classifying(text, LABELS[::-1][:2])),
        (TWENTY, service.classifying(text, TWENTY)),
    ]
    answers = service.together([call for _, call in cases])
    claim.answered("CLASSIFY-9", answers[0])
    claim.answered("CLASSIFY-8", answers[1])
    claim.answered("CLASSIFY-10", answers[4])
    for (labels, _), got in zip(cases, answers, strict=True):
        if got.is_good:
            _judge_predictions(claim, got, labels)
            order = [label for label, _ in predictions(got.last.body)]
            claim("CLASSIFY-7", order == labels, expected=f"{labels}", got=f"{order}", by=got)
    one, other = samples.classified, answers[0]
    changed = predictions(one.last.body) != predictions(other.last.body)
    claim("CLASSIFY-13", changed, expected="other confidences", got=other.summary, by=other)
    versions = {str(got.last.model_version) for got in (one, *answers) if got.is_good}
    claim("CLASSIFY-12", len(versions) == 1, expected="one modelVersion", got=versions, by=other)


def _judge_predictions(claim: Claims, got: Outcome, labels: list[str]) -> None:
    found = predictions(got.last.body)
    times = Counter(label for label, _ in found)
    missing = [label for label in labels if label not in times]
    foreign = [label for label in times if label not in labels]
    twice = [label for label, number in times.items() if number > 1]
    claim("CLASSIFY-2", not missing, expected=f"all of {labels}", got=f"without {missing}", by=got)
    claim("CLASSIFY-3", not foreign, expected=f"only {labels}", got=f"also {foreign}", by=got)
    claim("CLASSIFY-4", not twice, expected="each label once", got=f"{twice} twice", by=got)
    confidences = [confidence for _, confidence in found if confidence is not None]
    within = [one for one in confidences if 0 <= one <= 1]
    claim(
        "CLASSIFY-5",
        len(within) == len(found) > 0,
        expected="confidences between 0 and 1",
        got=f"{found}",
        by=got,
    )
    total = math.fsum(confidences)
    near = abs(total - 1) <= SUM_TOLERANCE
    claim("CLASSIFY-6", near, expected="a sum of 1 within 0.001", got=f"{total}", by=got)
