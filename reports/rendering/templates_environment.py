"""The two template environments: Markdown that escapes by default, and HTML that does."""

from __future__ import annotations

import json
from functools import cache, partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from markupsafe import Markup, escape

from reports.rendering import html_text, vocabulary
from reports.rendering import markdown_text as md
from reports.rendering.figures import Figures
from reports.rendering.retelling import retold

if TYPE_CHECKING:
    from jinja2 import Environment

    from reports.rendering.words import Words

TEMPLATES = Path(__file__).resolve().parent / "templates"


@cache
def markdown_environment(words: Words) -> Environment:
    """Return the environment of the Markdown templates in one language.

    Whatever a template prints is escaped unless a filter has made it Markdown; `_` and `ngettext`
    escape what they fill in, not the translation.
    """
    from jinja2 import Environment, FileSystemLoader, StrictUndefined

    environment = Environment(
        loader=FileSystemLoader(TEMPLATES),
        undefined=StrictUndefined,
        finalize=md.inline,
        autoescape=False,  # noqa: S701 - `finalize` escapes for Markdown, which is no HTML
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    environment.filters |= {"code": md.code, "prose": md.prose, "block": md.block}
    environment.filters |= {"html_text": md.html_text, "pretty": pretty}

    def say(message: str, **values: Any) -> md.Markdown:
        return md.Markdown(words.say(message, **{k: md.inline(v) for k, v in values.items()}))

    def count(one: str, many: str, n: int, **values: Any) -> md.Markdown:
        escaped = {k: md.inline(v) for k, v in values.items()}
        return md.Markdown(words.count(one, many, n, **escaped))

    environment.globals |= {"_": say, "ngettext": count}
    _share(environment, words)
    return environment


@cache
def html_environment(words: Words) -> Environment:
    """Return the environment of the HTML templates in one language; it escapes what it prints."""
    from jinja2 import Environment, FileSystemLoader, StrictUndefined

    environment = Environment(
        loader=FileSystemLoader(TEMPLATES),
        undefined=StrictUndefined,
        finalize=html_text.shown,
        autoescape=True,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    environment.filters |= {"prose": html_text.prose, "pretty": pretty}

    def say(message: str, **values: Any) -> Markup:
        text = escape(words.say(message))
        return text % values if values else text

    def count(one: str, many: str, n: int, **values: Any) -> Markup:
        return escape(words.count(one, many, n, **values))

    environment.globals |= {"_": say, "ngettext": count}
    _share(environment, words)
    return environment


def pretty(text: str) -> str:
    """Return JSON indented for reading, anything else as it is."""
    try:
        return json.dumps(json.loads(text), indent=2, ensure_ascii=False)
    except ValueError:
        return text


def _share(environment: Environment, words: Words) -> None:
    environment.filters["retold"] = partial(retold, words)
    environment.globals |= {
        "words": words,
        "figures": Figures(words),
        "vocabulary": vocabulary,
    }
