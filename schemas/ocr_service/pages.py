"""Pages drawn with text that is known: the corpus by which recognition is judged.

Everything is a pure function of its arguments: the same kind, seed and language give the same
bytes, so a run can be repeated and a failing page sent again. Sizes are pixels.
"""

from __future__ import annotations

import io
import random
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, Literal, get_args

if TYPE_CHECKING:
    from PIL.Image import Image
    from PIL.ImageDraw import ImageDraw
    from PIL.ImageFont import FreeTypeFont

PageKind = Literal[
    "small", "medium", "large", "serif", "two_columns", "numbers", "table", "skew", "jpeg_noise"
]
PAGE_KINDS: tuple[PageKind, ...] = get_args(PageKind)
Language = Literal["en", "ru"]

# No letter or digit here is easily read as another (0/O, 1/I/l, 2/Z, 5/S, 8/B), and none looks
# like one when it stands on its head (6/9, H, M/W, N, X): an engine may turn a line that does.
MARKER_ALPHABET = "ACDEFKLPRTVY347"
MARKER_LENGTH = 8

_WORDS: dict[Language, str] = {
    "en": (
        "river table window paper morning garden number letter market station summer winter "
        "bridge forest orange school doctor travel engine report silver simple yellow kitchen "
        "picture history mountain language question answer building teacher harbour machine "
        "weather country village journey library science capital quarter balance invoice "
        "delivery contract payment service customer product storage measure printer document"
    ),
    "ru": (
        "река стол окно бумага утро сад номер письмо рынок станция лето зима мост лес школа "
        "врач поездка двигатель отчёт серебро кухня картина история гора язык вопрос ответ "
        "здание учитель гавань машина погода страна деревня библиотека наука столица баланс "
        "счёт доставка договор оплата услуга клиент товар склад мера принтер документ"
    ),
}
_PADDING = 40
_INK, _PAPER = 0, 255


@dataclass(frozen=True, slots=True)
class DrawnPage:
    """One drawn page: encoded image bytes, their media type, and the lines drawn on it."""

    kind: str
    image: bytes
    media_type: str
    lines: tuple[str, ...]
    marker: str | None = None
    width: int = 0
    height: int = 0

    @property
    def text(self) -> str:
        """The lines in reading order, joined by newlines."""
        return "\n".join(self.lines)


def draw(kind: PageKind, seed: int, language: Language = "en") -> DrawnPage:
    """Draw the page of this kind: ten to twenty lines or cells of known text.

    Raises ValueError for a kind or language that is not known.
    """
    if kind not in PAGE_KINDS:
        msg = f"unknown page kind {kind!r}: use one of {', '.join(PAGE_KINDS)}"
        raise ValueError(msg)
    if language not in _WORDS:
        msg = f"unknown OCR language {language!r}: use one of {', '.join(_WORDS)}"
        raise ValueError(msg)
    rng = random.Random(f"{kind}/{seed}/{language}")
    if kind == "two_columns":
        return _two_columns(rng, language)
    if kind == "table":
        return _table(rng, language)
    size = {"small": 16, "large": 44}.get(kind, 26)
    font = _font("serif" if kind == "serif" else "sans", size)
    line_of = _number_line if kind == "numbers" else _word_line
    lines = tuple(line_of(rng, language) for _ in range(3 if kind == "large" else 5))
    page = _paint_lines(lines, font)
    if kind == "skew":
        page = page.rotate(5, expand=True, fillcolor=_PAPER)
    if kind == "jpeg_noise":
        return _encode(kind, _speckled(page, rng), lines, image_format="JPEG")
    return _encode(kind, page, lines)


def draw_upper(seed: int, language: Language = "en") -> DrawnPage:
    """Draw five lines on the upper half of a page, so that a box on its head shows.

    No word stands there twice: the beginning of a line is found in that line alone.
    """
    rng = random.Random(f"upper/{seed}/{language}")
    words = rng.sample(_WORDS[language].split(), 20)
    lines = tuple(" ".join(words[row * 4 : row * 4 + 4]) for row in range(5))
    return _encode("upper", _paint_lines(lines, _font("sans", 26), heights=2), lines)


def draw_marker(seed: int, *, count: int = 1) -> tuple[DrawnPage, ...]:
    """Draw pages that each carry one random marker of their own, in large type."""
    rng = random.Random(f"marker/{seed}")
    return tuple(_marker_page(new_marker(rng)) for _ in range(count))


def new_marker(rng: random.Random) -> str:
    """Eight characters that no reader should confuse with one another."""
    return "".join(rng.choices(MARKER_ALPHABET, k=MARKER_LENGTH))


def _marker_page(marker: str) -> DrawnPage:
    lines = (marker,)
    return _encode("marker", _paint_lines(lines, _font("sans", 48)), lines, marker=marker)


@lru_cache(maxsize=16)
def _font(family: Literal["sans", "serif"], size: int) -> FreeTypeFont:
    from PIL import ImageFont

    if family == "serif":
        import font_source_serif_pro

        return ImageFont.truetype(font_source_serif_pro.SourceSerifPro, size)
    import font_roboto

    return ImageFont.truetype(font_roboto.Roboto, size)


def _word_line(rng: random.Random, language: Language) -> str:
    return " ".join(rng.choices(_WORDS[language].split(), k=4))


def _number_line(rng: random.Random, _language: Language) -> str:
    return f"{rng.randint(1000, 9999)} {rng.randint(100, 999)}.{rng.randint(10, 99)}"


def _paint_lines(lines: tuple[str, ...], font: FreeTypeFont, *, heights: int = 1) -> Image:
    """Lines under one another on a page that is `heights` times as high as they need."""
    pitch = int(font.size * 1.7)
    width = max(int(font.getlength(line)) for line in lines) + 2 * _PADDING
    page, pen = _blank(width, (pitch * len(lines) + 2 * _PADDING) * heights)
    for row, line in enumerate(lines):
        pen.text((_PADDING, _PADDING + row * pitch), line, fill=_INK, font=font)
    return page


def _two_columns(rng: random.Random, language: Language) -> DrawnPage:
    font = _font("sans", 24)
    words = _WORDS[language].split()
    left, right = (tuple(" ".join(rng.choices(words, k=2)) for _ in range(5)) for _ in range(2))
    gap = 120
    column = max(int(font.getlength(line)) for line in left + right)
    page, pen = _blank(2 * column + gap + 2 * _PADDING, 5 * 42 + 2 * _PADDING)
    for row, (one, other) in enumerate(zip(left, right, strict=True)):
        pen.text((_PADDING, _PADDING + row * 42), one, fill=_INK, font=font)
        pen.text((_PADDING + column + gap, _PADDING + row * 42), other, fill=_INK, font=font)
    return _encode("two_columns", page, left + right)


def _table(rng: random.Random, language: Language) -> DrawnPage:
    font = _font("sans", 24)
    cell_w, cell_h, columns, rows = 190, 56, 3, 4
    page, pen = _blank(columns * cell_w + 2 * _PADDING, rows * cell_h + 2 * _PADDING)
    cells: list[str] = []
    for row in range(rows):
        for column in range(columns):
            word = rng.choice(_WORDS[language].split())
            text = word if row == 0 or column == 0 else str(rng.randint(1000, 99999))
            x, y = _PADDING + column * cell_w, _PADDING + row * cell_h
            pen.rectangle((x, y, x + cell_w, y + cell_h), outline=_INK, width=2)
            pen.text((x + 14, y + 12), text, fill=_INK, font=font)
            cells.append(text)
    return _encode("table", page, tuple(cells))


def _blank(width: int, height: int) -> tuple[Image, ImageDraw]:
    from PIL import Image, ImageDraw

    page = Image.new("L", (width, height), _PAPER)
    return page, ImageDraw.Draw(page)


def _speckled(page: Image, rng: random.Random) -> Image:
    from PIL import Image

    noise = Image.frombytes("L", page.size, rng.randbytes(page.width * page.height))
    return Image.blend(page, noise, 0.12)


def _encode(
    kind: str,
    page: Image,
    lines: tuple[str, ...],
    *,
    image_format: Literal["PNG", "JPEG"] = "PNG",
    marker: str | None = None,
) -> DrawnPage:
    buffer = io.BytesIO()
    page.convert("RGB").save(
        buffer, image_format, **({"quality": 35} if image_format == "JPEG" else {})
    )
    return DrawnPage(
        kind=kind,
        image=buffer.getvalue(),
        media_type=f"image/{image_format.lower()}",
        lines=lines,
        marker=marker,
        width=page.width,
        height=page.height,
    )
