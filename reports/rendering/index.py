"""The index over all published releases, as Markdown and as a page."""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import quote

from markupsafe import Markup

from reports.rendering.html import page
from reports.rendering.markdown import tidy
from reports.rendering.markdown_text import Markdown
from reports.rendering.places import localised
from reports.rendering.release_text import ReleaseText
from reports.rendering.templates_environment import markdown_environment
from reports.rendering.trend_chart import trend_chart
from reports.rendering.words import LANGUAGES, words

if TYPE_CHECKING:
    from reports.rendering.index_view import Published, ServiceView
    from reports.rendering.words import Language, Words

STANDING_MARKS = {
    "conforms": "✅",
    "violates": "❌",
    "accepted": "☑️",
    "warns": "⚠️",
    "unsupported": "➖",
    "untested": "❔",
    "harness_error": "🛠️",
    None: "",
}


def index_documents(services: tuple[ServiceView, ...]) -> dict[str, str]:
    """Return the index in every form and language, and its charts, by file name."""
    documents: dict[str, str] = {}
    for language in LANGUAGES:
        spoken = words(language)
        charts = {one.service: trend_chart(one, spoken) for one in services}
        files = {
            name: f"charts/{name}.{localised('trend', language, 'svg')}"
            for name, drawing in charts.items()
            if drawing
        }
        context = {
            "services": services,
            "requirements": lambda one, spoken=spoken: _requirements(one, spoken),
            "marks": STANDING_MARKS,
        }
        documents[localised("index", language, "md")] = tidy(
            markdown_environment(spoken)
            .get_template("index.md.j2")
            .render(
                context,
                link=lambda *parts, language=language: Markdown(_link(parts, language, "md")),
                charts={name: Markdown(quote(file)) for name, file in files.items()},
            )
        )
        documents[localised("index", language, "html")] = page(
            "index.html.j2",
            "index",
            language,
            context
            | {
                "link": lambda *parts, language=language: _link(parts, language, "html"),
                "charts": {
                    name: Markup(drawing.inline())  # noqa: S704 - its texts were escaped
                    for name, drawing in charts.items()
                    if drawing
                },
            },
        )
        documents |= {
            file: drawing.file()
            for name, file in files.items()
            if (drawing := charts[name]) is not None
        }
    return documents


def _requirements(one: Published, spoken: Words) -> str:
    if one.view is None or not one.view.rows:
        return spoken.say("not measured")
    return ReleaseText(one.view, spoken).outcome_counts(one.view.tally)


def _link(parts: tuple[str, ...], language: Language, suffix: str) -> str:
    """The address of a document named by its folders and its name without a suffix."""
    *folders, name = parts
    return quote("/".join([*folders, localised(name, language, suffix)]))
