"""Mutants of the names of the result files."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from tests.mutants.mutant import answers, rewrites
from tests.mutants.ocr_service.forms import field, refusal, text_field

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.mutants.exchange import Exchange, Reply

NAME = re.compile(r"^(?P<date>\d{8}_\d{6})_(?P<stem>.*?)(?P<number>_\d+)?\.(?P<kind>md|json)$")


def _renamed(reply: Reply, rename: Callable[[re.Match[str]], str]) -> Reply:
    """The answer with another name, made from date, stem and number, for each of its files."""
    if reply.status == 200:
        files = reply.json["local_files"]
        for kind, path in files.items():
            folder, _, name = path.rpartition("/")
            found = NAME.match(name)
            assert found is not None, name
            files[kind] = f"{folder}/{rename(found)}.{found['kind']}"
    return reply


def _with_stem(reply: Reply, stem: str) -> Reply:
    return _renamed(reply, lambda name: f"{name['date']}_{stem}{name['number'] or ''}")


@answers("POST /ocr", kills=("OCR-NAMES-1",))
async def base64_named_image(exchange: Exchange) -> Reply:
    """Results of base64 are called `image`."""
    reply = await exchange.reply()
    return _with_stem(reply, "image") if await field(exchange, "image_base64") else reply


@answers("POST /ocr", kills=("OCR-NAMES-2",))
async def url_never_names(exchange: Exchange) -> Reply:
    """Results of a URL are always called `url_image`."""
    reply = await exchange.reply()
    return _with_stem(reply, "url_image") if await field(exchange, "image_url") else reply


@answers("POST /ocr", kills=("OCR-NAMES-3",))
async def bare_url_named_by_host(exchange: Exchange) -> Reply:
    """Results of a URL without a path are called after its host."""
    reply = await exchange.reply()
    bare = (await text_field(exchange, "image_url")).endswith("/")
    return _with_stem(reply, "127-0-0-1") if bare else reply


@answers("POST /ocr", kills=("OCR-NAMES-4",))
async def uploads_all_named_alike(exchange: Exchange) -> Reply:
    """Results of an upload are always called `uploaded_image`."""
    reply = await exchange.reply()
    return _with_stem(reply, "uploaded_image") if await field(exchange, "file") else reply


@answers("POST /ocr", kills=("OCR-NAMES-5",), outcome="warns")
async def nameless_upload_named_blob(exchange: Exchange) -> Reply:
    """Results of an upload without a name are called `blob`."""
    reply = await exchange.reply()
    upload = await field(exchange, "file")
    nameless = upload is not None and (upload.filename or "").startswith((" ", "."))
    return _with_stem(reply, "blob") if nameless else reply


@answers("POST /ocr", kills=("OCR-NAMES-6",))
async def names_of_the_day(exchange: Exchange) -> Reply:
    """Names hold the day alone, so that a later page of the same name gets the same."""
    reply = await exchange.reply()
    return _renamed(reply, lambda name: f"{name['date'][:8]}_000000_{name['stem']}")


def _unnumbered(reply: Reply) -> Reply:
    return _renamed(reply, lambda name: f"{name['date']}_{name['stem']}")


@answers("POST /ocr", kills=("OCR-NAMES-7", "OCR-NAMES-8"), all_of=True)
async def names_collide_within_a_second(exchange: Exchange) -> Reply:
    """Two requests of one name in one second get the same files."""
    return _unnumbered(await exchange.reply())


@answers("POST /ocr", kills=("OCR-NAMES-7",), edition="1.0")
async def names_collide_in_edition_1_0(exchange: Exchange) -> Reply:
    """Edition 1.0 with result names that collide, as in the first releases."""
    return _unnumbered(await exchange.reply())


@rewrites("GET /files/md/*", kills=("OCR-NAMES-8",))
def files_hold_the_page_before(reply: Reply) -> None:
    """A markdown file holds the text of the file that was asked for before."""
    _served.append(reply.body)
    reply.body = _served[-2]


_served = [b"nothing yet"]


@answers("POST /ocr", kills=("OCR-NAMES-9",))
async def names_climb_out(exchange: Exchange) -> Reply:
    """`../` of a file name stays in the path of the results."""
    reply = await exchange.reply()
    upload = await field(exchange, "file")
    climbing = upload is not None and (upload.filename or "").startswith("../")
    return _with_stem(reply, "x/../../escape") if climbing else reply


@answers("POST /ocr", kills=("OCR-NAMES-10",))
async def names_of_any_length(exchange: Exchange) -> Reply:
    """Long file names are not shortened."""
    reply = await exchange.reply()
    upload = await field(exchange, "file")
    name = "" if upload is None else upload.filename or ""
    return _with_stem(reply, name.rpartition(".")[0]) if len(name) > 200 else reply


@answers("POST /ocr", kills=("OCR-NAMES-11",))
async def ascii_names_only(exchange: Exchange) -> Reply:
    """A file name beyond ASCII is refused."""
    upload = await field(exchange, "file")
    if upload is not None and not (upload.filename or "").isascii():
        return refusal(400, "Invalid image format: bad file name")
    return await exchange.reply()


@answers("POST /ocr", kills=("OCR-NAMES-12",))
async def odd_names_break_it(exchange: Exchange) -> Reply:
    """A file name with control characters draws a 500."""
    upload = await field(exchange, "file")
    if upload is not None and not (upload.filename or "").isprintable():
        return refusal(500, "OCR processing failed: embedded null byte")
    return await exchange.reply()
