"""Which documents a release or a comparison has, and the text of each."""

from __future__ import annotations

from typing import TYPE_CHECKING

from reports.rendering.badge import badge
from reports.rendering.chart_files import chart_file, comparison_charts, release_charts
from reports.rendering.ci import gitlab_code_quality
from reports.rendering.junit import junit_xml
from reports.rendering.markdown import comparison_markdown, release_markdown
from reports.rendering.release_view import ReleaseView
from reports.rendering.words import LANGUAGES, words

if TYPE_CHECKING:
    from reports.comparison import Comparison
    from reports.comparison.gate_record import GateRecord
    from reports.release import Release
    from reports.rendering.words import Language


def release_documents(release: Release) -> dict[str, str | bytes]:
    """Return the documents of a release by file name, in the order of their names."""
    documents: dict[str, str | bytes] = {
        "badge.svg": badge(release.version, ReleaseView(release).verdict)
    }
    for language in LANGUAGES:
        documents[_localised("report", language, "md")] = release_markdown(release, language)
        for name, drawing in release_charts(release, words(language)).items():
            documents[f"charts/{chart_file(name, language)}"] = drawing.file()
    if release.conformance is not None:
        report = f"{release.service}/{release.version}/report.md"
        documents["code-quality.json"] = gitlab_code_quality(release.conformance, report)
        documents["junit.xml"] = junit_xml(release.conformance)
    return documents


def comparison_documents(
    comparison: Comparison, record: GateRecord | None, name: str
) -> dict[str, str | bytes]:
    """Return the documents of a comparison by file name; `name` is theirs without a suffix."""
    documents: dict[str, str | bytes] = {}
    for language in LANGUAGES:
        documents[_localised(name, language, "md")] = comparison_markdown(
            comparison, record, name, language
        )
        for chart, drawing in comparison_charts(comparison, words(language)).items():
            documents[f"charts/{name}.{chart_file(chart, language)}"] = drawing.file()
    return documents


def _localised(name: str, language: Language, suffix: str) -> str:
    return f"{name}.{suffix}" if language == "en" else f"{name}.{language}.{suffix}"
