"""From detected lines to blocks in reading order."""

from __future__ import annotations

from dataclasses import dataclass

from reference_server.ocr.engine import Block


@dataclass(frozen=True, slots=True)
class Line:
    """A detected line: text, its four corners (clockwise from top left, pixels), confidence."""

    text: str
    corners: list[tuple[float, float]]
    score: float


def group_lines(lines: list[Line], width: int, height: int) -> tuple[Block, ...]:
    """One block per line, in the order given; boxes are clipped to the page."""
    return tuple(
        Block(text=line.text, box=_box(line, width, height), score=line.score) for line in lines
    )


def _box(line: Line, width: int, height: int) -> tuple[int, int, int, int]:
    xs = [x for x, _ in line.corners]
    ys = [y for _, y in line.corners]
    return (
        min(max(int(min(xs)), 0), width),
        min(max(int(min(ys)), 0), height),
        min(max(round(max(xs)), 0), width),
        min(max(round(max(ys)), 0), height),
    )
