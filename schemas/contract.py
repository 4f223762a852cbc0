"""A contract as one object: its requirements, its schemas by edition, its OpenAPI document."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

import yaml

from schemas.catalogue import Catalogue, Group, Requirement, read_catalogue
from schemas.errors import (
    UnknownContractError,
    UnknownEditionError,
    UnknownRequirementError,
    UnknownSchemaError,
)
from schemas.folder import ROOT, SchemaFolder

if TYPE_CHECKING:
    from collections.abc import Mapping

    import jsonschema_rs
    from jsonschema.protocols import Validator


@dataclass(frozen=True, slots=True)
class Contract:
    """One contract; get it from `load_contract`."""

    catalogue: Catalogue
    folder: SchemaFolder
    by_id: Mapping[str, Requirement]

    @property
    def name(self) -> str:
        """The name that command lines use, such as `ocr-service`."""
        return self.catalogue.contract

    @property
    def title(self) -> str:
        """The name that reports use."""
        return self.catalogue.title

    @property
    def editions(self) -> tuple[str, ...]:
        """The dated variants of this contract, oldest first."""
        return self.catalogue.editions

    @property
    def groups(self) -> tuple[Group, ...]:
        """The headings of the catalogue, in its order."""
        return self.catalogue.groups

    @property
    def requirements(self) -> tuple[Requirement, ...]:
        """Every clause, in the order of the catalogue."""
        return self.catalogue.requirements

    @property
    def openapi(self) -> dict[str, Any]:
        """The OpenAPI document with its references unresolved; shared, so read only."""
        return _openapi(self.folder)

    def requirement(self, requirement_id: str) -> Requirement:
        """Return the clause with this id; raises `UnknownRequirementError`."""
        try:
            return self.by_id[requirement_id]
        except KeyError:
            raise UnknownRequirementError(
                f"{self.name} has no requirement {requirement_id!r}; "
                f"see schemas/{self.folder.path.name}/requirements.yaml"
            ) from None

    def schema(self, schema: str, edition: str | None = None) -> dict[str, Any]:
        """Return the schema `schema` of `edition` as parsed JSON; shared, so read only."""
        self._check(edition)
        return self.folder.schema(schema, edition)

    def validator(self, schema: str, edition: str | None = None) -> Validator:
        """Return the jsonschema validator of `schema` in `edition`: the one that explains."""
        self._check(edition)
        return self.folder.validator(schema, edition)

    def fast_validator(
        self, schema: str, edition: str | None = None
    ) -> jsonschema_rs.Draft202012Validator:
        """Return the jsonschema_rs validator of `schema` in `edition`: about 100 times faster."""
        self._check(edition)
        return self.folder.fast_validator(schema, edition)

    def tolerant_validator(
        self, schema: str, edition: str | None = None
    ) -> jsonschema_rs.Draft202012Validator:
        """Return the fast validator of `schema` in `edition`, undocumented fields allowed."""
        self._check(edition)
        return self.folder.tolerant_validator(schema, edition)

    def _check(self, edition: str | None) -> None:
        if edition is not None and edition not in self.editions:
            raise UnknownEditionError(
                f"{self.name} has no edition {edition!r}; use one of {', '.join(self.editions)}"
            )


def contract_names() -> tuple[str, ...]:
    """Return the names of all contracts that have a catalogue, sorted."""
    return tuple(
        sorted(file.parent.name.replace("_", "-") for file in ROOT.glob("*/requirements.yaml"))
    )


@cache
def load_contract(name: str) -> Contract:
    """Return the contract `name` (such as `ocr-service`), read once per process.

    Raises `UnknownContractError` for a name without a catalogue and `DataFileError` for a faulty one.
    """
    if name not in contract_names():
        raise UnknownContractError(
            f"there is no contract {name!r}; use one of {', '.join(contract_names())}"
        )
    folder = SchemaFolder(ROOT / name.replace("-", "_"))
    catalogue = read_catalogue(folder.path / "requirements.yaml")
    return Contract(
        catalogue=catalogue,
        folder=folder,
        by_id=MappingProxyType({row.id: row for row in catalogue.requirements}),
    )


@cache
def _openapi(folder: SchemaFolder) -> dict[str, Any]:
    path = folder.path / "openapi.yaml"
    if not path.is_file():
        raise UnknownSchemaError(f"{folder.path.name} has no openapi.yaml; add it")
    document: dict[str, Any] = yaml.safe_load(path.read_text(encoding="utf-8"))
    return document
