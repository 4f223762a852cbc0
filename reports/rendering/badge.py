"""A badge that says the verdict of a release in a line, for a README."""

from __future__ import annotations

from html import escape
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from reports.verdict import VerdictName

COLOURS: dict[VerdictName, str] = {
    "PASS": "#1a7f37",
    "FAIL": "#cf222e",
    "INCONCLUSIVE": "#9a6700",
    "INVALID": "#6e7781",
}
_CHARACTER = 6.9
_PADDING = 10


def badge(version: str, verdict: VerdictName) -> str:
    """Return the badge as SVG; the text is sized so that it fits whatever font is there."""
    left, right = _width(version), _width(verdict)
    width = left + right
    said = escape(f"{version}: {verdict}", quote=True)
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{width}" height="20" role="img" '
        f'aria-label="{said}"><title>{said}</title>'
        f'<clipPath id="r"><rect width="{width}" height="20" rx="3"/></clipPath>'
        f'<g clip-path="url(#r)"><rect width="{left}" height="20" fill="#3d444d"/>'
        f'<rect x="{left}" width="{right}" height="20" fill="{COLOURS[verdict]}"/></g>'
        '<g fill="#fff" text-anchor="middle" font-size="11" '
        'font-family="Verdana,Geneva,DejaVu Sans,sans-serif">'
        f"{_text(version, left / 2, left)}{_text(verdict, left + right / 2, right)}</g></svg>\n"
    )


def _width(text: str) -> int:
    return round(len(text) * _CHARACTER) + 2 * _PADDING


def _text(text: str, x: float, room: int) -> str:
    length = room - 2 * _PADDING
    return (
        f'<text x="{x:g}" y="14" textLength="{length}" lengthAdjust="spacingAndGlyphs">'
        f"{escape(text)}</text>"
    )
