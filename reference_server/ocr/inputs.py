"""From the form of POST /ocr to the image's bytes, its kind and the stem of its results."""

from __future__ import annotations

import base64
import binascii
import re
from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import TYPE_CHECKING, Any, Literal
from urllib.parse import unquote, urlsplit

from fastapi.exceptions import RequestValidationError
from pydantic import TypeAdapter, ValidationError
from starlette.datastructures import UploadFile
from starlette.requests import Request

if TYPE_CHECKING:
    from starlette.types import Message, Receive

InputType = Literal["base64", "url", "multipart"]

DATA_PREFIX = re.compile(r"\s*data:[^,]{0,200};base64,", re.IGNORECASE)
FORM_OVERHEAD_BYTES = 64 * 1024
BODY_FACTOR = 3
"""A percent-encoded base64 form takes at most three bytes per character."""

_BOOLEAN = TypeAdapter(bool)


class NoImage(ValueError):
    """The form names no image."""


class InvalidBase64(ValueError):
    """`image_base64` is not base64."""


class TooLarge(ValueError):
    """More bytes than the server takes; the text says how many it takes."""

    def __init__(self, limit: int) -> None:
        super().__init__(f"Image is too large: at most {limit} bytes are accepted")


@dataclass(frozen=True, slots=True)
class OcrForm:
    """The form as sent; an empty field counts as absent."""

    image_base64: str | None
    image_url: str | None
    file: UploadFile | None
    return_content: bool

    @property
    def input_type(self) -> InputType:
        """The input that counts: base64, then url, then file. Raises NoImage."""
        if self.image_base64 is not None:
            return "base64"
        if self.image_url is not None:
            return "url"
        if self.file is not None:
            return "multipart"
        raise NoImage


async def read_form(request: Request, max_upload_bytes: int) -> OcrForm:
    """Parse an urlencoded or multipart body; any other body is an empty form.

    Raises TooLarge, RequestValidationError (422), HTTPException 400 for a broken multipart body,
    ClientDisconnect.
    """
    limit = max_upload_bytes * BODY_FACTOR + FORM_OVERHEAD_BYTES
    declared = request.headers.get("content-length", "")
    if declared.isdigit() and int(declared) > limit:
        raise TooLarge(max_upload_bytes)
    bounded = Request(request.scope, _bounded(request.receive, limit, max_upload_bytes))
    form = await bounded.form(max_files=8, max_fields=64, max_part_size=limit)
    problems: list[dict[str, Any]] = []
    fields = {
        "image_base64": _text(form.get("image_base64"), "image_base64", problems),
        "image_url": _text(form.get("image_url"), "image_url", problems),
    }
    file = _file(form.get("file"), problems)
    wanted = _text(form.get("return_content"), "return_content", problems)
    return_content = _boolean(wanted, problems)
    if problems:
        raise RequestValidationError(problems)
    return OcrForm(**fields, file=file, return_content=return_content)


def _bounded(receive: Receive, limit: int, max_upload_bytes: int) -> Receive:
    seen = 0

    async def bounded() -> Message:
        nonlocal seen
        message = await receive()
        seen += len(message.get("body", b""))
        if seen > limit:
            raise TooLarge(max_upload_bytes)
        return message

    return bounded


def _problem(kind: str, field: str, message: str, value: object) -> dict[str, Any]:
    return {"type": kind, "loc": ("body", field), "msg": message, "input": value}


def _text(value: object, field: str, problems: list[dict[str, Any]]) -> str | None:
    if isinstance(value, UploadFile):
        problems.append(
            _problem("string_type", field, "Input should be a valid string", value.filename)
        )
        return None
    return value if isinstance(value, str) and value else None


def _file(value: object, problems: list[dict[str, Any]]) -> UploadFile | None:
    if isinstance(value, str):
        if value:
            message = "Value error, Expected UploadFile, received: <class 'str'>"
            problems.append(_problem("value_error", "file", message, value[:100]))
        return None
    if isinstance(value, UploadFile) and (value.filename or value.size):
        return value
    return None  # browsers send a nameless empty part for a file field left alone


def _boolean(value: str | None, problems: list[dict[str, Any]]) -> bool:
    if value is None:
        return False
    try:
        return _BOOLEAN.validate_python(value)
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        problems.append(_problem(first["type"], "return_content", first["msg"], value[:100]))
        return False


def decode_base64(text: str, max_upload_bytes: int) -> bytes:
    """Bytes of a base64 text; a data URI's prefix, white space and newlines are tolerated.

    Raises InvalidBase64 or TooLarge.
    """
    prefix = DATA_PREFIX.match(text[:300])
    if prefix:
        text = text[prefix.end() :]
    if not text.isascii():
        raise InvalidBase64("it has characters outside the base64 alphabet")
    packed = text.encode("ascii").translate(None, b" \t\r\n\f\v")
    if len(packed) * 3 // 4 - 2 > max_upload_bytes:
        raise TooLarge(max_upload_bytes)
    if not packed:
        raise InvalidBase64("it is empty")
    try:
        return base64.b64decode(packed, validate=True)
    except binascii.Error as error:
        raise InvalidBase64(str(error)) from None


async def read_upload(file: UploadFile, max_upload_bytes: int) -> bytes:
    """The uploaded bytes; raises TooLarge."""
    data = await file.read(max_upload_bytes + 1)
    if len(data) > max_upload_bytes:
        raise TooLarge(max_upload_bytes)
    return data


def url_stem(url: str) -> str:
    """Stem of the last part of the URL's path, percent-decoded; empty if there is none."""
    return PurePosixPath(unquote(urlsplit(url).path)).stem
