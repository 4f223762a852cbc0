"""How documents that lie beside each other are called, and how they link to one another."""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import quote

if TYPE_CHECKING:
    from reports.comparison import Comparison
    from reports.rendering.words import Language


def localised(name: str, language: Language, suffix: str) -> str:
    """Return the file name of a document: `report.md`, `report.ru.md`."""
    return f"{name}.{suffix}" if language == "en" else f"{name}.{language}.{suffix}"


def report_links(comparison: Comparison, language: Language, suffix: str) -> dict[str, str]:
    """Return the addresses of both reports from where the comparison lies: beside version b."""
    file = localised("report", language, suffix)
    service = comparison.b.service
    return {
        name: quote(
            f"{'' if side.service == service else f'../{side.service}/'}{side.version}/{file}"
        )
        for name, side in (("a", comparison.a), ("b", comparison.b))
    }
