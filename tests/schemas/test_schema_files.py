"""Every schema file of every contract: sound by itself, and of use to both libraries."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING
from urllib.parse import urljoin

import ocr_samples
import pytest
from jsonschema import Draft202012Validator
from keyword_walk import keywords, references

import schemas
from schemas.folder import ID_BASE, compile_explaining, compile_fast, retrieve

if TYPE_CHECKING:
    from pathlib import Path

FILES = sorted(schemas.ROOT.rglob("*.json"))
# Python's classes are wider than ECMA-262's, so these would not mean the same to both libraries.
DIFFERING_CLASS = re.compile(r"\\[dDwWbB]")


@pytest.fixture(params=FILES, ids=lambda path: path.relative_to(schemas.ROOT).as_posix())
def path(request: pytest.FixtureRequest) -> Path:
    found: Path = request.param
    return found


def test_is_valid_by_the_meta_schema(path: Path) -> None:
    schema = json.loads(path.read_text(encoding="utf-8"))
    assert schema["$schema"] == "https://json-schema.org/draft/2020-12/schema"
    Draft202012Validator.check_schema(schema)


def test_is_identified_by_its_place(path: Path) -> None:
    schema = json.loads(path.read_text(encoding="utf-8"))
    assert schema["$id"] == ID_BASE + path.relative_to(schemas.ROOT).as_posix()


def test_says_what_it_describes(path: Path) -> None:
    assert json.loads(path.read_text(encoding="utf-8"))["title"]


def test_refers_to_nothing_but_schema_files(path: Path) -> None:
    schema = json.loads(path.read_text(encoding="utf-8"))
    for reference in references(schema):
        retrieve(urljoin(schema["$id"], reference).split("#")[0])


def test_compiles_for_both_libraries(path: Path) -> None:
    schema = json.loads(path.read_text(encoding="utf-8"))
    compile_fast(schema)
    list(compile_explaining(schema).iter_errors(None))


def test_uses_only_formats_that_are_checked(path: Path) -> None:
    checked = Draft202012Validator.FORMAT_CHECKER.checkers
    schema = json.loads(path.read_text(encoding="utf-8"))
    formats = {value for keyword, value in keywords(schema) if keyword == "format"}
    assert formats <= set(checked)


def test_patterns_mean_the_same_to_both_libraries(path: Path) -> None:
    schema = json.loads(path.read_text(encoding="utf-8"))
    for keyword, value in keywords(schema):
        patterns = [value] if keyword == "pattern" else []
        patterns += list(value) if keyword == "patternProperties" else []
        assert not [pattern for pattern in patterns if DIFFERING_CLASS.search(pattern)]


def test_the_tolerant_validator_allows_further_fields_and_nothing_else() -> None:
    contract = schemas.load_contract("ocr-service")
    root = ocr_samples.SAMPLES["root"][0]
    further = root | {"region": "ru-1", "endpoints": root["endpoints"] | {"metrics": "/metrics"}}
    assert not contract.fast_validator("root").is_valid(further)
    assert contract.tolerant_validator("root").is_valid(further)
    assert not contract.tolerant_validator("root").is_valid(further | {"service": "another"})
