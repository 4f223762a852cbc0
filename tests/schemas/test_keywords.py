"""Every keyword of a schema earns its place: without it some near-miss would pass.

`<name>_samples.py` beside this file gives, for the schemas of one folder, documents that are
valid and documents that are so but for one thing.
"""

from __future__ import annotations

import importlib
import json
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import urljoin

import jsonschema_rs
import pytest
from keyword_walk import Mutation, mutations, references

import schemas
from schemas.folder import retrieve

if TYPE_CHECKING:
    from types import ModuleType

TABLES = [
    importlib.import_module(path.stem)
    for path in sorted(Path(__file__).resolve().parent.glob("*_samples.py"))
]


def folder_of(table: ModuleType) -> schemas.SchemaFolder:
    return schemas.SchemaFolder((schemas.ROOT / table.FOLDER).resolve())


CASES = [
    pytest.param(table, name, id=f"{table.__name__}-{name}")
    for table in TABLES
    for name in table.SAMPLES
]
FILES = [
    pytest.param(table, filename, id=f"{table.__name__}-{filename}")
    for table in TABLES
    for filename in folder_of(table).names()
]


@pytest.mark.parametrize(("table", "name"), CASES)
def test_samples_are_valid(table: ModuleType, name: str) -> None:
    folder = folder_of(table)
    explaining, fast = folder.validator_of(f"{name}.json"), folder.fast_validator_of(f"{name}.json")
    assert table.SAMPLES[name]
    for sample in table.SAMPLES[name]:
        assert [error.message for error in explaining.iter_errors(sample)] == []
        assert fast.is_valid(sample), sample


@pytest.mark.parametrize(("table", "name"), CASES)
def test_near_misses_are_not_valid(table: ModuleType, name: str) -> None:
    folder = folder_of(table)
    explaining, fast = folder.validator_of(f"{name}.json"), folder.fast_validator_of(f"{name}.json")
    assert table.NEAR_MISSES[name]
    for near_miss in table.NEAR_MISSES[name]:
        assert not explaining.is_valid(near_miss), near_miss
        assert not fast.is_valid(near_miss), near_miss


@pytest.mark.parametrize(("table", "filename"), FILES)
def test_no_keyword_could_be_left_out(table: ModuleType, filename: str) -> None:
    folder = folder_of(table)
    mutants = list(mutations(json.loads((folder.path / filename).read_text(encoding="utf-8"))))
    assert mutants
    survivors = [
        f"{mutant.effect} without {mutant.where}"
        for mutant in mutants
        if not is_killed(table, filename, mutant)
    ]
    assert survivors == []


def is_killed(table: ModuleType, filename: str, mutant: Mutation) -> bool:
    """Return whether some document of the table is judged otherwise with the mutant in place."""
    folder = folder_of(table)
    uri = mutant.schema["$id"]

    def retrieve_mutant(address: str) -> dict[str, Any]:
        return mutant.schema if address == uri else retrieve(address)

    for name in table.SAMPLES:
        if filename not in reached_from(folder, f"{name}.json"):
            continue
        schema = mutant.schema if f"{name}.json" == filename else folder.schema(name)
        validator = jsonschema_rs.Draft202012Validator(
            schema, validate_formats=True, retriever=retrieve_mutant
        )
        if mutant.effect == "looser" and any(map(validator.is_valid, table.NEAR_MISSES[name])):
            return True
        if mutant.effect == "tighter" and not all(map(validator.is_valid, table.SAMPLES[name])):
            return True
    return False


def reached_from(folder: schemas.SchemaFolder, filename: str) -> set[str]:
    """Return the file names that validating with `filename` reads."""
    reached: set[str] = set()
    waiting = [filename]
    while waiting:
        current = waiting.pop()
        if current in reached:
            continue
        reached.add(current)
        for reference in references(folder.schema(current.removesuffix(".json"))):
            address = urljoin(current, reference).split("#")[0]
            waiting.append(address or current)
    return reached
