"""How start, latency and throughput went from release to release: three panels side by side."""

from __future__ import annotations

from typing import TYPE_CHECKING

from reports.rendering.figures import Figures
from reports.rendering.scales import Scale
from reports.rendering.svg import Drawing

if TYPE_CHECKING:
    from collections.abc import Callable

    from reports.rendering.index_view import ServiceView
    from reports.rendering.words import Words

_PANEL, _HEIGHT, _TOP, _BOTTOM, _SIDE = 240, 190, 62, 34, 22
_MOST_NAMES = 6


def trend_chart(view: ServiceView, words: Words) -> Drawing | None:
    """Return the panels of those measures that at least two releases have."""
    figures = Figures(words)
    panels: list[tuple[str, list[float | None], Callable[[float | None], str]]] = [
        (words.say("Start time"), [one.start_seconds for one in view.releases], figures.seconds),
        (words.say("Latency p95"), [one.p95_ms for one in view.releases], figures.milliseconds),
        (words.say("Right answers"), [one.throughput for one in view.releases], figures.rate),
    ]
    panels = [p for p in panels if sum(value is not None for value in p[1]) > 1]
    if not panels:
        return None
    drawing = Drawing(
        _PANEL * len(panels), _HEIGHT, words.say("Trend of %(service)s", service=view.service)
    )
    names = [one.version for one in view.releases]
    for number, (title, values, write) in enumerate(panels):
        _panel(drawing, number * _PANEL, number, title, names, values, write)
    return drawing


def _panel(
    drawing: Drawing,
    left: float,
    number: int,
    title: str,
    names: list[str],
    values: list[float | None],
    write: Callable[[float | None], str],
) -> None:
    known = [value for value in values if value is not None]
    across = Scale(0, len(values) - 1, left + _SIDE, left + _PANEL - _SIDE)
    up = Scale(0, max(known) * 1.15 or 1.0, _HEIGHT - _BOTTOM, _TOP)
    drawing.text(left + 8, 22, title, "ig-title")
    drawing.text(left + 8, 42, write(known[-1]), "ig-faint")
    drawing.line(left + 8, up.at(0), left + _PANEL - 8, up.at(0), "ig-axis")
    points = [
        (across.at(place), up.at(value), f"{names[place]}: {write(value)}")
        for place, value in enumerate(values)
        if value is not None
    ]
    drawing.path([(x, y) for x, y, _ in points], f"ig-line ig-s{number}")
    for x, y, said in points:
        drawing.dot(x, y, f"ig-f{number}", said)
    every = -(-len(names) // _MOST_NAMES)
    for place in range(len(names) - 1, -1, -every):
        drawing.text(across.at(place), _HEIGHT - 14, names[place][:10], "ig-faint", "middle")
