"""Reports and comparisons as Markdown."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING
from urllib.parse import quote

from reports.rendering.chart_files import comparison_charts, release_charts
from reports.rendering.context import comparison_context, release_context
from reports.rendering.markdown_text import Markdown
from reports.rendering.places import localised, report_links
from reports.rendering.templates_environment import markdown_environment
from reports.rendering.words import words

if TYPE_CHECKING:
    from reports.comparison import Comparison
    from reports.comparison.gate_record import GateRecord
    from reports.release import Release
    from reports.rendering.svg import Drawing
    from reports.rendering.words import Language

_FENCE = re.compile(r"(?ms)^(`{3,})[^\n`]*\n.*?^\1$")
_MANY_BLANK_LINES = re.compile(r"\n{3,}")


def release_markdown(release: Release, language: Language) -> str:
    """Return the report of one release: the verdict first, long parts folded."""
    spoken = words(language)
    charts = _embedded(release_charts(release, spoken), "charts/", language)
    template = markdown_environment(spoken).get_template("report.md.j2")
    return tidy(template.render(release_context(release, spoken), charts=charts))


def comparison_markdown(
    comparison: Comparison, record: GateRecord | None, name: str, language: Language
) -> str:
    """Return the comparison of two releases: the verdict and the table people know first.

    `name` is the name of the file without its suffix.
    """
    spoken = words(language)
    links = report_links(comparison, language, "md")
    template = markdown_environment(spoken).get_template("comparison.md.j2")
    return tidy(
        template.render(
            comparison_context(comparison, record, spoken),
            charts=_embedded(comparison_charts(comparison, spoken), f"charts/{name}.", language),
            links={side: Markdown(address) for side, address in links.items()},
        )
    )


def tidy(text: str) -> str:
    """Return the document with one blank line between its parts and one newline at its end.

    Fenced blocks keep theirs: evidence is shown as it came.
    """
    pieces, end = [], 0
    for fence in _FENCE.finditer(text):
        pieces += [_MANY_BLANK_LINES.sub("\n\n", text[end : fence.start()]), fence[0]]
        end = fence.end()
    pieces.append(_MANY_BLANK_LINES.sub("\n\n", text[end:]))
    return "".join(pieces).strip("\n") + "\n"


@dataclass(frozen=True)
class _Embedded:
    title: str
    file: Markdown


def _embedded(charts: dict[str, Drawing], prefix: str, language: Language) -> dict[str, _Embedded]:
    return {
        name: _Embedded(drawing.title, Markdown(quote(prefix + localised(name, language, "svg"))))
        for name, drawing in charts.items()
    }
