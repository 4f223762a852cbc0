"""The Russian reports are complete: every text has its translation, every word of a vocabulary too."""

from __future__ import annotations

import re
from typing import get_args

import pytest
from babel.messages.pofile import read_po

from reports import conformance_result
from reports.comparison.caveats import Subject
from reports.comparison.moves import MOVE_KINDS
from reports.logs.result import Ending
from reports.probes import measured
from reports.recommendations.rules import Sign
from reports.rendering import comparison_text, trial_text, vocabulary
from reports.rendering.recommendation_text import SIGNS
from reports.rendering.words import FOLDER, words
from reports.translations.extraction import Message, messages
from reports.verdict import VerdictName

PLACEHOLDER = re.compile(r"%\(\w+\)s")


def catalogue() -> dict[Message, tuple[str, ...]]:
    with (FOLDER / "ru" / "LC_MESSAGES" / "reports.po").open("rb") as file:
        read = read_po(file, locale="ru", abort_invalid=True)
    return {
        message.id: (message.string,) if isinstance(message.string, str) else message.string
        for message in read
        if message.id
    }


def test_every_text_has_a_translation_and_none_is_left_over() -> None:
    translated, needed = set(catalogue()), messages()
    assert needed - translated == set(), "add these to reports.po"
    assert translated - needed == set(), "no template or code says these any more"


def test_the_extraction_sees_code_templates_plurals_and_contracts() -> None:
    found = messages()
    for text in (
        "Expected:",
        "not measured",
        "Recognise the page in one image",
        ("%(n)s request", "%(n)s requests"),
        ("%(n)s critical", "%(n)s critical"),
    ):
        assert text in found


def test_translations_fill_in_the_same_values() -> None:
    for source, texts in catalogue().items():
        singular = source if isinstance(source, str) else source[1]
        for text in texts:
            assert set(PLACEHOLDER.findall(text)) == set(PLACEHOLDER.findall(singular)), source


def test_what_the_suite_says_is_translated_where_it_is_known() -> None:
    say = words("ru").say
    assert say("S3 is not configured at the target") == "S3 у сервиса не настроено"
    assert say("not tested") == "не проверено"
    assert say("a sentence that nobody has translated") == "a sentence that nobody has translated"


def test_russian_counts_have_three_forms() -> None:
    count = words("ru").count
    said = [count("%(n)s request", "%(n)s requests", n) for n in (1, 2, 5, 21, 112)]
    assert said == ["1 запрос", "2 запроса", "5 запросов", "21 запрос", "112 запросов"]


def test_numbers_and_dates_are_written_as_the_language_does() -> None:
    assert words("ru").number(1234.5, 1) == "1\xa0234,5"
    assert words("en").number(1234.5, 1) == "1,234.5"


@pytest.mark.parametrize(
    ("table", "closed"),
    [
        (vocabulary.OUTCOMES, conformance_result.Outcome),
        (vocabulary.OUTCOME_MARKS, conformance_result.Outcome),
        (vocabulary.UNTESTED_BECAUSE, conformance_result.UntestedBecause),
        (vocabulary.INCOMPLETE, conformance_result.Incomplete),
        (vocabulary.VERDICT_MARKS, VerdictName),
        (trial_text.HEADLINES, VerdictName),
        (vocabulary.ENDINGS, Ending),
        (comparison_text.CAVEATS, Subject),
        (SIGNS, Sign),
    ],
)
def test_no_word_of_a_closed_vocabulary_is_missing(table: dict[str, str], closed: object) -> None:
    assert set(table) == set(get_args(closed))


def test_every_move_and_every_measure_of_a_start_has_a_name() -> None:
    assert set(comparison_text.MOVES) == set(MOVE_KINDS)
    assert set(measured.MEASURES) - set(comparison_text.MEASURES) <= {"shutdown_s"}
