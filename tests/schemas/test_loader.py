"""Loading a contract: what it offers, and what it says of a faulty file or a wrong name."""

from __future__ import annotations

import json
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

import schemas
from schemas.catalogue import read_catalogue
from schemas.ecma_pattern import compiled
from schemas.folder import compile_explaining, compile_fast

if TYPE_CHECKING:
    from pathlib import Path

GOOD = """\
contract: ocr-service
title: Service
editions: ["1.0", "1.3"]
groups:
  - id: HEALTH
    title: Health
    title_ru: Состояние
    requirements:
      - id: OCR-HEALTH-1
        level: MUST
        levels: {"1.0": SHOULD}
        text: GET /health answers 200.
        text_ru: GET /health отвечает 200.
        source: OCR service contract
      - id: OCR-HEALTH-2
        level: MUST
        editions: ["1.3"]
        text: /health is quick.
        text_ru: /health отвечает быстро.
        source: OCR service contract
        excluded: Nobody can see it.
"""


def catalogue(tmp_path: Path, text: str) -> Path:
    path = tmp_path / "requirements.yaml"
    path.write_text(text, encoding="utf-8")
    return path


def test_rows_keep_everything_that_the_file_says(tmp_path: Path) -> None:
    read = read_catalogue(catalogue(tmp_path, GOOD))
    first, second = read.requirements
    assert (read.contract, read.title, read.editions) == ("ocr-service", "Service", ("1.0", "1.3"))
    assert read.groups == (schemas.Group("HEALTH", "Health", "Состояние"),)
    assert (first.id, first.group, first.editions) == ("OCR-HEALTH-1", "HEALTH", ("1.0", "1.3"))
    assert (first.text, first.text_ru) == ("GET /health answers 200.", "GET /health отвечает 200.")
    assert (first.excluded, second.excluded) == (None, "Nobody can see it.")


def test_level_depends_on_the_edition(tmp_path: Path) -> None:
    first, second = read_catalogue(catalogue(tmp_path, GOOD)).requirements
    assert (first.level_in("1.0"), first.level_in("1.3")) == ("SHOULD", "MUST")
    assert (second.holds_in("1.0"), second.holds_in("1.3")) == (False, True)
    with pytest.raises(
        schemas.UnknownEditionError, match=r"OCR-HEALTH-2 is no part of edition '1\.0'"
    ):
        second.level_in("1.0")


@pytest.mark.parametrize(
    ("old", "new", "line", "message"),
    [
        ("level: MUST\n        levels", "level: must\n        levels", 10, "use one of the values"),
        ("        source: OCR service contract\n      -", "      -", 9, "add it"),
        ("text: GET", "texts: GET", 9, "correct its spelling"),
        ('editions: ["1.0", "1.3"]', "editions: [1.0, 1.3]", 3, "quote numbers"),
        ("OCR-HEALTH-2", "OCR-HEALTH-1", 15, "given twice; number one of them anew"),
        ("OCR-HEALTH-2", "OCR-ROOT-1", 15, "stands in group HEALTH; move or rename it"),
        ("OCR-HEALTH-2", "YC-HEALTH-2", 15, "mixes prefixes"),
        ("OCR-HEALTH-2", "OCR-HEALTH-02", 15, "write it in that form"),
        ('editions: ["1.3"]', 'editions: ["1.4"]', 17, "use one of 1.0, 1.3"),
        ('{"1.0": SHOULD}', '{"1.4": SHOULD}', 11, "does not hold"),
        ("title: Health\n", "title: Health\n    title: Again\n", 7, "'title' is repeated"),
        ("groups:", "groups: [", 5, "not YAML"),
        ("title_ru: Состояние", "title_ru: State", 7, "write it in that form"),
    ],
)
def test_a_fault_names_file_line_and_remedy(
    tmp_path: Path, old: str, new: str, line: int, message: str
) -> None:
    assert old in GOOD
    path = catalogue(tmp_path, GOOD.replace(old, new, 1))
    with pytest.raises(schemas.DataFileError) as caught:
        read_catalogue(path)
    assert str(caught.value).startswith(f"{path}:{line}: ")
    assert message in str(caught.value)
    assert "\n" not in str(caught.value)


def test_a_group_given_twice_is_a_fault(tmp_path: Path) -> None:
    group = GOOD[GOOD.index("  - id: HEALTH") :]
    with pytest.raises(schemas.DataFileError, match=r":22: .*HEALTH is repeated; merge them"):
        read_catalogue(catalogue(tmp_path, GOOD + group))


def test_a_missing_an_empty_and_a_binary_file_are_faults(tmp_path: Path) -> None:
    with pytest.raises(schemas.DataFileError, match="cannot be read"):
        read_catalogue(tmp_path / "none.yaml")
    with pytest.raises(schemas.DataFileError, match="empty"):
        read_catalogue(catalogue(tmp_path, ""))
    (tmp_path / "requirements.yaml").write_bytes(b"\xff\xfe\x00")
    with pytest.raises(schemas.DataFileError, match="cannot be read"):
        read_catalogue(tmp_path / "requirements.yaml")


def test_wrong_names_are_answered_with_the_right_ones() -> None:
    contract = schemas.load_contract("ocr-service")
    with pytest.raises(schemas.UnknownContractError, match=r"'ocr'.*use one of .*ocr-service"):
        schemas.load_contract("ocr")
    with pytest.raises(schemas.UnknownSchemaError, match=r"'healht'.*health\.1\.0\.json"):
        contract.validator("healht", "1.0")
    with pytest.raises(schemas.UnknownEditionError, match=r"'2\.0'.*use one of 1\.0, 1\.3"):
        contract.validator("health", "2.0")
    with pytest.raises(
        schemas.UnknownRequirementError, match=r"OCR-HEALTH-999.*requirements\.yaml"
    ):
        contract.requirement("OCR-HEALTH-999")


def test_the_file_of_the_edition_comes_before_the_common_one() -> None:
    contract = schemas.load_contract("ocr-service")
    assert contract.schema("health", "1.3")["title"] == "GET /health in edition 1.3"
    assert contract.schema("health")["title"] == "GET /health in any edition"
    assert contract.schema("root", "1.3") == contract.schema("root")


def test_a_contract_and_its_validators_are_made_once() -> None:
    contract = schemas.load_contract("ocr-service")
    assert schemas.load_contract("ocr-service") is contract
    assert contract.validator("health", "1.0") is contract.validator("health", "1.0")
    assert contract.fast_validator("health", "1.0") is contract.fast_validator("health", "1.0")


@pytest.mark.parametrize(
    "reference", ["https://inference-gate.invalid/schemas/none.json", "https://example.org/a.json"]
)
def test_no_reference_is_fetched(reference: str) -> None:
    schema = {"$ref": reference}
    with pytest.raises(Exception, match=r"leads to no file|Unresolvable"):
        compile_explaining(schema).is_valid(None)
    with pytest.raises(Exception, match="leads to no file"):
        compile_fast(schema)


@pytest.mark.parametrize(
    ("schema_format", "wrong"), [("uri", "no uri"), ("date-time", "2025-12-05T09:15:00")]
)
def test_both_libraries_check_formats(schema_format: str, wrong: str) -> None:
    schema = {"format": schema_format}
    assert not compile_explaining(schema).is_valid(wrong)
    assert not compile_fast(schema).is_valid(wrong)


def test_the_end_of_a_pattern_is_the_end_of_the_text() -> None:
    assert compiled("^a$").search("a")
    assert not compiled("^a$").search("a\n")
    assert compiled(r"^[$]\$$").search("$$")


def test_the_validating_libraries_are_loaded_only_when_needed() -> None:
    code = (
        "import sys, json, schemas; before = [m in sys.modules for m in"
        " ('jsonschema', 'jsonschema_rs', 'referencing')];"
        " schemas.load_contract('ocr-service');"
        " print(json.dumps([before, 'jsonschema' in sys.modules]))"
    )
    printed = subprocess.run(
        [sys.executable, "-c", code],
        cwd=schemas.ROOT.parent,
        capture_output=True,
        text=True,
        check=True,
        timeout=60,
    ).stdout
    assert json.loads(printed) == [[False, False, False], False]
