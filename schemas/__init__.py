"""The contracts as data: requirement catalogues, JSON Schemas and OpenAPI documents."""

from __future__ import annotations

from schemas.catalogue import Group, Level, Requirement
from schemas.contract import Contract, contract_names, load_contract
from schemas.data_file import DataFile, read_data_file
from schemas.errors import (
    ContractError,
    DataFileError,
    UnknownContractError,
    UnknownEditionError,
    UnknownRequirementError,
    UnknownSchemaError,
)
from schemas.folder import ROOT, SchemaFolder

__all__ = [
    "ROOT",
    "Contract",
    "ContractError",
    "DataFile",
    "DataFileError",
    "Group",
    "Level",
    "Requirement",
    "SchemaFolder",
    "UnknownContractError",
    "UnknownEditionError",
    "UnknownRequirementError",
    "UnknownSchemaError",
    "contract_names",
    "load_contract",
    "read_data_file",
]
