"""The Cyrillic engine: the tesseract program, through pytesseract."""

from __future__ import annotations

import os
import shutil
from importlib.util import find_spec
from typing import TYPE_CHECKING

from reference_server.ocr.engine import Block, EngineUnavailable, Page

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from PIL.Image import Image

    from reference_server.settings import Settings

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

        try:
            words = pytesseract.image_to_data(
                image,
                lang=self._languages,
                timeout=PAGE_TIMEOUT_S,
                output_type=pytesseract.Output.DICT,
            )
        except pytesseract.TesseractNotFoundError:
            raise EngineUnavailable(f"program tesseract: {PROGRAM_REMEDY}") from None
        return Page(image.width, image.height, blocks_of(words))


def blocks_of(words: Mapping[str, Sequence[int | float | str]]) -> tuple[Block, ...]:
    """The paragraphs that tesseract found as blocks, their lines apart by newlines.

    `words` has one list per column of tesseract's TSV output.
    """
    paragraphs: dict[tuple[int, int], list[int]] = {}
    for row, text in enumerate(words["text"]):
        if str(text).strip():
            key = (int(words["block_num"][row]), int(words["par_num"][row]))
            paragraphs.setdefault(key, []).append(row)
    return tuple(_block(words, rows) for rows in paragraphs.values())


def _block(words: Mapping[str, Sequence[int | float | str]], rows: list[int]) -> Block:
    lines: dict[int, list[str]] = {}
    for row in rows:
        lines.setdefault(int(words["line_num"][row]), []).append(str(words["text"][row]))
    left = [int(words["left"][row]) for row in rows]
    top = [int(words["top"][row]) for row in rows]
    right = [x + int(words["width"][row]) for x, row in zip(left, rows, strict=True)]
    bottom = [y + int(words["height"][row]) for y, row in zip(top, rows, strict=True)]
    return Block(
        text="\n".join(" ".join(line) for line in lines.values()),
        box=(min(left), min(top), max(right), max(bottom)),
        score=sum(float(words["conf"][row]) for row in rows) / len(rows) / 100,
    )


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
