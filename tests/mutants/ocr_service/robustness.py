"""Mutants that bear bad input badly."""

from __future__ import annotations

import asyncio
import base64
from typing import TYPE_CHECKING, Any

from tests.mutants.mutant import answers, rewrites, wraps_app, wraps_engine
from tests.mutants.ocr_service.forms import (
    BAD_IMAGE,
    field,
    is_multipart,
    refusal,
    success,
    text_field,
)

if TYPE_CHECKING:
    from PIL.Image import Image

    from reference_server.ocr.engine import OcrEngine, Page
    from tests.mutants.exchange import Exchange, Reply
    from tests.mutants.mutant import App

CRASH = "OCR processing failed: unexpected error"
SIGNATURES = (b"\x89PNG", b"\xff\xd8\xff")


async def _upload(exchange: Exchange) -> bytes | None:
    found = await field(exchange, "file")
    return None if found is None else found.value


@answers("POST /ocr", kills=("OCR-ROBUST-1", "OCR-ROBUST-9"), all_of=True)
async def corrupt_image_500(exchange: Exchange) -> Reply:
    """A corrupt image draws a 500 from the decoder."""
    reply, data = await exchange.reply(), await _upload(exchange)
    corrupt = data is not None and data.startswith(SIGNATURES) and len(data) > 100
    return refusal(500, CRASH) if reply.status == 400 and corrupt else reply


@answers("POST /ocr", kills=("OCR-ROBUST-2",))
async def truncated_image_read(exchange: Exchange) -> Reply:
    """An image that breaks off is read as an empty page."""
    data = await _upload(exchange)
    cut = data is not None and data.startswith(SIGNATURES) and len(data) < 30
    return success() if cut else await exchange.reply()


@answers("POST /ocr", kills=("OCR-ROBUST-3", "OCR-ROBUST-9"), all_of=True)
async def empty_upload_500(exchange: Exchange) -> Reply:
    """An empty upload draws a 500."""
    return refusal(500, CRASH) if await _upload(exchange) == b"" else await exchange.reply()


@answers("POST /ocr", kills=("OCR-ROBUST-4",))
async def empty_base64_read(exchange: Exchange) -> Reply:
    """An empty `image_base64` is read as an empty page."""
    found = await field(exchange, "image_base64")
    return success() if found is not None and not found.value else await exchange.reply()


@answers("POST /ocr", kills=("OCR-ROBUST-5", "OCR-ROBUST-9"), all_of=True)
async def bomb_exhausts_memory(exchange: Exchange) -> Reply:
    """60,000 × 60,000 pixels exhaust the memory: 500."""
    found = await field(exchange, "file")
    bomb = found is not None and (60_000).to_bytes(4, "big") * 2 in found.value
    return refusal(500, "OCR processing failed: MemoryError") if bomb else await exchange.reply()


@answers("POST /ocr", kills=("OCR-ROBUST-6",))
async def web_page_read(exchange: Exchange) -> Reply:
    """An uploaded web page is read for its text."""
    data = await _upload(exchange)
    return success("no") if data and data.startswith(b"<html>") else await exchange.reply()


@answers("POST /ocr", kills=("OCR-ROBUST-7", "OCR-ROBUST-9"), all_of=True)
async def malformed_form_500(exchange: Exchange) -> Reply:
    """A malformed multipart body draws a 500."""
    broken = is_multipart(exchange) and exchange.body and not await exchange.form()
    return refusal(500, CRASH) if broken else await exchange.reply()


@answers("POST /ocr", kills=("OCR-ROBUST-8",))
async def bare_image_read(exchange: Exchange) -> Reply:
    """A bare image as the body is read."""
    if exchange.headers.get("content-type") == "image/png":
        return success("text")
    return await exchange.reply()


@answers("POST /ocr", kills=("OCR-ROBUST-9",))
async def odd_url_500(exchange: Exchange) -> Reply:
    """A URL that cannot be parsed draws a 500."""
    if "[" in await text_field(exchange, "image_url"):
        return refusal(500, "OCR processing failed: Invalid IPv6 URL")
    return await exchange.reply()


@rewrites("POST /ocr", kills=("OCR-ROBUST-10",))
def refusals_under_error(reply: Reply) -> None:
    """Refusals stand under `error`."""
    if reply.status in (400, 422):
        reply.json = {"error": reply.json["detail"]}


@rewrites("POST /ocr", kills=("OCR-ROBUST-10",))
def refusals_as_page(reply: Reply) -> None:
    """Refusals are pages for a browser."""
    if reply.status == 400:
        reply.text("<html><h1>Bad Request</h1></html>", "text/html")


@answers("POST /ocr", kills=("OCR-ROBUST-11",), arguments=("--request-timeout", "2"))
async def truncated_image_hangs(exchange: Exchange) -> Reply:
    """The decoder waits for the rest of an image that breaks off."""
    data = await _upload(exchange)
    if data is not None and data.startswith(SIGNATURES) and len(data) < 30:
        await asyncio.sleep(6)
    return await exchange.reply()


@wraps_app(kills=("OCR-ROBUST-12",))
class PoisonedByABomb:
    """After an image of too many pixels every page is answered with a 503."""

    def __init__(self, app: App) -> None:
        from tests.mutants.exchange import Interposed

        self._poisoned = False
        self._app = Interposed(app, "POST /ocr", self._handle)

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        await self._app(scope, receive, send)

    async def _handle(self, exchange: Exchange) -> Reply:
        if self._poisoned:
            return refusal(503, "OCR service is not available. Error: out of memory")
        reply = await exchange.reply()
        found = await field(exchange, "file")
        self._poisoned |= found is not None and found.filename == "bomb.png"
        return reply


@wraps_engine(kills=("OCR-ROBUST-13",))
class BlankPagesCrash:
    """The engine fails on a page without text."""

    def __init__(self, engine: OcrEngine) -> None:
        self._engine = engine

    def load(self) -> None:
        self._engine.load()

    def read(self, image: Image) -> Page:
        page = self._engine.read(image)
        if not page.blocks:
            raise IndexError("list index out of range")
        return page


@answers("POST /ocr", kills=("OCR-ROBUST-14",), outcome="warns")
async def no_cmyk(exchange: Exchange) -> Reply:
    """CMYK images are refused."""
    data = await _upload(exchange)
    adobe = data is not None and b"Adobe" in data[:64]
    return refusal(400, f"{BAD_IMAGE}CMYK") if adobe else await exchange.reply()


@wraps_app(kills=("OCR-ROBUST-15",))
class BrokenByHangingUp:
    """A client that hangs up in the middle of its request leaves a lock behind."""

    def __init__(self, app: App) -> None:
        self._app, self._locked = app, False

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        complete = False

        async def watched() -> Any:
            message = await receive()
            self._locked |= message["type"] == "http.disconnect" and not complete
            return message

        async def answered(message: Any) -> None:
            nonlocal complete
            complete = True
            await send(message)

        if self._locked and scope.get("path") == "/ocr":
            await send({"type": "http.response.start", "status": 503, "headers": []})
            await send({"type": "http.response.body", "body": b"locked"})
            return
        await self._app(scope, watched, answered)


@answers("POST /ocr", kills=("OCR-ROBUST-16",))
async def two_inputs_refused(exchange: Exchange) -> Reply:
    """A form that names the image twice is refused."""
    names = {one.name for one in await exchange.form()}
    if len(names & {"image_base64", "image_url", "file"}) > 1:
        return refusal(400, "Provide exactly one image")
    return await exchange.reply()


@answers("POST /ocr", kills=("OCR-ROBUST-16",))
async def flag_without_status(exchange: Exchange) -> Reply:
    """With `return_content` in an urlencoded form the answer lacks its `status`."""
    reply = await exchange.reply()
    asked = await field(exchange, "return_content")
    if reply.status == 200 and asked is not None and not is_multipart(exchange):
        del reply.json["status"]
    return reply


@answers("POST /ocr", kills=("OCR-ROBUST-16",))
async def long_prefix_refused(exchange: Exchange) -> Reply:
    """A `data:` prefix that names anything but PNG is taken for bad base64."""
    text = await text_field(exchange, "image_base64")
    if text.startswith("data:") and not text.startswith("data:image/png;"):
        return refusal(400, "Invalid base64 image: Only base64 data is allowed")
    return await exchange.reply()


@answers("POST /ocr", kills=("OCR-ERR-10",), check="::test_invalid_forms")
async def short_base64_read(exchange: Exchange) -> Reply:
    """A few bytes in base64, too few for any image, are read as an empty page."""
    text = await text_field(exchange, "image_base64")
    try:
        few = 0 < len(base64.b64decode(text, validate=True)) < 24
    except ValueError:
        few = False
    return success() if few else await exchange.reply()
