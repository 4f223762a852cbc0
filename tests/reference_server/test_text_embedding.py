"""Embeddings and classification of the built-in engine."""

from __future__ import annotations

import asyncio
import math
import os
import subprocess
import sys

import pytest

from reference_server.text.builtin import BuiltinEngine
from reference_server.text.classification import softmax
from reference_server.text.embedding import DIMENSIONS, embed, similarity
from reference_server.text.engine import ClassificationTask, Sample


def confidences(task: ClassificationTask) -> dict[str, float]:
    found = asyncio.run(BuiltinEngine().classify(task))
    return dict(zip(task.labels, found.confidences, strict=True))


@pytest.mark.parametrize("text", ["a", " ", "\n", "…", "of the", "Слово", "word " * 5_000, "字"])
def test_every_text_has_256_numbers_of_unit_length(text: str) -> None:
    vector = embed(text)
    assert len(vector) == DIMENSIONS == 256
    assert math.isclose(math.fsum(x * x for x in vector), 1)


def test_the_same_text_has_the_same_vector_in_every_process() -> None:
    program = "from reference_server.text.embedding import embed; print(embed('Быть or not'))"
    for seed in ("1", "2"):
        environment = {**os.environ, "PYTHONHASHSEED": seed}
        ran = subprocess.run(
            [sys.executable, "-c", program], env=environment, capture_output=True, text=True,
            check=True, timeout=60,
        )  # fmt: skip
        assert ran.stdout.strip() == str(embed("Быть or not"))


def test_different_texts_differ() -> None:
    texts = ["cat", "cats", "Cat food", "a cat", "a cat.", "кот", "dog"]
    assert len({embed(text) for text in texts}) == len(texts)


@pytest.mark.parametrize(
    ("text", "paraphrase", "unrelated"),
    [
        ("The cat sat on the mat.", "A cat was sitting on a mat.", "Revenue rose by ten percent."),
        ("How do I reset my password?", "Resetting the password: what are the steps?",
         "Apple trees blossom in early spring."),
        ("The train to Moscow leaves at noon.", "At noon a train departs for Moscow.",
         "Mix the flour with two eggs and milk."),
        ("Кошка сидит на ковре.", "На ковре сидела кошка.", "Инфляция за квартал выросла."),
        ("Как восстановить пароль от почты?", "Забыл почтовый пароль, как его восстановить",
         "Яблони цветут ранней весной."),
        ("Поезд отправляется в полдень.", "Отправление поезда — в полдень.",
         "Добавьте в тесто два яйца."),
    ],
)  # fmt: skip
def test_a_paraphrase_is_nearer_than_an_unrelated_text(
    text: str, paraphrase: str, unrelated: str
) -> None:
    here = embed(text)
    assert similarity(here, embed(paraphrase)) > similarity(here, embed(unrelated)) + 0.2


def test_confidences_of_many_labels_sum_to_1_in_the_order_asked_for() -> None:
    labels = tuple(f"label {number}" for number in range(20))
    found = confidences(ClassificationTask("label 7 it is", labels))
    assert math.isclose(math.fsum(found.values()), 1)
    assert max(found, key=found.__getitem__) == "label 7"


def test_samples_decide_where_labels_say_nothing() -> None:
    samples = (
        Sample("great film, loved every minute", "A"),
        Sample("boring, awful, a waste of time", "B"),
    )
    task = ClassificationTask("I loved this great film", ("A", "B"), samples=samples)
    assert confidences(task)["A"] > 0.8


def test_the_description_gives_hints_to_its_labels() -> None:
    task = ClassificationTask(
        "The router lost its network connection again",
        ("hw", "billing"),
        "hw means a broken device such as a router. billing means invoices and payments.",
    )
    assert confidences(task)["hw"] > 0.6


def test_meaningful_labels_are_enough() -> None:
    task = ClassificationTask("Химическая реакция меди с кислородом", ("химия", "физика"))
    assert confidences(task)["химия"] > 0.7


def test_softmax_neither_overflows_nor_loses_its_sum() -> None:
    assert math.isclose(math.fsum(softmax([1000.0, -1000.0, 0.0])), 1)
    assert softmax([0.5, 0.5]) == (0.5, 0.5)
