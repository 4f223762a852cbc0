"""The Cyrillic engine: the tesseract program, through pytesseract."""

from __future__ import annotations

import math
import os
import shutil
from importlib.util import find_spec
from typing import TYPE_CHECKING

from reference_server.ocr.engine import EngineUnavailable, Page
from reference_server.ocr.page_cleaning import clean
from reference_server.ocr.reading_order import Line, group_lines

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from PIL.Image import Image

    from reference_server.settings import Settings

    Words = Mapping[str, Sequence[int | float | str]]

PACKAGE_REMEDY = "pip install 'inference-gate[server]'"
PROGRAM_REMEDY = "apt-get install tesseract-ocr tesseract-ocr-rus"
PAGE_TIMEOUT_S = 120


class TesseractEngine:
    """Reads by one subprocess a page, so `read` is safe on several threads."""

    def __init__(self, languages: str) -> None:
        self._languages = languages

    def load(self) -> None:
        lacking = _lacking(self._languages)
        if lacking:
            raise EngineUnavailable("; ".join(lacking))
        # The workers share the cores; tesseract's own threads would only contend.
        os.environ.setdefault("OMP_THREAD_LIMIT", "1")

    def read(self, image: Image) -> Page:
        import pytesseract

        page, angle = clean(image)
        try:
            words = pytesseract.image_to_data(
                page,
                lang=self._languages,
                timeout=PAGE_TIMEOUT_S,
                output_type=pytesseract.Output.DICT,
            )
        except pytesseract.TesseractNotFoundError:
            raise EngineUnavailable(f"program tesseract: {PROGRAM_REMEDY}") from None
        lines = [_turned_back(line, angle, page.size) for line in lines_of(words)]
        return Page(image.width, image.height, group_lines(lines, image.width, image.height))


def lines_of(words: Words) -> list[Line]:
    """The words that tesseract found, each a line of its own for the reading order to join.

    `words` has one list per column of tesseract's TSV output. Words of a line get its height, so
    that "on" and "by" stand in the same row.
    """
    tops: dict[tuple[int, ...], list[int]] = {}
    rows = [row for row, text in enumerate(words["text"]) if str(text).strip()]
    for row in rows:
        tops.setdefault(_line_key(words, row), []).append(row)
    return [_line(words, row, tops[_line_key(words, row)]) for row in rows]


def _line_key(words: Words, row: int) -> tuple[int, ...]:
    return tuple(int(words[name][row]) for name in ("block_num", "par_num", "line_num"))


def _line(words: Words, row: int, neighbours: Sequence[int]) -> Line:
    left = int(words["left"][row])
    right = left + int(words["width"][row])
    top = min(int(words["top"][other]) for other in neighbours)
    bottom = max(int(words["top"][other]) + int(words["height"][other]) for other in neighbours)
    return Line(
        text=str(words["text"][row]).strip(),
        corners=((left, top), (right, top), (right, bottom), (left, bottom)),
        score=float(words["conf"][row]) / 100,
    )


def _turned_back(line: Line, degrees: float, size: tuple[int, int]) -> Line:
    """The line on the page as it was before it was turned about its middle."""
    if not degrees:
        return line
    cos, sin = math.cos(math.radians(degrees)), math.sin(math.radians(degrees))
    middle_x, middle_y = size[0] / 2, size[1] / 2
    corners = [
        (
            middle_x + (x - middle_x) * cos - (y - middle_y) * sin,
            middle_y + (x - middle_x) * sin + (y - middle_y) * cos,
        )
        for x, y in line.corners
    ]
    return Line(line.text, corners, line.score)


def _lacking(languages: str) -> list[str]:
    if find_spec("pytesseract") is None:
        return [f"package pytesseract: {PACKAGE_REMEDY}"]
    if shutil.which("tesseract") is None:
        return [f"program tesseract: {PROGRAM_REMEDY}"]
    import pytesseract

    installed = pytesseract.get_languages()
    return [
        f"tesseract's language {language}: apt-get install tesseract-ocr-{language}"
        for language in languages.split("+")
        if language not in installed
    ]


def build(settings: Settings) -> TesseractEngine:
    return TesseractEngine(settings.ocr_languages)


def missing(settings: Settings) -> list[str]:
    return _lacking(settings.ocr_languages)
