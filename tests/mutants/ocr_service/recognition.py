"""Mutants that read something else than what stands on the page."""

from __future__ import annotations

import itertools
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from reference_server.ocr.engine import Block, Page
from tests.mutants.mutant import answers, wraps_engine
from tests.mutants.ocr_service.forms import field, with_text

if TYPE_CHECKING:
    from collections.abc import Callable

    from PIL.Image import Image

    from tests.mutants.exchange import Exchange, Reply
    from tests.mutants.ocr_service.instant_engine import InstantEngine

CYRILLIC_AS_LATIN = str.maketrans("авекмнорстух", "abekmhopctyx")


class _Rereads:
    """The instant engine with its pages changed by `change(image, page)`."""

    def __init__(self, engine: InstantEngine, change: Callable[[Any, Page], Page]) -> None:
        self._engine, self._change = engine, change

    def load(self) -> None:
        self._engine.load()

    def read(self, image: Image) -> Page:
        return self._change(image, self._engine.read(image))


def _with_texts(page: Page, change: Callable[[str], str]) -> Page:
    blocks = tuple(replace(block, text=change(block.text)) for block in page.blocks)
    return replace(page, blocks=blocks)


def _garbled(text: str) -> str:
    """Every fourth character misread."""
    return "".join("#" if place % 4 == 3 else one for place, one in enumerate(text))


def _garbling(engine: InstantEngine, kind: str) -> _Rereads:
    def change(image: Any, page: Page) -> Page:
        return _with_texts(page, _garbled) if engine.kind_of(image) == kind else page

    return _Rereads(engine, change)


@wraps_engine(kills=("OCR-ACC-1",))
def small_type_misread(engine: InstantEngine) -> _Rereads:
    """Small type is misread."""
    return _garbling(engine, "small")


@wraps_engine(kills=("OCR-ACC-1",), edition="1.0")
def large_type_misread(engine: InstantEngine) -> _Rereads:
    """Edition 1.0: large type is misread."""
    return _garbling(engine, "large")


@wraps_engine(kills=("OCR-ACC-2",))
def serifs_misread(engine: InstantEngine) -> _Rereads:
    """A typeface with serifs is misread."""
    return _garbling(engine, "serif")


@wraps_engine(kills=("OCR-ACC-3",))
def columns_run_together(engine: InstantEngine) -> _Rereads:
    """Two columns are read across, their lines cut into one another."""

    def change(image: Any, page: Page) -> Page:
        if engine.kind_of(image) != "two_columns":
            return page
        half = len(page.blocks) // 2
        pairs = zip(page.blocks[:half], page.blocks[half:], strict=True)
        return replace(
            page,
            blocks=tuple(
                replace(
                    one, text="".join(a + b for a, b in zip(one.text, other.text, strict=False))
                )
                for one, other in pairs
            ),
        )

    return _Rereads(engine, change)


@wraps_engine(kills=("OCR-ACC-4",))
def numbers_rounded(engine: InstantEngine) -> _Rereads:
    """Digits after the point are lost."""

    def change(image: Any, page: Page) -> Page:
        numbers = engine.kind_of(image) == "numbers"
        return _with_texts(page, lambda text: text.partition(".")[0]) if numbers else page

    return _Rereads(engine, change)


@wraps_engine(kills=("OCR-ACC-5",))
def last_row_of_a_table_lost(engine: InstantEngine) -> _Rereads:
    """The last row of a table is lost."""

    def change(image: Any, page: Page) -> Page:
        table = engine.kind_of(image) == "table"
        return replace(page, blocks=page.blocks[:-3]) if table else page

    return _Rereads(engine, change)


@wraps_engine(kills=("OCR-ACC-6",))
def skew_misread(engine: InstantEngine) -> _Rereads:
    """A page that lies askew is misread."""
    return _garbling(engine, "skew")


@wraps_engine(kills=("OCR-ACC-7",))
def noise_misread(engine: InstantEngine) -> _Rereads:
    """A page with noise is misread."""
    return _garbling(engine, "jpeg_noise")


@wraps_engine(kills=("OCR-ACC-8",), arguments=("--ocr-languages", "en,ru"))
def cyrillic_as_latin(engine: InstantEngine) -> _Rereads:
    """Cyrillic letters are read as Latin ones of their shape."""
    return _Rereads(
        engine, lambda _, page: _with_texts(page, lambda text: text.translate(CYRILLIC_AS_LATIN))
    )


@answers("POST /ocr", kills=("OCR-ACC-9",))
async def uploads_read_otherwise(exchange: Exchange) -> Reply:
    """An upload is read in capitals, base64 is not."""
    reply = await exchange.reply()
    return with_text(reply, str.upper) if await field(exchange, "file") else reply


@answers("POST /ocr", kills=("OCR-ACC-10",))
async def urls_read_otherwise(exchange: Exchange) -> Reply:
    """An image by URL loses its last word."""
    reply = await exchange.reply()
    by_url = await field(exchange, "image_url")
    return with_text(reply, lambda text: text.rpartition(" ")[0]) if by_url else reply


@wraps_engine(kills=("OCR-ACC-11",))
def never_twice_the_same(engine: InstantEngine) -> _Rereads:
    """The same page is read differently every time."""
    count = itertools.count(100)

    def change(_image: Any, page: Page) -> Page:
        return _with_texts(page, lambda text: f"{text} {next(count)}")

    return _Rereads(engine, change)


@wraps_engine(kills=("OCR-ACC-12", "OCR-ACC-13"), all_of=True)
def text_of_the_first_page_for_ever(engine: InstantEngine) -> _Rereads:
    """Every page gets the text of the first page of the same size."""
    first: dict[Any, Page] = {}
    return _Rereads(engine, lambda _, page: first.setdefault("first", page))


@answers("POST /ocr", kills=("OCR-ACC-13",))
async def cached_by_file_name(exchange: Exchange) -> Reply:
    """Results are cached by the name of the file."""
    upload = await field(exchange, "file")
    reply = await exchange.reply()
    if upload is None or reply.status != 200:
        return reply
    return _cache.setdefault(upload.filename or "", reply)


_cache: dict[str, Reply] = {}


@wraps_engine(kills=("OCR-ACC-12",))
def text_before_added(engine: InstantEngine) -> _Rereads:
    """The text of the page before stands below the text of the page."""
    before: list[tuple[Block, ...]] = [()]

    def change(_image: Any, page: Page) -> Page:
        before.append(page.blocks)
        return replace(page, blocks=page.blocks + before[-2])

    return _Rereads(engine, change)


@wraps_engine(kills=("OCR-ACC-14",))
def nothing_read(engine: InstantEngine) -> _Rereads:
    """Every page is a success without text."""
    return _Rereads(engine, lambda _, page: replace(page, blocks=()))


@wraps_engine(kills=("OCR-CONC-2",), check="test_steady_over_many_pages")
def every_twentieth_wrong(engine: InstantEngine) -> _Rereads:
    """Every twentieth page gets a text of its own."""
    count = itertools.count(1)

    def change(_image: Any, page: Page) -> Page:
        return _with_texts(page, lambda _: "ERROR") if next(count) % 20 == 0 else page

    return _Rereads(engine, change)


@answers("POST /ocr", kills=("OCR-ACC-18",), outcome="warns")
async def orientation_ignored(exchange: Exchange) -> Reply:
    """The EXIF orientation of a photograph is ignored."""
    exchange.body = exchange.body.replace(b"Exif\0\0", b"Skip\0\0")
    return await exchange.reply()


@wraps_engine(kills=("OCR-ACC-19",), outcome="warns")
def text_invented(engine: InstantEngine) -> _Rereads:
    """A blank page gets a sentence that stands nowhere."""

    def change(image: Any, page: Page) -> Page:
        invented = Block("Thank you for watching this page", (0, 0, image.width, image.height))
        return page if page.blocks else replace(page, blocks=(invented,))

    return _Rereads(engine, change)
