"""Embeddings: real vectors of one dimension that are a function of their text."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from conformance.yandex.outcome import count, vector
from conformance.yandex.recognition import TEXT
from conformance.yandex.transports import Claims, over_both

if TYPE_CHECKING:
    from conformance.yandex.outcome import Outcome
    from conformance.yandex.samples import Samples
    from conformance.yandex.service import Service

SAME = 0.999
"""Cosine of two vectors of one text: engines that batch round differently, the texts do not."""
DIFFERENT = 0.99999
PARAPHRASE = "The litmus paper turned red in the acid."
UNRELATED = "Наша команда выиграла матч по хоккею в овертайме."
LONG = "Old maps show the coast as it was before the harbour was built. " * 12
HOSTED_DIMENSION = 256


def cosine(one: list[float], other: list[float]) -> float:
    """The cosine of the angle between two vectors; 0 where one has no direction."""
    if len(one) != len(other):
        return 0.0
    lengths = math.sqrt(sum(a * a for a in one)) * math.sqrt(sum(b * b for b in other))
    found = sum(a * b for a, b in zip(one, other, strict=True)) / lengths if lengths else 0.0
    return found if math.isfinite(found) else 0.0


@over_both("EMBED-1", "EMBED-2", "EMBED-4", "EMBED-5", "EMBED-9", "EMBED-11", depth="quick")
def test_vector(samples: Samples, claim: Claims) -> None:
    got = samples.embedded
    claim.answered("EMBED-1", got)
    body = got.last.body
    numbers = vector(body)
    claim("EMBED-2", bool(numbers), expected="a list of numbers", got=body.get("embedding"), by=got)
    finite = bool(numbers) and all(map(math.isfinite, numbers))
    claim("EMBED-4", finite, expected="finite numbers", got=got.summary, by=got)
    claim("EMBED-5", any(numbers), expected="a number other than zero", got=got.summary, by=got)
    tokens = count(body.get("numTokens"))
    claim("EMBED-9", (tokens or 0) > 0, expected="numTokens above 0", got=tokens, by=got)
    version = body.get("modelVersion")
    claim("EMBED-11", bool(version), expected="a modelVersion", got=version, by=got)


@over_both("EMBED-13", depth="quick")
def test_hosted_dimension(samples: Samples, claim: Claims) -> None:
    got = samples.embedded
    found = len(vector(got.last.body))
    claim("EMBED-13", found == HOSTED_DIMENSION, expected="256 numbers", got=found, by=got)


@over_both("EMBED-3", "EMBED-6", "EMBED-7", "EMBED-8", "EMBED-10", "EMBED-12")
def test_function_of_the_text(service: Service, samples: Samples, claim: Claims) -> None:
    first = samples.embedded
    again, near, far, long = service.together(
        [service.embedding(text) for text in (TEXT, PARAPHRASE, UNRELATED, LONG)]
    )
    everything = (first, again, near, far, long)
    vectors = [vector(one.last.body) for one in everything]
    dimensions = {len(one) for one in vectors}
    claim("EMBED-3", len(dimensions) == 1, expected="one dimension", got=dimensions, by=long)
    same = cosine(vectors[0], vectors[1])
    claim("EMBED-6", same >= SAME, expected=f"a cosine of {SAME}", got=same, by=again)
    for other, got in zip(vectors[2:], everything[2:], strict=True):
        alike = cosine(vectors[0], other)
        claim(
            "EMBED-7", alike < DIFFERENT, expected="another vector", got=f"cosine {alike}", by=got
        )
    nearer = cosine(vectors[0], vectors[2]), cosine(vectors[0], vectors[3])
    claim(
        "EMBED-8",
        nearer[0] > nearer[1],
        expected=f"a paraphrase nearer than the {nearer[1]:.3f} of an unrelated text",
        got=f"{nearer[0]:.3f}",
        by=near,
    )
    _judge_tokens(claim, first, long)
    versions = {str(one.last.model_version) for one in everything}
    claim("EMBED-12", len(versions) == 1, expected="one modelVersion", got=versions, by=long)


def _judge_tokens(claim: Claims, short: Outcome, long: Outcome) -> None:
    less, more = (count(one.last.body.get("numTokens")) for one in (short, long))
    claim(
        "EMBED-10",
        (more or 0) > (less or 0),
        expected=f"more than {less} numTokens for 150 words",
        got=more,
        by=long,
    )
