"""Which documents a release or a comparison has, and the text of each."""

from __future__ import annotations

from typing import TYPE_CHECKING

from reports.rendering.junit import junit_xml
from reports.rendering.markdown import comparison_markdown, release_markdown

if TYPE_CHECKING:
    from reports.comparison import Comparison
    from reports.comparison.gate_record import GateRecord
    from reports.release import Release


def release_documents(release: Release) -> dict[str, str | bytes]:
    """Return the documents of a release by file name, in the order of their names."""
    documents: dict[str, str | bytes] = {
        "report.md": release_markdown(release, "en"),
        "report.ru.md": release_markdown(release, "ru"),
    }
    if release.conformance is not None:
        documents["junit.xml"] = junit_xml(release.conformance)
    return documents


def comparison_documents(
    comparison: Comparison, record: GateRecord | None, name: str
) -> dict[str, str | bytes]:
    """Return the documents of a comparison by file name; `name` is theirs without a suffix."""
    return {
        f"{name}.md": comparison_markdown(comparison, record, "en"),
        f"{name}.ru.md": comparison_markdown(comparison, record, "ru"),
    }
