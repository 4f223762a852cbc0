"""One load run as one observation: the few numbers that two releases are compared by."""

from __future__ import annotations

from typing import TYPE_CHECKING

from reports.histograms import Merged
from reports.trials.result import Block

if TYPE_CHECKING:
    from collections.abc import Iterable

    from reports.load_result import Distribution, LoadResult
    from reports.trials.result import Side

LEAST_FOR = {50: 5, 95: 20, 99: 100}
"""How many answers a percentile of one block needs; with fewer it is only the slowest one."""


def block_of(load: LoadResult, pair: int, side: Side) -> Block:
    """The block that this load run is."""
    operations = load.operations
    sent = sum(one.sent for one in operations)
    failures = sum(one.failures for one in operations)
    metrics = {
        "goodput": sum(one.correct_throughput for one in operations),
        "failure_share": (failures + sum(one.dropped for one in operations)) / sent
        if sent
        else 1.0,
    }
    latency = [row.latency for one in operations for row in one.outcomes if row.kind == "success"]
    metrics |= _percentiles("latency", latency)
    first = [one.time_to_first_token for one in operations if one.time_to_first_token]
    metrics |= _percentiles("time_to_first_token", first)
    return Block(
        pair=pair,
        side=side,
        metrics=metrics,
        requests=sent,
        failures=failures,
        violations=sum(one.violations for one in operations),
        started_at=load.started_at,
    )


def _percentiles(name: str, distributions: Iterable[Distribution]) -> dict[str, float]:
    """p50, p95 and p99 over all operations, as far as there are values enough."""
    merged = Merged(distributions)
    found = {
        f"{name}_p{percentile}": merged.value_at(percentile)
        for percentile, least in LEAST_FOR.items()
        if merged.count >= least
    }
    return {name: value for name, value in found.items() if value is not None}
