"""The OpenAPI document of every contract that has one."""

from __future__ import annotations

import copy
from typing import Any

import pytest
from keyword_walk import references
from openapi_spec_validator import OpenAPIV31SpecValidator

import schemas

METHODS = {"get", "put", "post", "delete", "patch", "head", "options"}
DESCRIBED = [
    name
    for name in schemas.contract_names()
    if (schemas.ROOT / name.replace("-", "_") / "openapi.yaml").is_file()
]


@pytest.fixture(params=DESCRIBED)
def contract(request: pytest.FixtureRequest) -> schemas.Contract:
    return schemas.load_contract(request.param)


def faults(contract: schemas.Contract, document: dict[str, Any]) -> list[str]:
    base = (contract.folder.path / "openapi.yaml").as_uri()
    return [
        error.message for error in OpenAPIV31SpecValidator(document, base_uri=base).iter_errors()
    ]


def operations(document: dict[str, Any]) -> list[tuple[str, dict[str, Any]]]:
    return [
        (f"{method.upper()} {path}", operation)
        for path, item in document["paths"].items()
        for method, operation in item.items()
        if method in METHODS
    ]


def test_is_valid(contract: schemas.Contract) -> None:
    assert faults(contract, contract.openapi) == []


def test_a_flaw_would_be_seen(contract: schemas.Contract) -> None:
    flawed = copy.deepcopy(contract.openapi)
    operation = operations(flawed)[0][1]
    del operation["responses"]["200"]["description"]
    assert faults(contract, flawed)


def test_refers_to_files_and_components_that_exist(contract: schemas.Contract) -> None:
    for reference in references(contract.openapi):
        place: Any = contract.openapi
        filename, _, pointer = reference.partition("#")
        if filename:
            place = contract.folder.schema(filename.removesuffix(".json"))
        for step in pointer.split("/")[1:]:
            place = place[step.replace("~1", "/").replace("~0", "~")]
        assert place


def test_every_operation_is_named_once_and_guarded(contract: schemas.Contract) -> None:
    document = contract.openapi
    names = [operation["operationId"] for _, operation in operations(document)]
    assert names
    assert len(set(names)) == len(names)
    for name, operation in operations(document):
        assert operation.get("security", document.get("security")), name
        assert "401" in operation["responses"], name
