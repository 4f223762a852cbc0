"""Which documents a release's folder holds, and the text of each."""

from __future__ import annotations

from typing import TYPE_CHECKING

from reports.rendering.junit import junit_xml
from reports.rendering.markdown import release_markdown

if TYPE_CHECKING:
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
