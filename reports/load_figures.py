"""The few figures of a load run that everybody asks for first."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

    from reports.load_result import Distribution, OperationResult


def success_latency(row: OperationResult) -> Distribution | None:
    """The latency of what succeeded; failures are quick or slow for reasons of their own."""
    found = [one for one in row.outcomes if one.kind == "success"]
    return max(found, key=lambda one: one.count).latency if found else None


def error_share(rows: Iterable[OperationResult]) -> float | None:
    """The share of what was sent that failed or was wrong, in [0, 1]; None if nothing was sent."""
    rows = tuple(rows)
    sent = sum(row.sent for row in rows)
    return sum(row.failures + row.violations for row in rows) / sent if sent else None


def percentile(distribution: Distribution | None, name: str) -> float | None:
    """One of p50, p90, p95, p99 and p999, or None where too few values support it."""
    if distribution is None or not distribution.count or name in distribution.unsupported:
        return None
    value: float = getattr(distribution, name)
    return value
