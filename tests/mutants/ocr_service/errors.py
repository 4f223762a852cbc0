"""Mutants of errors: their statuses, words and shapes."""

from __future__ import annotations

import base64
from typing import TYPE_CHECKING, Any

from tests.mutants.mutant import answers, rewrites
from tests.mutants.ocr_service.forms import BAD_IMAGE, NO_IMAGE, refusal, success, text_field

if TYPE_CHECKING:
    from tests.mutants.exchange import Exchange, Reply


def _detail(reply: Reply) -> str:
    """The `detail` of an error, or nothing."""
    if reply.status < 400 or not isinstance(reply.json, dict):
        return ""
    return str(reply.json.get("detail", ""))


@rewrites("POST /ocr", kills=("OCR-ERR-1",))
def no_image_422(reply: Reply) -> None:
    """A form without an image answers 422."""
    if _detail(reply) == NO_IMAGE:
        reply.status = 422


@rewrites("POST /ocr", kills=("OCR-ERR-2",))
def no_image_in_other_words(reply: Reply) -> None:
    """The message for a missing image is another."""
    if _detail(reply) == NO_IMAGE:
        reply.json["detail"] = "No image provided"


@answers("POST /ocr", kills=("OCR-ERR-3",))
async def json_accepted(exchange: Exchange) -> Reply:
    """A JSON body is read as if it were a form."""
    if exchange.headers.get("content-type") == "application/json":
        return success("text")
    return await exchange.reply()


@rewrites("POST /ocr", kills=("OCR-ERR-4",))
def bad_base64_500(reply: Reply) -> None:
    """Bad base64 answers 500."""
    if _detail(reply).startswith("Invalid base64"):
        reply.status = 500


@rewrites("POST /ocr", kills=("OCR-ERR-5",))
def bad_base64_in_other_words(reply: Reply) -> None:
    """The message for bad base64 is the decoder's alone."""
    if _detail(reply).startswith("Invalid base64"):
        reply.json["detail"] = "Incorrect padding"


@rewrites("POST /ocr", kills=("OCR-ERR-6",))
def failed_download_502(reply: Reply) -> None:
    """A URL that cannot be downloaded answers 502."""
    if _detail(reply).startswith("Failed to download"):
        reply.status = 502


@rewrites("POST /ocr", kills=("OCR-ERR-7",))
def failed_download_in_other_words(reply: Reply) -> None:
    """The message for a failed download is the client's alone."""
    if _detail(reply).startswith("Failed to download"):
        reply.json["detail"] = "[Errno -2] Name or service not known"


@rewrites("POST /ocr", kills=("OCR-ERR-8",))
def no_picture_415(reply: Reply) -> None:
    """An upload that is no image answers 415."""
    if _detail(reply).startswith(BAD_IMAGE):
        reply.status = 415


@rewrites("POST /ocr", kills=("OCR-ERR-9", "OCR-ERR-10", "OCR-ERR-11"), all_of=True)
def no_picture_in_other_words(reply: Reply) -> None:
    """The message for what is no image is the library's alone."""
    if _detail(reply).startswith(BAD_IMAGE):
        reply.json["detail"] = "cannot identify image file <_io.BytesIO object>"


@answers("POST /ocr", kills=("OCR-ERR-10",))
async def any_base64_is_an_image(exchange: Exchange) -> Reply:
    """Bytes in base64 that are no image are read as an empty page."""
    try:
        data = base64.b64decode(await text_field(exchange, "image_base64"), validate=True)
    except ValueError:
        data = b""
    return success() if data.startswith(b"This is a plain text") else await exchange.reply()


@answers("POST /ocr", kills=("OCR-ERR-11",))
async def web_pages_are_images(exchange: Exchange) -> Reply:
    """A URL that yields a web page is answered as a success."""
    if (await text_field(exchange, "image_url")).endswith(".html"):
        return success()
    return await exchange.reply()


@rewrites("POST /ocr", kills=("OCR-ERR-12",))
def too_large_500(reply: Reply) -> None:
    """A page over the size limit answers 500."""
    if reply.status == 413:
        reply.status = 500


@rewrites("POST /ocr", kills=("OCR-ERR-13",))
def too_large_as_html(reply: Reply) -> None:
    """The body of a 413 is the web server's own page."""
    if reply.status == 413:
        reply.text("<html><h1>413 Request Entity Too Large</h1></html>", "text/html")


@rewrites("POST /ocr", kills=("OCR-ERR-14",))
def text_as_file_400(reply: Reply) -> None:
    """Text in `file` answers 400."""
    if reply.status == 422 and "file" in reply.json["detail"][0]["loc"]:
        reply.status, reply.json = 400, {"detail": NO_IMAGE}


@answers("POST /ocr", kills=("OCR-ERR-15",))
async def any_flag_is_a_flag(exchange: Exchange) -> Reply:
    """A `return_content` that is no truth value is taken for true."""
    if await text_field(exchange, "return_content") == "perhaps":
        return success("text")
    return await exchange.reply()


@rewrites("POST /ocr", kills=("OCR-ERR-16",))
def validation_as_text(reply: Reply) -> None:
    """`detail` of a 422 is a text."""
    if reply.status == 422:
        reply.json["detail"] = str(reply.json["detail"])


@rewrites("POST /ocr", kills=("OCR-ERR-16",))
def validation_without_input(reply: Reply) -> None:
    """The items of a 422 lack `input`."""
    if reply.status == 422:
        for item in reply.json["detail"]:
            del item["input"]


@answers("POST /ocr", kills=("OCR-ERR-17",), whole=True)
async def full_in_other_words(exchange: Exchange) -> Reply:
    """A service that is full answers 503 with words of its own."""
    if _Load.is_full():
        return refusal(503, "Too many requests, try again later")
    with _Load():
        return await exchange.reply()


class _Load:
    """How many pages are being read; four are a full house."""

    now = 0

    @classmethod
    def is_full(cls) -> bool:
        return cls.now >= 4

    def __enter__(self) -> None:
        _Load.now += 1

    def __exit__(self, *_error: object) -> None:
        _Load.now -= 1


@rewrites("POST /ocr", kills=("OCR-ERR-18", "OCR-ROBUST-9"), all_of=True, whole=True)
def crash_in_plain_text(reply: Reply) -> None:
    """What is no image draws a 500 in plain text, the framework's own."""
    if _detail(reply).startswith(BAD_IMAGE):
        reply.status = 500
        reply.text("Internal Server Error")


@answers("GET *", kills=("OCR-ERR-19",))
async def every_path_is_a_page(exchange: Exchange) -> Reply:
    """An unknown path answers 200, with a page for a browser."""
    reply = await exchange.reply()
    if reply.status == 404:
        reply.status = 200
        reply.text("<html></html>", "text/html")
    return reply


def _error(status: int, body: Any) -> Any:
    def edit(reply: Reply) -> None:
        if reply.status == status:
            reply.json = body

    return edit


@rewrites("GET *", kills=("OCR-ERR-20",))
def not_found_in_other_words(reply: Reply) -> None:
    """The body of a 404 is another."""
    _error(404, {"error": "Not Found"})(reply)


@rewrites("GET /ocr", kills=("OCR-ERR-21",))
def get_ocr_404(reply: Reply) -> None:
    """GET /ocr answers 404."""
    reply.status = 404


@rewrites("POST /health", kills=("OCR-ERR-22",))
def post_health_works(reply: Reply) -> None:
    """POST /health answers 200."""
    reply.status = 200


@rewrites("* *", kills=("OCR-ERR-23",))
def wrong_method_in_other_words(reply: Reply) -> None:
    """The body of a 405 is another."""
    _error(405, {"detail": "Not allowed"})(reply)


@rewrites("* *", kills=("OCR-ERR-24",))
def allow_missing(reply: Reply) -> None:
    """A 405 does not say what is allowed."""
    reply.headers.pop("allow", None)


@rewrites("* *", kills=("OCR-ERR-25",), check="test_paths_and_methods")
def errors_of_paths_as_text(reply: Reply) -> None:
    """A 404 is sent as text/plain."""
    if reply.status == 404:
        reply.headers["content-type"] = "text/plain"


@rewrites("POST /ocr", kills=("OCR-ERR-25",), check="test_no_picture_in_it")
def errors_of_images_as_text(reply: Reply) -> None:
    """A 400 for an image is sent as text/plain."""
    if _detail(reply).startswith(BAD_IMAGE):
        reply.headers["content-type"] = "text/plain"


@rewrites("POST /ocr", kills=("OCR-ERR-25",), check="test_wrong_fields")
def errors_of_fields_as_text(reply: Reply) -> None:
    """A 422 is sent as text/plain."""
    if reply.status == 422:
        reply.headers["content-type"] = "text/plain"


@rewrites("POST /ocr", kills=("OCR-ERR-25",), check="test_no_image")
def errors_of_empty_forms_as_text(reply: Reply) -> None:
    """The 400 for a missing image is sent as text/plain."""
    if _detail(reply) == NO_IMAGE:
        reply.headers["content-type"] = "text/plain"
