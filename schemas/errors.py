"""What can be wrong with a contract that is kept as data; each message ends in the remedy."""

from __future__ import annotations


class ContractError(Exception):
    """A contract, one of its schemas or its catalogue cannot be used as asked."""


class UnknownContractError(ContractError):
    """No contract goes by this name."""


class UnknownEditionError(ContractError):
    """The contract has no such edition."""


class UnknownRequirementError(ContractError):
    """The contract has no clause with this id."""


class UnknownSchemaError(ContractError):
    """The contract has no such schema file, or none for the edition that was asked for."""


class DataFileError(ContractError):
    """A data file does not say what it must; the message names the file and the line."""
