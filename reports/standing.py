"""How one requirement and one operation stand, as reports and comparisons both need to know."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from reports.conformance_result import Endpoint, RequirementResult

Standing = Literal[
    "conforms", "violates", "accepted", "warns", "unsupported", "untested", "harness_error"
]
"""An outcome, with violations and warnings that a deviation excuses told apart."""

_REFUSALS = frozenset({"401", "403"})


def standing(row: RequirementResult) -> Standing:
    """Return where the requirement stands once deviations are taken into account."""
    if row.deviation is not None and row.outcome in ("violates", "warns"):
        return "accepted"
    return row.outcome


def works(endpoint: Endpoint) -> bool | None:
    """Return whether the operation ever succeeded; None when it only refused strangers."""
    if any(status.startswith(("2", "3")) for status in endpoint.statuses):
        return True
    return None if endpoint.statuses.keys() <= _REFUSALS else False
