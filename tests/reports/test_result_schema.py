"""The published schema of conformance.json and the model that reads it say the same."""

from __future__ import annotations

import copy
import itertools
import json
from typing import TYPE_CHECKING, Any

import msgspec
import pytest
from report_samples import conformance, finding, requirement, violated

from reports.comparison.gate_record import GateRecord
from reports.conformance_result import ConformanceResult, Deviation, ResultFileError, decode, encode
from reports.logs.result import LogReadings
from reports.probes.measured import StartupResult
from schemas import ROOT, SchemaFolder

if TYPE_CHECKING:
    from collections.abc import Iterator

PROSE = frozenset({"title", "description", "$schema", "$id", "minimum", "examples"})
"""What the file may say beyond the model: words, and bounds that every real run keeps."""


def structure(schema: Any) -> Any:
    if isinstance(schema, dict):
        return {key: structure(value) for key, value in schema.items() if key not in PROSE}
    return sorted(map(structure, schema), key=str) if isinstance(schema, list | tuple) else schema


def properties_kept(schema: Any) -> Any:
    """Property names are data, even one called title."""
    if isinstance(schema, dict) and isinstance(schema.get("properties"), dict):
        schema = {**schema, "properties": {f"={k}": v for k, v in schema["properties"].items()}}
    if isinstance(schema, dict):
        return {key: properties_kept(value) for key, value in schema.items()}
    return [properties_kept(item) for item in schema] if isinstance(schema, list) else schema


def test_the_schema_and_the_model_have_the_same_structure() -> None:
    published = SchemaFolder(ROOT / "results").schema("conformance.schema")
    model = msgspec.json.schema(ConformanceResult, ref_template="#/$defs/{name}")
    root = model["$defs"].pop("ConformanceResult")
    expected = {**root, "$defs": model["$defs"]}
    assert structure(properties_kept(published)) == structure(properties_kept(expected))


@pytest.mark.parametrize(
    ("name", "model"), [("gate", GateRecord), ("logs", LogReadings), ("startup", StartupResult)]
)
def test_the_schemas_of_the_other_results_are_those_of_their_models(name: str, model: type) -> None:
    published = SchemaFolder(ROOT / "results").schema(f"{name}.schema")
    expected = msgspec.json.schema(model, ref_template="#/$defs/{name}")
    assert structure(properties_kept(published)) == structure(properties_kept(expected))


@pytest.mark.parametrize(
    ("name", "pattern"),
    [("gate", "*-vs-*.json"), ("logs", "*/logs.json"), ("startup", "*/startup.json")],
)
def test_the_schemas_accept_what_is_published(name: str, pattern: str) -> None:
    files = [*(ROOT.parent / "reports/published/paddleocr-vl-service").glob(pattern)]
    assert files
    validator = SchemaFolder(ROOT / "results").validator(f"{name}.schema")
    for file in files:
        assert [one.message for one in validator.iter_errors(json.loads(file.read_bytes()))] == []


def everything() -> ConformanceResult:
    deviation = Deviation(
        requirement="OCR-AUTH-2", reason="the gateway adds it", owner="ops", expires="2027-01-01"
    )
    rows = (
        requirement("OCR-HEALTH-1", "untested", reason="no", untested_because="prerequisite"),
        requirement("OCR-AUTH-2", "violates", findings=(finding(),), deviation=deviation),
    )
    return conformance(rows, incomplete="interrupted", incomplete_reason="Ctrl-C", notes=("x",))


@pytest.mark.parametrize("result", [conformance(), violated(), everything()])
def test_what_the_model_writes_the_schema_accepts(result: ConformanceResult) -> None:
    document = json.loads(encode(result))
    validator = SchemaFolder(ROOT / "results").validator("conformance.schema")
    assert [error.message for error in validator.iter_errors(document)] == []
    assert decode(encode(result)) == result


def objects(value: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """The path to every object of the document, of lists the first item only."""
    if isinstance(value, dict):
        yield path
        for key in value:
            yield from objects(value[key], (*path, key))
    elif isinstance(value, list) and value:
        yield from objects(value[0], (*path, 0))


def at(document: Any, path: tuple[Any, ...]) -> Any:
    for step in path:
        document = document[step]
    return document


def near_misses(document: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """The document with one field added, or one of another type, in every place."""
    for path in objects(document):
        if path[-1:] == ("statuses",):
            continue  # a mapping: any key may stand in it
        for key, other in [
            ("surprise", 1),
            *itertools.product(at(document, path), ([], "text", -1.5, {"a": "b"})),
        ]:
            if type(at(document, path).get(key)) is not type(other):
                bad = copy.deepcopy(document)
                at(bad, path)[key] = other
                yield bad


def test_schema_and_model_refuse_the_same() -> None:
    validator = SchemaFolder(ROOT / "results").fast_validator("conformance.schema")
    seen = {True: 0, False: 0}
    for bad in near_misses(json.loads(encode(everything()))):
        accepted = validator.is_valid(bad)
        try:
            decode(json.dumps(bad).encode())
            read = True
        except ResultFileError:
            read = False
        bounded = "-1.5" in json.dumps(bad)
        assert accepted == read or (bounded and read), bad
        seen[read] += 1
    assert seen[False] > 100
