"""Classification by nearness: how near a text lies to each label, its hints and its samples.

It asks nothing of an engine but an embedding, so every engine that embeds can classify.
"""

from __future__ import annotations

import asyncio
import math
import re
from typing import TYPE_CHECKING

from reference_server.text.embedding import similarity
from reference_server.text.engine import Classification, ClassificationTask, Embedding

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Sequence

# Cosines of unlike texts lie within a few hundredths of each other: without this factor the
# softmax of 20 labels would hardly leave 0.05.
SHARPNESS = 12.0
SAMPLE_WEIGHT = 1.5
HINT_WEIGHT = 0.7

_CLAUSE = re.compile(r"[^.;!?\n]+")


async def classify(
    task: ClassificationTask, embed: Callable[[str], Awaitable[Embedding]]
) -> Classification:
    """Confidences of the task's labels; tokens are those of every text that was looked at."""
    hints = {label: _hint(task.description, label) for label in task.labels}
    texts = [task.text, *task.labels, *hints.values(), *(sample.text for sample in task.samples)]
    wanted = [text for text in dict.fromkeys(texts) if text]
    found = dict(zip(wanted, await asyncio.gather(*map(embed, wanted)), strict=True))
    here = found[task.text].vector

    def near(text: str) -> float:
        return similarity(here, found[text].vector) if text else 0.0

    scores = []
    for label in task.labels:
        samples = [near(sample.text) for sample in task.samples if sample.label == label]
        nearest_sample = max(samples, default=0.0)
        scores.append(
            near(label) + HINT_WEIGHT * near(hints[label]) + SAMPLE_WEIGHT * nearest_sample
        )
    return Classification(softmax(scores), sum(one.tokens for one in found.values()))


def softmax(scores: Sequence[float]) -> tuple[float, ...]:
    """Confidences in [0, 1] that sum to 1, in the order of `scores`."""
    top = max(scores)
    weights = [math.exp(SHARPNESS * (score - top)) for score in scores]
    total = math.fsum(weights)
    return tuple(weight / total for weight in weights)


def _hint(description: str, label: str) -> str:
    """The clauses of the description that name the label."""
    wanted = re.compile(rf"(?<!\w){re.escape(label)}(?!\w)", re.IGNORECASE)
    return ". ".join(
        clause.strip() for clause in _CLAUSE.findall(description) if wanted.search(clause)
    )
