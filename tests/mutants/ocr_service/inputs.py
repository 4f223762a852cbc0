"""Mutants of the ways to send a page."""

from __future__ import annotations

import base64
from typing import TYPE_CHECKING

from tests.mutants.mutant import answers
from tests.mutants.ocr_service.forms import (
    field,
    is_multipart,
    preferring,
    refusal,
    text_field,
    without,
)

if TYPE_CHECKING:
    from tests.mutants.exchange import Exchange, Reply

PNG, JPEG = b"\x89PNG", b"\xff\xd8\xff"


@answers("POST /ocr", kills=("OCR-INPUT-1",))
async def base64_only_urlencoded(exchange: Exchange) -> Reply:
    """`image_base64` is ignored in a multipart form."""
    if is_multipart(exchange):
        return await without(exchange, "image_base64")
    return await exchange.reply()


@answers("POST /ocr", kills=("OCR-INPUT-2",))
async def base64_only_multipart(exchange: Exchange) -> Reply:
    """`image_base64` is ignored in an urlencoded form."""
    if not is_multipart(exchange):
        return await without(exchange, "image_base64")
    return await exchange.reply()


@answers("POST /ocr", kills=("OCR-INPUT-3",))
async def url_only_urlencoded(exchange: Exchange) -> Reply:
    """`image_url` is ignored in a multipart form."""
    if is_multipart(exchange):
        return await without(exchange, "image_url")
    return await exchange.reply()


@answers("POST /ocr", kills=("OCR-INPUT-4",))
async def url_only_multipart(exchange: Exchange) -> Reply:
    """`image_url` is ignored in an urlencoded form."""
    if not is_multipart(exchange):
        return await without(exchange, "image_url")
    return await exchange.reply()


@answers("POST /ocr", kills=("OCR-INPUT-5",))
async def uploads_ignored(exchange: Exchange) -> Reply:
    """`file` is ignored."""
    return await without(exchange, "file")


@answers("POST /ocr", kills=("OCR-INPUT-6",))
async def data_prefix_refused(exchange: Exchange) -> Reply:
    """A `data:` prefix is taken for bad base64."""
    if (await text_field(exchange, "image_base64")).startswith("data:"):
        return refusal(400, "Invalid base64 image: Only base64 data is allowed")
    return await exchange.reply()


@answers("POST /ocr", kills=("OCR-INPUT-7",))
async def url_before_base64(exchange: Exchange) -> Reply:
    """`image_url` counts before `image_base64`."""
    return await preferring(exchange, "image_url", "image_base64")


@answers("POST /ocr", kills=("OCR-INPUT-8",))
async def file_before_base64(exchange: Exchange) -> Reply:
    """`file` counts before `image_base64`."""
    return await preferring(exchange, "file", "image_base64")


@answers("POST /ocr", kills=("OCR-INPUT-9",))
async def file_before_url(exchange: Exchange) -> Reply:
    """`file` counts before `image_url`."""
    return await preferring(exchange, "file", "image_url")


async def _image(exchange: Exchange) -> bytes:
    """The image as sent, by upload or as base64."""
    if upload := await field(exchange, "file"):
        return upload.value
    try:
        return base64.b64decode(await text_field(exchange, "image_base64"))
    except ValueError:
        return b""


@answers("POST /ocr", kills=("OCR-INPUT-10",))
async def no_png(exchange: Exchange) -> Reply:
    """PNG uploads are refused."""
    upload = await field(exchange, "file")
    if upload is not None and upload.value.startswith(PNG):
        return refusal(400, "Invalid image format: PNG")
    return await exchange.reply()


@answers("POST /ocr", kills=("OCR-INPUT-11",))
async def no_jpeg(exchange: Exchange) -> Reply:
    """JPEG images are refused."""
    if (await _image(exchange)).startswith(JPEG):
        return refusal(400, "Invalid image format: JPEG")
    return await exchange.reply()


@answers("POST /ocr", kills=("OCR-INPUT-12",), outcome="warns")
async def base64_in_one_line_only(exchange: Exchange) -> Reply:
    """Base64 that is broken into lines is refused."""
    if "\n" in await text_field(exchange, "image_base64"):
        return refusal(400, "Invalid base64 image: Only base64 data is allowed")
    return await exchange.reply()


@answers("POST /ocr", kills=("OCR-INPUT-13",))
async def flag_only_true(exchange: Exchange) -> Reply:
    """`return_content=false` is taken for a wrong value."""
    if await text_field(exchange, "return_content") == "false":
        item = {
            "type": "bool_parsing",
            "loc": ["body", "return_content"],
            "msg": "Input should be a valid boolean",
            "input": "false",
        }
        return refusal(422, [item])
    return await exchange.reply()
