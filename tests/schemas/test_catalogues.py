"""The requirement catalogue of every contract: complete rows, in both languages."""

from __future__ import annotations

import re

import pytest

import schemas


@pytest.fixture(params=schemas.contract_names())
def contract(request: pytest.FixtureRequest) -> schemas.Contract:
    return schemas.load_contract(request.param)


def test_ids_are_unique_and_found(contract: schemas.Contract) -> None:
    ids = [row.id for row in contract.requirements]
    assert ids
    assert len(set(ids)) == len(ids)
    assert [contract.requirement(row_id).id for row_id in ids] == ids


def test_groups_are_the_headings_of_the_rows_in_order(contract: schemas.Contract) -> None:
    headings = list(dict.fromkeys(row.group for row in contract.requirements))
    assert headings == [group.id for group in contract.groups]


def test_every_text_is_one_finished_sentence(contract: schemas.Contract) -> None:
    for row in contract.requirements:
        for text in (row.text, row.text_ru):
            assert text.endswith("."), row.id
            assert not re.search(r"[a-zа-яё]\. [A-ZА-ЯЁ]", re.sub(r"`[^`]*`", "``", text)), row.id


def test_no_text_is_said_twice_of_one_edition(contract: schemas.Contract) -> None:
    for edition in contract.editions:
        for language in ("text", "text_ru"):
            texts = [
                getattr(row, language) for row in contract.requirements if row.holds_in(edition)
            ]
            assert len(set(texts)) == len(texts)


def test_literals_are_the_same_in_both_languages(contract: schemas.Contract) -> None:
    """What the wire carries is quoted in backticks and not translated."""
    for row in contract.requirements:
        english, russian = (set(re.findall(r"`([^`]+)`", text)) for text in (row.text, row.text_ru))
        assert english == russian, row.id


def test_every_level_holds_in_every_edition_of_its_row(contract: schemas.Contract) -> None:
    for row in contract.requirements:
        assert {row.level_in(edition) for edition in row.editions} <= {"MUST", "SHOULD", "MAY"}
