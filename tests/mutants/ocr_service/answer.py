"""Mutants of the 200 of POST /ocr."""

from __future__ import annotations

import itertools
import json
from typing import TYPE_CHECKING

from tests.mutants.exchange import Field
from tests.mutants.mutant import answers, rewrites
from tests.mutants.ocr_service.forms import field, text_field

if TYPE_CHECKING:
    from tests.mutants.exchange import Exchange, Reply

_tick = itertools.count()


@rewrites("POST /ocr", kills=("OCR-ANSWER-1",))
def ocr_created(reply: Reply) -> None:
    """A page that was read answers 201."""
    if reply.status == 200:
        reply.status = 201


@rewrites("POST /ocr", kills=("OCR-ANSWER-2",))
def ocr_as_text(reply: Reply) -> None:
    """The answer is sent as text/plain."""
    reply.headers["content-type"] = "text/plain"


@rewrites("POST /ocr", kills=("OCR-ANSWER-3",))
def ocr_status_ok(reply: Reply) -> None:
    """`status` is `ok`."""
    if reply.status == 200:
        reply.json["status"] = "ok"


@rewrites("POST /ocr", kills=("OCR-ANSWER-4",))
def input_type_of_the_field(reply: Reply) -> None:
    """`input_type` of base64 is the name of the field."""
    if reply.status == 200 and reply.json["input_type"] == "base64":
        reply.json["input_type"] = "image_base64"


@rewrites("POST /ocr", kills=("OCR-ANSWER-5",))
def input_type_remote(reply: Reply) -> None:
    """`input_type` of a URL is `multipart`, as if the image had been uploaded."""
    if reply.status == 200 and reply.json["input_type"] == "url":
        reply.json["input_type"] = "multipart"


@rewrites("POST /ocr", kills=("OCR-ANSWER-6",))
def input_type_file(reply: Reply) -> None:
    """`input_type` of an upload is `file`."""
    if reply.status == 200 and reply.json["input_type"] == "multipart":
        reply.json["input_type"] = "file"


@rewrites("POST /ocr", kills=("OCR-ANSWER-7",))
def markdown_without_a_date(reply: Reply) -> None:
    """The name of the markdown file holds no date."""
    if reply.status == 200:
        files = reply.json["local_files"]
        folder, _, name = files["markdown"].rpartition("/")
        files["markdown"] = f"{folder}/{name.split('_', 2)[2]}"


@rewrites("POST /ocr", kills=("OCR-ANSWER-8",))
def json_file_unnamed(reply: Reply) -> None:
    """`local_files.json` is missing."""
    if reply.status == 200:
        del reply.json["local_files"]["json"]


@rewrites("POST /ocr", kills=("OCR-ANSWER-9",))
def files_in_a_folder_of_the_day(reply: Reply) -> None:
    """The files lie in a folder below `output_dir`."""
    if reply.status == 200:
        files = reply.json["local_files"]
        for kind, path in files.items():
            folder, _, name = path.rpartition("/")
            files[kind] = f"{folder}/today/{name}"


@rewrites("POST /ocr", kills=("OCR-ANSWER-10",))
def files_of_two_names(reply: Reply) -> None:
    """The two files have different stems."""
    if reply.status == 200:
        files = reply.json["local_files"]
        files["json"] = files["json"].replace(".json", "_data.json")


@rewrites("POST /ocr", kills=("OCR-ANSWER-11",))
def timestamp_with_a_zone(reply: Reply) -> None:
    """`timestamp` carries a time zone."""
    if reply.status == 200:
        reply.json["timestamp"] += "+03:00"


@rewrites("POST /ocr", kills=("OCR-ANSWER-11",), edition="1.0")
def timestamp_of_the_epoch(reply: Reply) -> None:
    """`timestamp` is a number of seconds."""
    if reply.status == 200:
        reply.json["timestamp"] = 1735689600


@rewrites("POST /ocr", kills=("OCR-ANSWER-12",), outcome="warns")
def clock_goes_back(reply: Reply) -> None:
    """Every `timestamp` is a minute before the last one."""
    if reply.status == 200:
        reply.json["timestamp"] = f"2025-01-01T00:{59 - next(_tick) % 60:02d}:00"


@rewrites("POST /ocr", kills=("OCR-ANSWER-13",))
def elapsed_missing(reply: Reply) -> None:
    """`elapsed_sec` is missing."""
    if reply.status == 200:
        del reply.json["elapsed_sec"]


@rewrites("POST /ocr", kills=("OCR-ANSWER-14",))
def elapsed_as_text(reply: Reply) -> None:
    """`elapsed_sec` is a text."""
    if reply.status == 200:
        reply.json["elapsed_sec"] = f"{reply.json['elapsed_sec']} s"


@rewrites("POST /ocr", kills=("OCR-ANSWER-15",))
def elapsed_in_milliseconds(reply: Reply) -> None:
    """`elapsed_sec` counts milliseconds."""
    if reply.status == 200:
        reply.json["elapsed_sec"] = max(reply.json["elapsed_sec"], 0.001) * 1000


@rewrites("POST /ocr", kills=("OCR-ANSWER-16",))
def text_renamed(reply: Reply) -> None:
    """`markdown_text` is called `markdown`."""
    if reply.status == 200 and "markdown_text" in reply.json:
        reply.json["markdown"] = reply.json.pop("markdown_text")


@rewrites("POST /ocr", kills=("OCR-ANSWER-17",))
def data_encoded_twice(reply: Reply) -> None:
    """`json_data` is JSON in a text."""
    if reply.status == 200 and "json_data" in reply.json:
        reply.json["json_data"] = json.dumps(reply.json["json_data"])


async def _asking_for_content(exchange: Exchange) -> Reply:
    others = [one for one in await exchange.form() if one.name != "return_content"]
    exchange.put_form([*others, Field("return_content", b"true")])
    return await exchange.reply()


@answers("POST /ocr", kills=("OCR-ANSWER-18",))
async def content_by_default(exchange: Exchange) -> Reply:
    """Without `return_content` the answer holds the content."""
    if await field(exchange, "return_content") is None:
        return await _asking_for_content(exchange)
    return await exchange.reply()


@answers("POST /ocr", kills=("OCR-ANSWER-19",))
async def content_for_any_flag(exchange: Exchange) -> Reply:
    """Any value of `return_content`, `false` too, asks for the content."""
    if await text_field(exchange, "return_content"):
        return await _asking_for_content(exchange)
    return await exchange.reply()


@rewrites("POST /ocr", kills=("OCR-ANSWER-20",), outcome="warns")
def answer_tells_more(reply: Reply) -> None:
    """The answer holds a field that the contract does not know."""
    if reply.status == 200:
        reply.json["engine"] = "vl"
