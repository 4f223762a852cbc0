"""Mutants of embeddings and of classifications."""

from __future__ import annotations

import itertools
import random
from typing import TYPE_CHECKING, Any

from reference_server.text.errors import Code
from tests.mutants.mutant import patches
from tests.mutants.yandex.planting import (
    GRPC,
    REST,
    ask_instead,
    both,
    edit,
    fail_where,
    options,
    over_grpc,
    over_rest,
)

if TYPE_CHECKING:
    from tests.mutants.yandex.planting import Json


def _always(_request: Any) -> bool:
    return True


@patches(kills=both("EMBED-1"), all_of=True)
def embedding_fails() -> None:
    """A request to textEmbedding fails."""
    fail_where("embedding", _always)


@patches(kills=both("EMBED-2"), all_of=True)
def embedding_empty() -> None:
    """`embedding` is empty."""
    edit("embedding", lambda body: body.update(embedding=[]))


@patches(kills=both("EMBED-3"), all_of=True)
def embedding_of_varying_dimension() -> None:
    """Longer texts get longer vectors."""

    def longer(body: Json) -> None:
        body["embedding"] = list(body["embedding"])[: 100 + int(body["numTokens"])]

    edit("embedding", longer)


@patches(kills=both("EMBED-4"), all_of=True)
def embedding_with_nan() -> None:
    """One number is NaN."""
    edit("embedding", lambda body: body.update(embedding=["NaN", *list(body["embedding"])[1:]]))


@patches(kills=over_grpc("EMBED-4"))
def embedding_with_infinity_over_grpc() -> None:
    """Over gRPC one number is infinite."""
    change = lambda body: body.update(embedding=["Infinity", *body["embedding"][1:]])  # noqa: E731
    edit("embedding", change, over=(GRPC,))


@patches(kills=both("EMBED-5"), all_of=True)
def embedding_of_zeros() -> None:
    """Every number is zero."""
    edit("embedding", lambda body: body.update(embedding=[0.0] * len(body["embedding"])))


@patches(kills=both("EMBED-6"), all_of=True)
def embedding_at_random() -> None:
    """The vector is drawn at random."""
    draw = random.Random(1)
    change = lambda body: body.update(embedding=[draw.uniform(-1, 1) for _ in body["embedding"]])  # noqa: E731
    edit("embedding", change)


@patches(kills=both("EMBED-7"), all_of=True)
def embedding_constant() -> None:
    """Every text has the same vector."""
    change = lambda body: body.update(embedding=[0.0625] * len(body["embedding"]))  # noqa: E731
    edit("embedding", change)


@patches(kills=both("EMBED-8"), all_of=True, outcome="warns")
def embedding_of_the_length() -> None:
    """The vector depends on the number of tokens only, in no order that means anything."""

    def hashed(body: Json) -> None:
        draw = random.Random(int(body["numTokens"]) * 7 + 1)
        body["embedding"] = [draw.uniform(-1, 1) for _ in body["embedding"]]

    edit("embedding", hashed)


@patches(kills=both("EMBED-9"), all_of=True)
def embedding_without_tokens() -> None:
    """`numTokens` is zero."""
    edit("embedding", lambda body: body.update(numTokens="0"))


@patches(kills=both("EMBED-10"), all_of=True)
def embedding_of_constant_tokens() -> None:
    """`numTokens` is 7, however long the text is."""
    edit("embedding", lambda body: body.update(numTokens="7"))


@patches(kills=both("EMBED-11"), all_of=True)
def embedding_without_version() -> None:
    """The `modelVersion` of an embedding is empty."""
    edit("embedding", lambda body: body.update(modelVersion=""))


@patches(kills=both("EMBED-12"), all_of=True)
def embedding_version_flaps() -> None:
    """The `modelVersion` of embeddings changes."""
    versions = itertools.cycle("ab")
    edit("embedding", lambda body: body.update(modelVersion=next(versions)))


@patches(kills=both("EMBED-13"), all_of=True, outcome="warns", edition="hosted")
def embedding_of_128_numbers() -> None:
    """The dimension is 128."""
    edit("embedding", lambda body: body.update(embedding=list(body["embedding"])[:128]))


def _predictions(change: Any) -> Any:
    def changed(body: Json) -> None:
        body["predictions"] = change(list(body["predictions"]))

    return lambda **about: edit("classification", changed, **about)


@patches(kills=both("CLASSIFY-1"), all_of=True)
def classification_fails() -> None:
    """A request to fewShotTextClassification fails."""
    fail_where("few_shot", _always)


@patches(kills=both("CLASSIFY-2"), all_of=True)
def label_dropped() -> None:
    """The last label is missing."""
    _predictions(lambda rows: rows[:-1])()


@patches(kills=both("CLASSIFY-3"), all_of=True)
def label_foreign() -> None:
    """There is a label more, `other`."""
    _predictions(lambda rows: [*rows, {"label": "other", "confidence": 0.0}])()


@patches(kills=both("CLASSIFY-2", "CLASSIFY-3"), all_of=True)
def label_in_capitals() -> None:
    """Labels come back in capitals."""
    _predictions(lambda rows: [{**row, "label": row["label"].upper()} for row in rows])()


@patches(kills=both("CLASSIFY-4"), all_of=True)
def label_duplicated() -> None:
    """The first label is there twice."""
    _predictions(lambda rows: [*rows, {**rows[0], "confidence": 0.0}])()


@patches(kills=both("CLASSIFY-5"), all_of=True)
def confidence_in_percent() -> None:
    """Confidences are percentages."""
    _predictions(lambda rows: [{**row, "confidence": 100 * row["confidence"]} for row in rows])()


@patches(kills=both("CLASSIFY-5"), all_of=True)
def confidence_below_zero() -> None:
    """One confidence is negative, and the sum is 1 all the same."""

    def shifted(rows: list[Json]) -> list[Json]:
        first, last = rows[0]["confidence"], rows[-1]["confidence"]
        rows[0]["confidence"], rows[-1]["confidence"] = -0.25, first + last + 0.25
        return rows

    _predictions(shifted)()


@patches(kills=both("CLASSIFY-6"), all_of=True)
def confidences_of_two() -> None:
    """Confidences are those of each label alone, and sum to anything."""
    _predictions(lambda rows: [{**row, "confidence": row["confidence"] / 2} for row in rows])()


@patches(kills=over_rest("CLASSIFY-6"))
def confidences_rounded_over_rest() -> None:
    """Over REST confidences are rounded up to tenths."""
    rounded = lambda row: {**row, "confidence": int(row["confidence"] * 10 + 1) / 10}  # noqa: E731
    _predictions(lambda rows: [rounded(row) for row in rows])(over=(REST,))


@patches(kills=both("CLASSIFY-7"), all_of=True, outcome="warns")
def labels_in_reverse() -> None:
    """Predictions come in reverse order."""
    _predictions(lambda rows: rows[::-1])()


@patches(kills=both("CLASSIFY-8"), all_of=True)
def samples_refused() -> None:
    """A classification with samples fails."""
    fail_where("few_shot", lambda request: bool(request.samples))


@patches(
    kills=both("CLASSIFY-9"),
    all_of=True,
    arguments=("--model-uri", "fewShotTextClassification=cls://0/general"),
)
def samples_required() -> None:
    """A classification without samples is refused."""
    fail_where("few_shot", lambda request: not request.samples, Code.INVALID_ARGUMENT)


@patches(kills=both("CLASSIFY-10"), all_of=True)
def nineteen_labels() -> None:
    """Twenty labels are one too many."""
    fail_where("few_shot", lambda request: len(request.labels) == 20, Code.INVALID_ARGUMENT)


@patches(kills=both("CLASSIFY-11"), all_of=True)
def classification_without_version() -> None:
    """The `modelVersion` of a classification is empty."""
    edit("classification", lambda body: body.update(modelVersion=""))


@patches(kills=both("CLASSIFY-12"), all_of=True)
def classification_version_flaps() -> None:
    """The `modelVersion` of classifications changes."""
    versions = itertools.cycle("ab")
    edit("classification", lambda body: body.update(modelVersion=next(versions)))


@patches(kills=both("CLASSIFY-13"), all_of=True, outcome="warns")
def classification_of_nothing() -> None:
    """The text is not looked at."""
    ask_instead("few_shot", options(text="Nothing."))
