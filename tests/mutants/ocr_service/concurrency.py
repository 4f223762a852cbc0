"""Mutants that are wrong only when several requests meet."""

from __future__ import annotations

import asyncio
import threading
import time
from typing import TYPE_CHECKING, Any

from reference_server.ocr.engine import Page
from tests.mutants.mutant import answers, wraps_app, wraps_engine
from tests.mutants.ocr_service.forms import holds_an_image, refusal

if TYPE_CHECKING:
    from PIL.Image import Image

    from reference_server.ocr.engine import OcrEngine
    from tests.mutants.exchange import Exchange, Reply
    from tests.mutants.mutant import App


@wraps_app(kills=("OCR-CONC-1",))
class ReadingBlocksTheEventLoop:
    """Pages are read on the event loop: /health waits until they are done."""

    SECONDS = 1.5  # for each of the four pages of the check; a probe gives up after 5

    def __init__(self, app: App) -> None:
        self._app, self._read = app, 0

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        if holds_an_image(scope):
            self._read += 1
            if self._read > 1:  # the first page is not what is told of here
                # On the event loop on purpose: this is the defect.
                time.sleep(self.SECONDS)  # noqa: ASYNC251
        await self._app(scope, receive, send)


class _Shared:
    """An engine wrapper that knows how many pages are being read."""

    def __init__(self, engine: OcrEngine) -> None:
        self._engine, self._lock = engine, threading.Lock()
        self._reading = 0
        self._last = Page(1, 1, ())

    def load(self) -> None:
        self._engine.load()

    def read(self, image: Image) -> Page:
        with self._lock:
            self._reading += 1
        try:
            time.sleep(0.02)  # a page takes its time, so that pages meet
            page = self._engine.read(image)
            with self._lock:
                met, before, self._last = self._reading > 1, self._last, page
            return self.mixed(page, before) if met else page
        finally:
            with self._lock:
                self._reading -= 1

    def mixed(self, page: Page, before: Page) -> Page:
        """What is answered to `page` when it meets another, `before` being the last one read."""
        raise NotImplementedError


@wraps_engine(kills=("OCR-CONC-2", "OCR-CONC-3"), all_of=True, check="test_no_cross_talk")
class TextOfTheOther(_Shared):
    """Of two pages that meet, one gets the text of the other."""

    def mixed(self, page: Page, before: Page) -> Page:
        return before


@wraps_engine(kills=("OCR-CONC-3",))
class TextOfBoth(_Shared):
    """Of two pages that meet, one gets the text of both."""

    def mixed(self, page: Page, before: Page) -> Page:
        return Page(page.width, page.height, page.blocks + before.blocks)


@wraps_engine(kills=("OCR-CONC-2",), edition="1.0", check="test_no_cross_talk")
class TextOfTheOtherInFiles(_Shared):
    """Edition 1.0: of two pages that meet, the files of one hold the text of the other."""

    def mixed(self, page: Page, before: Page) -> Page:
        return before


class _InFlight:
    """How many requests a mutant is answering at the moment."""

    now = 0

    def __enter__(self) -> int:
        _InFlight.now += 1
        return _InFlight.now

    def __exit__(self, *_error: object) -> None:
        _InFlight.now -= 1


@answers("POST /ocr", kills=("OCR-CONC-4",))
async def fails_under_a_burst(exchange: Exchange) -> Reply:
    """More than four pages at once draw a 500."""
    with _InFlight() as now:
        await asyncio.sleep(0.05)
        return refusal(500, "OCR processing failed: busy") if now > 4 else await exchange.reply()


@answers("POST /ocr", kills=("OCR-CONC-5",))
async def slow_under_a_burst(exchange: Exchange) -> Reply:
    """Pages that come together wait for one another far longer than it takes to read them."""
    with _InFlight() as now:
        await asyncio.sleep(0.6 * (now - 1))
        return await exchange.reply()
