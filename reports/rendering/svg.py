"""Small SVG drawings: the same marks as a file that Markdown embeds and inside an HTML page.

Looks are given by classes alone. A file carries the style sheet with it, in light and dark; a page
has it already, so that no inline style stands in the way of a strict content security policy.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from html import escape

STYLE = (
    ".ig-chart{font:12px system-ui,-apple-system,'Segoe UI','DejaVu Sans',sans-serif}"
    ".ig-text{fill:#3d444d}.ig-faint{fill:#6b7480}.ig-title{fill:#1f2328;font-weight:600;font-size:14px}"
    ".ig-grid{stroke:#d9dee4;stroke-width:1}.ig-axis{stroke:#8b949e;stroke-width:1}"
    ".ig-line{fill:none;stroke-width:2.25;stroke-linejoin:round;stroke-linecap:round}"
    ".ig-dash{stroke-dasharray:4 3;stroke-width:1.5;fill:none}.ig-area{fill-opacity:.14}"
    ".ig-s0{stroke:#2563eb}.ig-s1{stroke:#d97706}.ig-s2{stroke:#7c3aed}.ig-s3{stroke:#0d9488}"
    ".ig-f0{fill:#2563eb}.ig-f1{fill:#d97706}.ig-f2{fill:#7c3aed}.ig-f3{fill:#0d9488}"
    ".ig-good{fill:#1a7f37}.ig-bad{fill:#cf222e}.ig-open{fill:#8b949e}.ig-back{fill:#fff}"
)
DARK_STYLE = (
    "@media (prefers-color-scheme:dark){.ig-text{fill:#c9d1d9}.ig-faint{fill:#9da7b3}"
    ".ig-title{fill:#f0f6fc}.ig-grid{stroke:#30363d}.ig-back{fill:#0d1117}"
    ".ig-s0{stroke:#60a5fa}.ig-s1{stroke:#fbbf24}.ig-f0{fill:#60a5fa}.ig-f1{fill:#fbbf24}"
    ".ig-good{fill:#3fb950}.ig-bad{fill:#f85149}}"
)


@dataclass
class Drawing:
    """An SVG drawing of a fixed size in pixels; `title` is what a screen reader says of it."""

    width: int
    height: int
    title: str
    _marks: list[str] = field(default_factory=list)

    def line(self, x1: float, y1: float, x2: float, y2: float, look: str) -> None:
        self._marks.append(
            f'<line x1="{_n(x1)}" y1="{_n(y1)}" x2="{_n(x2)}" y2="{_n(y2)}" class="{look}"/>'
        )

    def rect(self, x: float, y: float, width: float, height: float, look: str) -> None:
        self._marks.append(
            f'<rect x="{_n(x)}" y="{_n(y)}" width="{_n(max(0, width))}" height="{_n(height)}" '
            f'rx="3" class="{look}"/>'
        )

    def dot(self, x: float, y: float, look: str, said: str) -> None:
        self._marks.append(
            f'<circle cx="{_n(x)}" cy="{_n(y)}" r="4.5" class="{look}"><title>{escape(said)}</title></circle>'
        )

    def path(self, points: list[tuple[float, float]], look: str, *, closed: bool = False) -> None:
        if points:
            way = " ".join(f"{_n(x)},{_n(y)}" for x, y in points)
            tag = "polygon" if closed else "polyline"
            self._marks.append(f'<{tag} points="{way}" class="{look}"/>')

    def text(
        self, x: float, y: float, said: str, look: str = "ig-text", anchor: str = "start"
    ) -> None:
        self._marks.append(
            f'<text x="{_n(x)}" y="{_n(y)}" class="{look}" text-anchor="{anchor}">{escape(said)}</text>'
        )

    def inline(self) -> str:
        """The drawing for an HTML page that has STYLE in its own style sheet."""
        return self._wrapped("")

    def file(self) -> str:
        """The drawing as a file of its own."""
        back = f'<rect width="{self.width}" height="{self.height}" class="ig-back"/>'
        return self._wrapped(f"<style>{STYLE}{DARK_STYLE}</style>{back}") + "\n"

    def _wrapped(self, first: str) -> str:
        title = escape(self.title, quote=True)
        return (
            f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {self.width} {self.height}" '
            f'width="{self.width}" height="{self.height}" class="ig-chart" role="img" '
            f'aria-label="{title}">{first}{"".join(self._marks)}</svg>'
        )


def _n(value: float) -> str:
    """A coordinate to a tenth of a pixel: the same on every machine."""
    return f"{round(value, 1) + 0.0:.1f}".removesuffix(".0")
