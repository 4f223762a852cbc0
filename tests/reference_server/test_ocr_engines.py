"""Reading order, page cleaning, and both engines on drawn pages."""

from __future__ import annotations

import io
import shutil
from typing import TYPE_CHECKING

import pytest
from PIL import Image, ImageDraw, ImageFont

from reference_server.ocr.engine import EngineUnavailable
from reference_server.ocr.page_cleaning import clean, skew
from reference_server.ocr.rapidocr_engine import RapidOcrEngine
from reference_server.ocr.reading_order import Line, group_lines
from reference_server.ocr.tesseract_engine import TesseractEngine, lines_of
from schemas.ocr_service.pages import PAGE_KINDS, Language, draw

if TYPE_CHECKING:
    from reference_server.ocr.engine import OcrEngine

HEIGHT = 20
CHARACTER = 10


def line(text: str, x: float, y: float, *, slope: float = 0.0) -> Line:
    """A detected line of 20 px height and 10 px a character, rising by `slope`."""
    right = x + CHARACTER * len(text)
    drop = slope * (right - x)
    corners = [(x, y), (right, y + drop), (right, y + drop + HEIGHT), (x, y + HEIGHT)]
    return Line(text, corners, 0.9)


def texts(lines: list[Line]) -> list[str]:
    return [block.text for block in group_lines(lines, 1000, 1000)]


def test_lines_of_a_paragraph_are_one_block_and_apart_from_the_next() -> None:
    lines = [line("second line", 50, 80), line("first line", 50, 50), line("far away", 50, 300)]
    (first, second) = group_lines(lines, 1000, 1000)
    assert (first.text, second.text) == ("first line\nsecond line", "far away")
    assert first.box == (50, 50, 160, 100)
    assert first.score == pytest.approx(0.9)


def test_columns_are_read_one_after_the_other_below_their_heading() -> None:
    heading = line("a heading across both of the columns", 50, 10)
    left = [line(f"left column {n}", 50, 60 + 30 * n) for n in range(3)]
    right = [line(f"right column {n}", 290, 66 + 30 * n) for n in range(3)]
    assert texts([*right, heading, *left]) == [
        "a heading across both of the columns",
        "left column 0\nleft column 1\nleft column 2",
        "right column 0\nright column 1\nright column 2",
    ]


def test_a_table_is_read_by_rows() -> None:
    cells = [
        line(f"r{row}c{column}", 50 + 150 * column, 50 + 50 * row)
        for column in range(3)
        for row in range(2)
    ]
    assert texts(cells) == ["r0c0", "r0c1", "r0c2", "r1c0", "r1c1", "r1c2"]


def test_a_tilted_row_stays_a_row() -> None:
    words = [line(f"word{n}", 50 + 60 * n, 100 + 60 * n * 0.1, slope=0.1) for n in range(8)]
    assert texts(words[::-1]) == ["word0 word1 word2 word3 word4 word5 word6 word7"]


def test_boxes_stay_on_the_page() -> None:
    (block,) = group_lines([line("over the edge", -5, -5)], 100, 10)
    assert block.box == (0, 0, 100, 10)
    assert group_lines([], 10, 10) == ()


def page_of_lines(angle: float) -> Image.Image:
    page = Image.new("L", (500, 400), "white")
    font = ImageFont.load_default(22)
    for row in range(7):
        ImageDraw.Draw(page).text((60, 60 + row * 40), "level line of text", fill=0, font=font)
    return page.rotate(angle, Image.Resampling.BICUBIC, fillcolor=255)


@pytest.mark.parametrize("angle", [-7.0, -5.0, 3.0, 5.0])
def test_skew_is_found_to_a_fraction_of_a_degree(angle: float) -> None:
    assert skew(page_of_lines(angle)) == pytest.approx(-angle, abs=0.4)


def test_a_level_or_blank_page_is_not_turned() -> None:
    assert skew(page_of_lines(0)) == 0
    assert skew(Image.new("L", (300, 200), "white")) == 0


def test_rules_go_and_letters_stay() -> None:
    page = Image.new("RGB", (300, 120), "white")
    pen = ImageDraw.Draw(page)
    pen.text((40, 40), "H", fill="black", font=ImageFont.load_default(30))
    letter = page.copy()
    pen.rectangle((10, 10, 290, 110), outline="black", width=2)
    cleaned, angle = clean(page)
    assert angle == 0
    assert cleaned.tobytes() == letter.convert("L").tobytes()


def test_words_of_a_line_share_its_height() -> None:
    words = {
        "text": ["", "on", "Top"],
        "conf": [-1, 90.0, 80.0],
        "block_num": [1, 1, 1],
        "par_num": [0, 1, 1],
        "line_num": [0, 1, 1],
        "left": [0, 50, 10],
        "top": [0, 16, 10],
        "width": [99, 20, 30],
        "height": [99, 10, 20],
    }
    lines = lines_of(words)
    assert [found.text for found in lines] == ["on", "Top"]
    assert lines[0].corners == ((50, 10), (70, 10), (70, 30), (50, 30))
    assert lines[0].score == pytest.approx(0.9)


def read(engine: OcrEngine, data: bytes) -> tuple[Image.Image, list[str]]:
    image = Image.open(io.BytesIO(data)).convert("RGB")
    page = engine.read(image)
    assert (page.width, page.height) == image.size
    for block in page.blocks:
        x1, y1, x2, y2 = block.box
        assert 0 <= x1 < x2 <= page.width
        assert 0 <= y1 < y2 <= page.height
        assert 0 <= block.score <= 1
    return image, " ".join(block.text for block in page.blocks).split()


def error_rate(engine: OcrEngine, kind: str, language: Language) -> float:
    from rapidfuzz.distance import Levenshtein

    page = draw(kind, 1, language)  # type: ignore[arg-type]  # one of PAGE_KINDS
    _, words = read(engine, page.image)
    want = " ".join(page.text.split())
    return Levenshtein.distance(" ".join(words), want) / len(want)


@pytest.fixture(scope="module")
def rapidocr() -> RapidOcrEngine:
    engine = RapidOcrEngine(threads=1)
    engine.load()
    return engine


@pytest.mark.parametrize("kind", PAGE_KINDS)
def test_rapidocr_reads_latin_pages(rapidocr: RapidOcrEngine, kind: str) -> None:
    assert error_rate(rapidocr, kind, "en") <= 0.05


@pytest.mark.parametrize("size", [(1, 1), (3, 5000), (5000, 3), (64, 64), (2, 60_000)])
def test_rapidocr_takes_any_shape(rapidocr: RapidOcrEngine, size: tuple[int, int]) -> None:
    page = rapidocr.read(Image.new("RGB", size, "white"))
    assert (page.width, page.height) == size
    assert page.blocks == ()


needs_tesseract = pytest.mark.skipif(
    shutil.which("tesseract") is None,
    reason="Cyrillic accuracy is unproven here: apt-get install tesseract-ocr tesseract-ocr-rus",
)


@needs_tesseract
@pytest.mark.parametrize("kind", PAGE_KINDS)
def test_tesseract_reads_cyrillic_pages(kind: str) -> None:
    engine = TesseractEngine("rus+eng")
    engine.load()
    assert error_rate(engine, kind, "ru") <= 0.05


@needs_tesseract
def test_tesseract_takes_a_page_of_one_pixel() -> None:
    assert TesseractEngine("eng").read(Image.new("RGB", (1, 1))).blocks == ()


def test_tesseract_says_how_to_get_what_it_lacks(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "")
    with pytest.raises(EngineUnavailable, match="apt-get install tesseract-ocr tesseract-ocr-rus"):
        TesseractEngine("rus+eng").load()
