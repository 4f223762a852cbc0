"""An engine that knows what the suite's pages say, because it watched them being drawn.

Suite and server share a process here. What the pen writes is remembered with its place, and a
page that comes back is found again by its pixels: black or white, nearest of the pages of its
size, so that greyscale, palettes, 16 bits and JPEG change nothing.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from reference_server.ocr.engine import Block, Page
from schemas.ocr_service import pages

if TYPE_CHECKING:
    from PIL.Image import Image

FARTHEST = 0.01
"""The share of pixels by which a page may differ; JPEG at quality 75 changes under 0.2 %."""


@dataclass(frozen=True)
class Remembered:
    """A drawn page: its ink, and what stands where in the order in which it is read."""

    kind: str
    ink: Any
    blocks: tuple[Block, ...]


_pages: dict[tuple[int, int], list[Remembered]] = {}


def watch_the_pen() -> None:
    """From now on remember every page that is drawn in this process."""
    written: list[Block] = []
    blank, encode = pages._blank, pages._encode

    def watched_blank(width: int, height: int) -> tuple[Image, Any]:
        written.clear()
        page, pen = blank(width, height)
        return page, _WatchedPen(pen, written)

    def watched_encode(
        kind: str, page: Image, lines: tuple[str, ...], **about: Any
    ) -> pages.DrawnPage:
        drawn = encode(kind, page, lines, **about)
        left = list(written)
        blocks = []
        for line in lines:
            block = next(one for one in left if one.text == line)
            left.remove(block)
            blocks.append(block)
        known = _pages.setdefault(page.size, [])
        known.append(Remembered(kind, _ink(page), tuple(blocks)))
        return drawn

    pages._blank, pages._encode = watched_blank, watched_encode


class _WatchedPen:
    def __init__(self, pen: Any, written: list[Block]) -> None:
        self._pen, self._written = pen, written

    def text(self, place: tuple[int, int], text: str, **style: Any) -> None:
        self._pen.text(place, text, **style)
        x1, y1, x2, y2 = (round(value) for value in self._pen.textbbox(place, text, style["font"]))
        self._written.append(Block(text, (x1, y1, x2, y2)))

    def __getattr__(self, name: str) -> Any:
        return getattr(self._pen, name)


def _ink(image: Image) -> Any:
    return np.asarray(image.convert("L")) < 128


class InstantEngine:
    """Reads pages that were drawn in this process; on any other image it sees nothing."""

    def load(self) -> None:
        """Be ready at once."""

    def read(self, image: Image) -> Page:
        """The blocks of the page that this image shows."""
        known = _recognised(image)
        return Page(image.width, image.height, () if known is None else known.blocks)

    def kind_of(self, image: Image) -> str:
        """The kind of page that this image shows, or nothing."""
        known = _recognised(image)
        return "" if known is None else known.kind


def _recognised(image: Image) -> Remembered | None:
    ink = _ink(image)
    candidates = [(int(np.count_nonzero(one.ink ^ ink)), one) for one in _pages.get(image.size, ())]
    distance, nearest = min(candidates, key=lambda pair: pair[0], default=(0, None))
    return nearest if distance <= FARTHEST * ink.size else None
