"""Which charts a release and a comparison have, by name."""

from __future__ import annotations

from typing import TYPE_CHECKING

from reports.rendering.charts import (
    busiest_latency,
    latency_chart,
    latency_series,
    rate_chart,
    start_chart,
    start_rows,
    typical_start,
)

if TYPE_CHECKING:
    from reports.comparison import Comparison
    from reports.release import Release
    from reports.rendering.svg import Drawing
    from reports.rendering.words import Words


def release_charts(release: Release, words: Words) -> dict[str, Drawing]:
    """Return the charts of a release: latency, rate and start, those that there is data for."""
    load = release.load
    found = {
        "start": start_chart(start_rows(release, words), words),
        "latency": latency_chart(latency_series(load), words) if load else None,
        "rate": rate_chart(load.capacity, words) if load and load.capacity else None,
    }
    return {name: drawing for name, drawing in found.items() if drawing is not None}


def comparison_charts(comparison: Comparison, words: Words) -> dict[str, Drawing]:
    """Return the charts of a comparison: both latencies in one, both starts in one."""
    sides = (comparison.a, comparison.b)
    rows = [row for side in sides if (row := typical_start(side))]
    latencies = [
        (side.version, latency) for side in sides if (latency := busiest_latency(side)) is not None
    ]
    found = {
        "start": start_chart(rows, words) if len(rows) == len(sides) else None,
        "latency": latency_chart(latencies, words) if len(latencies) == len(sides) else None,
    }
    return {name: drawing for name, drawing in found.items() if drawing is not None}
