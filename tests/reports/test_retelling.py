"""What results say in English is retold in Russian, values and all."""

from __future__ import annotations

import re

import pytest

from reports import sentences
from reports.rendering.retelling import retold
from reports.rendering.words import words
from reports.sentences import NESTED, SENTENCES, Sentence

RU = words("ru")
PLACE = re.compile(r"%\((\w+)\)s")


@pytest.mark.parametrize("sentence", SENTENCES, ids=lambda one: one.template[:40])
def test_every_sentence_is_found_again_with_its_values(sentence: Sentence) -> None:
    values = {name: f"7{name}7" for name in PLACE.findall(sentence.template)}
    text = sentence(**values)
    assert sentence.values_of(text) == values
    said = retold(RU, text)
    assert said != text
    assert "%" not in said.replace("1 %", "")
    for value in values.values():
        assert value in said


def test_no_two_sentences_are_taken_for_each_other() -> None:
    for sentence in SENTENCES:
        text = sentence(**dict.fromkeys(PLACE.findall(sentence.template), "7"))
        first = next(one for one in SENTENCES if one.values_of(text) is not None)
        assert first is sentence, (first, text)


def test_parts_are_retold_each() -> None:
    text = "under load: " + sentences.RATIO(
        verdict="INCONCLUSIVE", metric="latency_p50", effect="1.20", low="0.90", high="1.50", margin="1.10"
    ) + "; " + sentences.MORE_PAIRS(pairs=9)  # fmt: skip
    assert retold(RU, text) == (
        "под нагрузкой: INCONCLUSIVE latency_p50: в 1.20 раза от базовой версии (от 0.90 до 1.50), "
        "допускается 1.10; при таком разбросе для решения нужно пар блоков: 9"
    )


def test_a_requirement_is_told_in_its_own_words() -> None:
    text = sentences.VIOLATED(id="OCR-HEALTH-1", text="GET /health answers 200.")
    assert retold(RU, text) == "OCR-HEALTH-1 нарушено: GET /health отвечает 200."


def test_what_nobody_has_translated_stays_as_it_is() -> None:
    for text in ("", "a: b; c: d", "Traceback: oops"):
        assert retold(RU, text) == text
        assert retold(words("en"), text) == text


def test_values_that_hold_sentences_are_named_as_such() -> None:
    used = {name for one in SENTENCES for name in PLACE.findall(one.template)}
    assert used >= NESTED


def test_a_reason_that_quotes_a_long_answer_is_retold_at_once() -> None:
    quoted = "; ".join(f'{{"a": "b", "c{number}": {{"d": 1}}}}' for number in range(300))
    text = f"under load: 1.0.9 does not answer: {quoted}"
    assert retold(RU, text) == f"под нагрузкой: 1.0.9 не отвечает: {quoted}"
