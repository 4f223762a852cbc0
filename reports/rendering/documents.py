"""Which documents a release or a comparison has, and the text of each."""

from __future__ import annotations

from typing import TYPE_CHECKING

from reports.rendering.badge import badge
from reports.rendering.chart_files import comparison_charts, release_charts
from reports.rendering.ci import gitlab_code_quality
from reports.rendering.html import comparison_page, release_page
from reports.rendering.junit import junit_xml
from reports.rendering.markdown import comparison_markdown, release_markdown
from reports.rendering.places import localised
from reports.rendering.release_view import ReleaseView
from reports.rendering.words import LANGUAGES, words

if TYPE_CHECKING:
    from reports.comparison import Comparison
    from reports.comparison.gate_record import GateRecord
    from reports.release import Release


def release_documents(release: Release) -> dict[str, str | bytes]:
    """Return the documents of a release by file name, in the order of their names."""
    documents: dict[str, str | bytes] = {
        "badge.svg": badge(release.version, ReleaseView(release).verdict)
    }
    for language in LANGUAGES:
        documents[localised("report", language, "md")] = release_markdown(release, language)
        documents[localised("report", language, "html")] = release_page(release, language)
        for name, drawing in release_charts(release, words(language)).items():
            documents[f"charts/{localised(name, language, 'svg')}"] = drawing.file()
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
        documents[localised(name, language, "md")] = comparison_markdown(
            comparison, record, name, language
        )
        documents[localised(name, language, "html")] = comparison_page(
            comparison, record, name, language
        )
        for chart, drawing in comparison_charts(comparison, words(language)).items():
            documents[f"charts/{name}.{localised(chart, language, 'svg')}"] = drawing.file()
    return documents
