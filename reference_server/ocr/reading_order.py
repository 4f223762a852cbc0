"""From detected lines to blocks in reading order: columns one after the other, rows otherwise.

The page is straightened first, by the median slope of its lines. Rows that leave the same gutter
free make a band; a band of wide lines on both sides is text in columns, any other is read row by
row, as a table is.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from statistics import median
from typing import TYPE_CHECKING

from reference_server.ocr.engine import Block

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

GUTTER_HEIGHTS = 1.5
"""The least width of a gutter between columns, in line heights."""
WIDE_LINE_HEIGHTS = 4.0
"""The median line of a text column is at least so many heights wide; a table's cell is not."""
WORD_GAP_HEIGHTS = 1.0
"""Pieces of a row nearer than this are one line."""
LINE_GAP_HEIGHTS = 1.0
"""Lines of a paragraph are nearer than this."""
SAME_ROW_HEIGHTS = 0.5
HEIGHT_RATIO = 1.5
"""Lines of a paragraph differ less in height."""


@dataclass(frozen=True, slots=True)
class Line:
    """A detected line: text, its four corners (clockwise from top left, pixels), confidence."""

    text: str
    corners: Sequence[tuple[float, float]]
    score: float


@dataclass(frozen=True, slots=True)
class _Piece:
    """A line with its extent on the straightened page."""

    line: Line
    left: float
    top: float
    right: float
    bottom: float

    @property
    def height(self) -> float:
        return max(self.bottom - self.top, 1.0)

    @property
    def middle(self) -> float:
        return (self.top + self.bottom) / 2


_Row = list[_Piece]
_Span = tuple[float, float]


def group_lines(lines: Sequence[Line], width: int, height: int) -> tuple[Block, ...]:
    """Blocks in reading order; boxes are clipped to the page of `width` x `height` pixels."""
    if not lines:
        return ()
    pieces = _straightened(lines)
    paragraphs = _paragraphs(_ordered(pieces))
    return tuple(_block(paragraph, width, height) for paragraph in paragraphs)


def _straightened(lines: Sequence[Line]) -> list[_Piece]:
    angle = median(
        math.atan2(line.corners[1][1] - line.corners[0][1], line.corners[1][0] - line.corners[0][0])
        for line in lines
    )
    cos, sin = math.cos(angle), math.sin(angle)
    pieces = []
    for line in lines:
        xs = [x * cos + y * sin for x, y in line.corners]
        ys = [y * cos - x * sin for x, y in line.corners]
        pieces.append(_Piece(line, min(xs), min(ys), max(xs), max(ys)))
    return pieces


def _ordered(pieces: Sequence[_Piece]) -> list[_Row]:
    """Rows in reading order; the rows of a column follow each other."""
    typical = median(piece.height for piece in pieces)
    result: list[_Row] = []
    for band, gutter in _bands(_rows(pieces), GUTTER_HEIGHTS * typical):
        inside = [piece for row in band for piece in row]
        if gutter is None:
            result.extend(band)
            continue
        middle = sum(gutter) / 2
        sides = [
            [piece for piece in inside if piece.right <= middle],
            [piece for piece in inside if piece.left >= middle],
        ]
        if all(len(side) > 1 and _is_text(side) for side in sides):
            for side in sides:
                result.extend(_ordered(side))
        else:
            result.extend(band)
    return result


def _is_text(pieces: Sequence[_Piece]) -> bool:
    lines = [line for row in _rows(pieces) for line in _split(row, _apart_in_row)]
    return (
        median((line[-1].right - line[0].left) / line[0].height for line in lines)
        >= WIDE_LINE_HEIGHTS
    )


def _rows(pieces: Sequence[_Piece]) -> list[_Row]:
    rows: list[_Row] = []
    for piece in sorted(pieces, key=lambda piece: piece.middle):
        first = rows[-1][0] if rows else None
        if first and piece.middle - first.middle < SAME_ROW_HEIGHTS * min(
            piece.height, first.height
        ):
            rows[-1].append(piece)
        else:
            rows.append([piece])
    return [sorted(row, key=lambda piece: piece.left) for row in rows]


def _bands(rows: Sequence[_Row], least: float) -> list[tuple[list[_Row], _Span | None]]:
    """Runs of rows, each with a gutter that all its rows leave free, if there is one."""
    bands: list[tuple[list[_Row], _Span | None]] = []
    run: list[_Row] = []
    gutter: _Span | None = None
    for row in rows:
        wider = _gutter([*run, row], least)
        if run and wider is None:
            bands.append((run, gutter))
            run = []
        run.append(row)
        gutter = _gutter(run, least)
    bands.append((run, gutter))
    return bands


def _gutter(rows: Sequence[_Row], least: float) -> _Span | None:
    """The widest x range, at least `least` wide, that has pieces on both sides and none within."""
    spans = sorted((piece.left, piece.right) for row in rows for piece in row)
    best: _Span | None = None
    reached = spans[0][1]
    for left, right in spans[1:]:
        if left - reached >= least and (best is None or left - reached > best[1] - best[0]):
            best = (reached, left)
        reached = max(reached, right)
    return best


def _paragraphs(rows: Sequence[_Row]) -> list[list[_Row]]:
    """Paragraphs of lines; each line has the pieces that stand near to each other in a row."""
    lines = [line for row in rows for line in _split(row, _apart_in_row)]
    paragraphs: list[list[_Row]] = []
    for line in lines:
        if paragraphs and _continues(paragraphs[-1][-1], line):
            paragraphs[-1].append(line)
        else:
            paragraphs.append([line])
    return paragraphs


def _split(row: _Row, apart: Callable[[_Piece, _Piece], bool]) -> list[_Row]:
    parts: list[_Row] = [[row[0]]]
    for piece in row[1:]:
        if apart(parts[-1][-1], piece):
            parts.append([piece])
        else:
            parts[-1].append(piece)
    return parts


def _apart_in_row(before: _Piece, after: _Piece) -> bool:
    return after.left - before.right >= WORD_GAP_HEIGHTS * min(before.height, after.height)


def _continues(before: _Row, after: _Row) -> bool:
    """Whether the line `after` belongs to the paragraph that ends with the line `before`."""
    above, below = before[0], after[0]
    shorter, taller = sorted((above.height, below.height))
    overlap = min(before[-1].right, after[-1].right) - max(above.left, below.left)
    return (
        below.top > above.middle
        and below.top - above.bottom < LINE_GAP_HEIGHTS * shorter
        and taller < HEIGHT_RATIO * shorter
        and overlap > 0
    )


def _block(paragraph: Sequence[_Row], width: int, height: int) -> Block:
    pieces = [piece for line in paragraph for piece in line]
    xs = [x for piece in pieces for x, _ in piece.line.corners]
    ys = [y for piece in pieces for _, y in piece.line.corners]
    return Block(
        text="\n".join(" ".join(piece.line.text for piece in line) for line in paragraph),
        box=(
            min(max(math.floor(min(xs)), 0), width),
            min(max(math.floor(min(ys)), 0), height),
            min(max(math.ceil(max(xs)), 0), width),
            min(max(math.ceil(max(ys)), 0), height),
        ),
        score=sum(piece.line.score for piece in pieces) / len(pieces),
    )
