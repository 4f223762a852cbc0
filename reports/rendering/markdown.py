"""Reports and comparisons as Markdown."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING
from urllib.parse import quote

from reports.comparison import MOVE_KINDS
from reports.load_figures import success_latency
from reports.recommendations import comparison_facts, recommendations, release_facts
from reports.rendering.chart_files import chart_file, comparison_charts, release_charts
from reports.rendering.comparison_text import MEASURES, ComparisonText
from reports.rendering.load_text import LoadText
from reports.rendering.markdown_text import Markdown
from reports.rendering.recommendation_text import advice
from reports.rendering.release_text import ReleaseText
from reports.rendering.release_view import ReleaseView, groups
from reports.rendering.templates_environment import markdown_environment
from reports.rendering.trial_text import TrialText
from reports.rendering.words import words

if TYPE_CHECKING:
    from reports.comparison import Comparison
    from reports.comparison.gate_record import GateRecord
    from reports.release import Release
    from reports.rendering.svg import Drawing
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
            recommended=advice(recommendations(release_facts(release), "release"), spoken),
            charts=_embedded(release_charts(release, spoken), "charts/", language),
            start_measures=MEASURES,
        )
    )


def comparison_markdown(
    comparison: Comparison, record: GateRecord | None, name: str, language: Language
) -> str:
    """Return the comparison of two releases: the verdict and the table people know first.

    With the record of a release gate, the verdict is the gate's. `name` is the name of the file
    without its suffix.
    """
    spoken = words(language)
    text = ComparisonText(comparison, spoken)
    facts = comparison_facts(comparison)
    environment = markdown_environment(spoken)
    environment.globals |= {
        name: getattr(text, name)
        for name in (
            *("change", "functionality", "log_errors", "measure", "move_title", "value"),
            *("vllm", "works"),
        )
    }
    return tidy(
        environment.get_template("comparison.md.j2").render(
            comparison=comparison,
            record=record,
            trial=TrialText(record.trial, spoken) if record and record.trial else None,
            verdict=record.verdict if record else comparison.verdict.name,
            headline=text.headline(),
            caveat_sentence=text.caveat,
            moved=[(k, moves) for k in MOVE_KINDS if (moves := comparison.moved(k))],
            before=advice(recommendations(facts, "before"), spoken),
            after=advice(recommendations(facts, "after"), spoken),
            links=_report_links(comparison, language),
            charts=_embedded(comparison_charts(comparison, spoken), f"charts/{name}.", language),
        )
    )


@dataclass(frozen=True)
class _Embedded:
    title: str
    file: Markdown


def _embedded(charts: dict[str, Drawing], prefix: str, language: Language) -> dict[str, _Embedded]:
    return {
        name: _Embedded(drawing.title, Markdown(quote(prefix + chart_file(name, language))))
        for name, drawing in charts.items()
    }


def _report_links(comparison: Comparison, language: Language) -> dict[str, Markdown]:
    """Addresses of the two reports from where the comparison lies: beside version b."""
    file = "report.md" if language == "en" else f"report.{language}.md"
    sides = {"a": comparison.a, "b": comparison.b}
    return {
        name: Markdown(
            quote(
                f"{'' if side.service == comparison.b.service else f'../{side.service}/'}"
                f"{side.version}/{file}"
            )
        )
        for name, side in sides.items()
    }


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
