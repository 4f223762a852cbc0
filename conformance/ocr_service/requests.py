"""POST /ocr in each way that the contract knows."""

from __future__ import annotations

import base64
from typing import TYPE_CHECKING

from conformance.exchange import Part, Request

if TYPE_CHECKING:
    from schemas.ocr_service.pages import DrawnPage


def form_parts(**fields: str | bytes) -> tuple[Part, ...]:
    """Text fields of a multipart form."""
    return tuple(
        Part(name, value.encode() if isinstance(value, str) else value)
        for name, value in fields.items()
    )


def upload(image: bytes, filename: str | None = "page.png", media_type: str = "image/png") -> Part:
    """The `file` part of a multipart form."""
    return Part("file", image, filename, media_type)


def ocr_request(page: DrawnPage | bytes, *, return_content: str | None = "true") -> Request:
    """POST /ocr with the page as base64 in a multipart form."""
    image = page if isinstance(page, bytes) else page.image
    extra = {} if return_content is None else {"return_content": return_content}
    return Request(
        "POST", "/ocr", parts=form_parts(image_base64=base64.b64encode(image).decode(), **extra)
    )


def ocr_request_of(image_base64: str) -> Request:
    """POST /ocr with this text as image_base64."""
    return Request(
        "POST", "/ocr", parts=form_parts(image_base64=image_base64, return_content="true")
    )


def upload_request(
    image: bytes, filename: str = "page.png", *, return_content: str | None = "true"
) -> Request:
    """POST /ocr with the page as a file."""
    extra = {} if return_content is None else {"return_content": return_content}
    return Request("POST", "/ocr", parts=(upload(image, filename), *form_parts(**extra)))


def raw_upload_request(image: bytes, filename: str) -> Request:
    """POST /ocr with the page as a file whose name goes out as it is, control characters too.

    HTTP libraries percent-encode those; who means harm does not.
    """
    boundary = "----inference-gate-raw-name"
    head = (
        f'--{boundary}\r\nContent-Disposition: form-data; name="file"; filename="{filename}"\r\n'
        "Content-Type: image/png\r\n\r\n"
    )
    return Request(
        "POST",
        "/ocr",
        headers={"Content-Type": f"multipart/form-data; boundary={boundary}"},
        content=head.encode() + image + f"\r\n--{boundary}--\r\n".encode(),
    )


def url_request(url: str, *, urlencoded: bool = False) -> Request:
    """POST /ocr with the page's address."""
    if urlencoded:
        return Request("POST", "/ocr", form={"image_url": url, "return_content": "true"})
    return Request("POST", "/ocr", parts=form_parts(image_url=url, return_content="true"))
