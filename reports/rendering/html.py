"""Reports and comparisons as HTML pages, each whole in one file and usable without a network."""

from __future__ import annotations

import base64
import hashlib
from typing import TYPE_CHECKING, Any

from markupsafe import Markup

from reports.conformance_result import OUTCOMES
from reports.rendering.chart_files import comparison_charts, release_charts
from reports.rendering.context import comparison_context, release_context
from reports.rendering.html_text import tally_bar
from reports.rendering.places import localised, report_links
from reports.rendering.svg import DARK_STYLE, STYLE
from reports.rendering.templates_environment import TEMPLATES, html_environment
from reports.rendering.words import words

if TYPE_CHECKING:
    from reports.comparison import Comparison
    from reports.comparison.gate_record import GateRecord
    from reports.release import Release
    from reports.rendering.svg import Drawing
    from reports.rendering.words import Language

_OTHER: dict[Language, tuple[Language, str]] = {
    "en": ("ru", "По-русски"),
    "ru": ("en", "In English"),
}


def release_page(release: Release, language: Language) -> str:
    """Return the report of a release as a page with search and filter over its requirements."""
    spoken = words(language)
    return page(
        "report.html.j2",
        "report",
        language,
        release_context(release, spoken)
        | {
            "charts": _inline(release_charts(release, spoken)),
            "outcomes": OUTCOMES,
            "tally_bar": tally_bar,
        },
    )


def comparison_page(
    comparison: Comparison, record: GateRecord | None, name: str, language: Language
) -> str:
    """Return the comparison of two releases as a page; `name` is the file's without a suffix."""
    spoken = words(language)
    return page(
        "comparison.html.j2",
        name,
        language,
        comparison_context(comparison, record, spoken)
        | {
            "charts": _inline(comparison_charts(comparison, spoken)),
            "links": report_links(comparison, language, "html"),
        },
    )


def page(template: str, name: str, language: Language, context: dict[str, Any]) -> str:
    """Return a page of one template; `name` is the file's without language and suffix."""
    other, other_name = _OTHER[language]
    style = (TEMPLATES / "page.css").read_text(encoding="utf-8") + STYLE + DARK_STYLE
    script = (TEMPLATES / "page.js").read_text(encoding="utf-8")
    return (
        html_environment(words(language))
        .get_template(template)
        .render(
            context,
            style=Markup(style),  # noqa: S704 - our own file
            script=Markup(script),  # noqa: S704 - our own file
            policy=policy(style, script),
            index_file=localised("index", language, "html"),
            other_file=localised(name, other, "html"),
            other_language=other,
            other_name=other_name,
        )
    )


def policy(style: str, script: str) -> str:
    """Return a content security policy under which only this style and this script do anything."""
    return (
        f"default-src 'none'; style-src {_hash(style)}; script-src {_hash(script)}; "
        "base-uri 'none'; form-action 'none'"
    )


def _hash(text: str) -> str:
    digest = hashlib.sha256(text.encode()).digest()
    return f"'sha256-{base64.b64encode(digest).decode()}'"


def _inline(charts: dict[str, Drawing]) -> dict[str, Markup | None]:
    """The drawings as markup; their texts were escaped when they were drawn."""
    return {
        name: Markup(charts[name].inline()) if name in charts else None  # noqa: S704
        for name in ("start", "latency", "rate")
    }
