"""What an operation is for, as the contract's OpenAPI document says it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from schemas import ContractError, load_contract

if TYPE_CHECKING:
    from reports.conformance_result import Endpoint
    from reports.release import Release


def purpose_of(release: Release, endpoint: Endpoint) -> str:
    """Return the operation's summary, or nothing for an operation that no contract describes."""
    for contract in release.conformance.contracts if release.conformance else ():
        try:
            paths = load_contract(contract.contract).openapi.get("paths", {})
        except ContractError:
            continue  # a result of a contract that this version does not know
        operation = paths.get(endpoint.path, {}).get(endpoint.method.lower(), {})
        if operation.get("summary"):
            return str(operation["summary"])
    return ""
