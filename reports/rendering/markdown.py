"""A release's report as Markdown."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from reports.load_figures import success_latency
from reports.rendering.load_text import LoadText
from reports.rendering.release_text import ReleaseText
from reports.rendering.release_view import ReleaseView, groups
from reports.rendering.templates_environment import markdown_environment
from reports.rendering.words import words

if TYPE_CHECKING:
    from reports.release import Release
    from reports.rendering.words import Language

_MANY_BLANK_LINES = re.compile(r"\n{3,}")


def release_markdown(release: Release, language: Language) -> str:
    """Return the report of one release: the verdict first, long parts folded."""
    spoken = words(language)
    view = ReleaseView(release)
    text = ReleaseText(view, spoken)
    environment = markdown_environment(spoken)
    environment.globals |= {
        "groups": groups,
        "success_latency": success_latency,
        **{
            name: getattr(LoadText(spoken), name)
            for name in ("capacity", "load_summary", "overload", "percentile")
        },
        **{
            name: getattr(text, name)
            for name in (
                *("answers", "cost", "ending", "endpoint_status", "error_count", "group_remark"),
                *("limits", "meaning", "outcome_counts", "purpose"),
            )
        },
    }
    return tidy(
        environment.get_template("report.md.j2").render(
            release=release,
            view=view,
            headline=text.headline(),
            start_time=text.start_time(),
            log_errors=text.log_errors(),
            part_files=part_files(release),
        )
    )


def part_files(release: Release) -> list[str]:
    """The names of the result files that a release has."""
    parts = ("conformance", "load", "logs", "startup")
    return [f"{part}.json" for part in parts if getattr(release, part, None) is not None]


def tidy(text: str) -> str:
    """Return the document with one blank line between its parts and one newline at its end.

    Fenced blocks keep theirs: evidence is shown as it came.
    """
    parts = re.split(r"(?ms)^(`{3,})[^\n`]*\n.*?^\1$", text)
    fences = [m[0] for m in re.finditer(r"(?ms)^(`{3,})[^\n`]*\n.*?^\1$", text)]
    prose = [_MANY_BLANK_LINES.sub("\n\n", part) for part in parts[::2]]
    joined = "".join(a + b for a, b in zip(prose, [*fences, ""], strict=True))
    return joined.strip("\n") + "\n"
