"""The charts of a report: how latencies are spread, how they grow with the rate, how a start went."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

from reports.histograms import histogram_of
from reports.load_figures import success_latency
from reports.rendering.figures import Figures
from reports.rendering.scales import Scale
from reports.rendering.svg import Drawing

if TYPE_CHECKING:
    from reports.load_result import CapacityResult, Distribution, LoadResult
    from reports.release import Release
    from reports.rendering.words import Words

WIDTH, EDGE, LEFT, RIGHT, TOP, BOTTOM = 720, 4, 62, 20, 58, 34
_BINS = 40
_SMOOTHING = (1, 2, 3, 2, 1)
_MOST_ROWS = 8
_MOST_SERIES = 4


@dataclass(frozen=True)
class StartRow:
    """One start: seconds until the port was open, it answered well, and a page was read."""

    label: str
    listening: float | None
    healthy: float
    first_page: float | None


def latency_chart(series: list[tuple[str, Distribution]], words: Words) -> Drawing | None:
    """How the latencies of successes are spread; None when there are none.

    Logarithmic in time; the height is the share of requests, each curve's peak being full height.
    """
    series = [(label, one) for label, one in series if one.count][:_MOST_SERIES]
    if not series:
        return None
    figures = Figures(words)
    drawing = Drawing(WIDTH, 250, words.say("Latency distribution"))
    low = min(one.minimum for _, one in series)
    high = max(one.maximum for _, one in series)
    low, high = max(low * 0.9, 1e-3), max(high * 1.1, 2e-3)
    across = Scale(low, high, EDGE, WIDTH - RIGHT, logarithmic=True)
    floor = drawing.height - BOTTOM
    drawing.text(EDGE, 22, drawing.title, "ig-title")
    for value in across.ticks(8):
        drawing.line(across.at(value), TOP, across.at(value), floor, "ig-grid")
        drawing.text(
            across.at(value), floor + 18, figures.milliseconds(value), "ig-faint", "middle"
        )
    drawing.line(EDGE, floor, WIDTH - RIGHT, floor, "ig-axis")
    for number, (label, one) in enumerate(series):
        points = [
            (across.at(x), floor - y * (floor - TOP - 8)) for x, y in _density(one, low, high)
        ]
        ends = [(points[-1][0], floor), (points[0][0], floor)]
        drawing.path([*points, *ends], f"ig-area ig-f{number}", closed=True)
        drawing.path(points, f"ig-line ig-s{number}")
        for value in (one.p50, one.p95):
            drawing.line(
                across.at(value), TOP + 8, across.at(value), floor, f"ig-dash ig-s{number}"
            )
        said = f"{label}: p50 {figures.milliseconds(one.p50)}, p95 {figures.milliseconds(one.p95)}"
        drawing.rect(EDGE + number * 330, 34, 10, 10, f"ig-f{number}")
        drawing.text(EDGE + 16 + number * 330, 43, said)
    return drawing


def _density(one: Distribution, low: float, high: float) -> list[tuple[float, float]]:
    """Value and height, 0 to 1, over bins of equal width on the logarithmic axis."""
    counts = [0.0] * _BINS
    width = math.log(high / low) / _BINS
    for item in histogram_of(one).get_recorded_iterator():
        value = max(item.value_iterated_to / one.scale, low)
        bin_number = min(_BINS - 1, max(0, int(math.log(value / low) / width)))
        counts[bin_number] += item.count_at_value_iterated_to
    reach = len(_SMOOTHING) // 2
    smooth = [
        sum(
            weight * counts[n + offset]
            for offset, weight in enumerate(_SMOOTHING, -reach)
            if 0 <= n + offset < _BINS
        )
        for n in range(_BINS)
    ]
    peak = max(smooth) or 1.0
    return [(low * math.exp((n + 0.5) * width), smooth[n] / peak) for n in range(_BINS)]


def rate_chart(capacity: CapacityResult, words: Words) -> Drawing | None:
    """Latency against the rate that was offered; None with fewer than two measured points."""
    probes = sorted(
        (one for one in capacity.probes if one.p95_ms is not None and one.p50_ms is not None),
        key=lambda one: one.rate,
    )
    if len({one.rate for one in probes}) < 2:  # noqa: PLR2004 - a curve needs two points
        return None
    figures = Figures(words)
    drawing = Drawing(WIDTH, 270, words.say("Latency by rate"))
    slowest = max(one.p95_ms or 0 for one in probes)
    fastest = max(min(one.p50_ms or 0 for one in probes), 1e-3)
    floor = drawing.height - BOTTOM
    across = Scale(0, probes[-1].rate * 1.05, LEFT, WIDTH - RIGHT)
    up = Scale(fastest * 0.8, slowest * 1.25, floor, TOP, logarithmic=True)
    drawing.text(EDGE, 22, drawing.title, "ig-title")
    for value in up.ticks(5):
        drawing.line(LEFT, up.at(value), WIDTH - RIGHT, up.at(value), "ig-grid")
        drawing.text(LEFT - 6, up.at(value) + 4, figures.milliseconds(value), "ig-faint", "end")
    for value in across.ticks(8):
        drawing.text(across.at(value), floor + 18, figures.rate(value), "ig-faint", "middle")
    drawing.line(LEFT, floor, WIDTH - RIGHT, floor, "ig-axis")
    for number, name in enumerate(("p50", "p95")):
        points = [(across.at(one.rate), up.at(getattr(one, f"{name}_ms"))) for one in probes]
        drawing.path(points, f"ig-line ig-s{number}")
        drawing.rect(EDGE + number * 80, 34, 10, 10, f"ig-f{number}")
        drawing.text(EDGE + 16 + number * 80, 43, name)
    looks = {"PASS": "ig-good", "FAIL": "ig-bad"}
    for one in probes:
        said = f"{figures.rate(one.rate)}: {one.verdict}, p95 {figures.milliseconds(one.p95_ms)}"
        drawing.dot(
            across.at(one.rate), up.at(one.p95_ms or 0), looks.get(one.verdict, "ig-open"), said
        )
    return drawing


def start_chart(rows: list[StartRow], words: Words) -> Drawing | None:
    """How far each start was when; None when there is no start to show."""
    rows = rows[:_MOST_ROWS]
    if not rows:
        return None
    figures = Figures(words)
    drawing = Drawing(WIDTH, TOP + 30 * len(rows) + BOTTOM, words.say("Start timeline"))
    floor, left = drawing.height - BOTTOM, 150
    end = max(max(row.healthy, row.first_page or 0) for row in rows)
    across = Scale(0, max(end, 0.001) * 1.25, left, WIDTH - RIGHT)
    drawing.text(EDGE, 22, drawing.title, "ig-title")
    for value in across.ticks(7):
        drawing.line(across.at(value), TOP, across.at(value), floor, "ig-grid")
        drawing.text(across.at(value), floor + 18, figures.seconds(value), "ig-faint", "middle")
    legend = [(words.say("first good answer"), "ig-f0")]
    if any(row.first_page for row in rows):
        legend.append((words.say("first page answered"), "ig-f1"))
    for number, (said, look) in enumerate(legend):
        drawing.rect(EDGE + number * 220, 34, 10, 10, look)
        drawing.text(EDGE + 16 + number * 220, 43, said)
    for number, row in enumerate(rows):
        y = TOP + 6 + 30 * number
        drawing.text(left - 8, y + 14, row.label[:20], "ig-text", "end")
        if row.first_page:
            drawing.rect(
                across.at(row.healthy),
                y + 3,
                across.at(row.first_page) - across.at(row.healthy),
                14,
                "ig-f1",
            )
        drawing.rect(left, y + 3, across.at(row.healthy) - left, 14, "ig-f0")
        last = row.first_page or row.healthy
        said = figures.seconds(row.healthy)
        if row.first_page:
            said += f" · {figures.seconds(row.first_page)}"
        drawing.text(across.at(last) + 6, y + 14, said, "ig-faint")
    return drawing


def latency_series(load: LoadResult) -> list[tuple[str, Distribution]]:
    """The latency of successes of each operation of a run."""
    return [(row.operation, found) for row in load.operations if (found := success_latency(row))]


def busiest_latency(release: Release) -> Distribution | None:
    """The latency of the operation that succeeded most often."""
    found = [one for _, one in latency_series(release.load)] if release.load else []
    return max(found, key=lambda one: one.count, default=None)


def start_rows(release: Release, words: Words) -> list[StartRow]:
    """The measured starts of a release, else those its logs tell of."""
    if release.startup:
        return [
            StartRow(
                words.say("start %(n)s", n=words.number(number)),
                run.listening_s,
                run.healthy_s,
                run.first_page_s if (run.first_page_s or 0) > run.healthy_s else None,
            )
            for number, run in enumerate(release.startup.runs, 1)
            if run.healthy_s is not None
        ]
    return [
        StartRow(
            words.say("start %(n)s", n=words.number(attempt.number)),
            None,
            attempt.start_seconds,
            None,
        )
        for reading in (release.logs.readings if release.logs else ())
        for attempt in reading.attempts
        if attempt.start_seconds is not None
    ]


def typical_start(release: Release) -> StartRow | None:
    """One row for a release: the median of its measured starts, else the last one in its log."""
    seconds = release.start_seconds
    if seconds is None:
        return None
    spread = release.startup.spread if release.startup else {}
    page = spread["first_page_s"].median_s if "first_page_s" in spread else None
    return StartRow(release.version, None, seconds, page if page and page > seconds else None)
