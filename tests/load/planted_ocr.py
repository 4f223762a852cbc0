"""A fake OCR service that knows what the drawn pages say, and its defective relatives."""

from __future__ import annotations

import base64
import itertools
from collections.abc import Callable
from datetime import datetime
from typing import TYPE_CHECKING
from urllib.parse import parse_qs
from urllib.request import urlopen

from schemas.ocr_service.pages import draw, draw_marker

if TYPE_CHECKING:
    from planted import Behaviour, Exchange

# The corpus of load/ocr.py: importing that module would import Locust into the tests.
PAGES = {
    page.image: page for page in (*draw_marker(1, count=8), *(draw("medium", n) for n in range(8)))
}

Spoil = Callable[[int, dict[str, object]], None]


def ocr(spoil: Spoil | None = None) -> Behaviour:
    """Reads every page without a mistake, in edition 1.3; `spoil` may change the n-th answer."""
    numbers = itertools.count()

    async def behave(exchange: Exchange) -> None:
        kind, image = received(exchange)
        number = next(numbers)
        stem = f"20250101_000000_{number}_page"
        answer: dict[str, object] = {
            "status": "success",
            "input_type": kind,
            "local_files": {
                "markdown": f"/app/output/{stem}.md",
                "json": f"/app/output/{stem}.json",
            },
            "timestamp": datetime(2025, 1, 1).isoformat(),  # noqa: DTZ001  naive in the contract
            "elapsed_sec": 0.1,
            "s3_files": {"status": "skipped", "reason": "credentials_not_configured"},
            "markdown_text": PAGES[image].text,
            "json_data": None,
        }
        if spoil is not None:
            spoil(number, answer)
        await exchange.answer(body=answer)

    return behave


def received(exchange: Exchange) -> tuple[str, bytes]:
    """(input type, image) of a request, whichever form it has."""
    if exchange.headers["content-type"].startswith("multipart/"):
        return "multipart", next(image for image in PAGES if image in exchange.content)
    form = parse_qs(exchange.content.decode())
    if "image_base64" in form:
        return "base64", base64.b64decode(form["image_base64"][0])
    with urlopen(form["image_url"][0], timeout=5) as answer:  # noqa: S310  our own loopback server
        return "url", answer.read()


def cross_talk(number: int, answer: dict[str, object]) -> None:
    """Every fifth answer is the text of another request's page."""
    if number % 5 == 4:
        shown = str(answer["markdown_text"])
        other = next(page for page in PAGES.values() if page.marker and page.text != shown)
        answer["markdown_text"] = other.text


def empty_text(number: int, answer: dict[str, object]) -> None:
    """Every fifth answer has a 200 and no text."""
    if number % 5 == 4:
        answer["markdown_text"] = " "


def wrong_shape(number: int, answer: dict[str, object]) -> None:
    """Every fifth answer lacks its timestamp."""
    if number % 5 == 4:
        del answer["timestamp"]


def edition_1_0(_number: int, answer: dict[str, object]) -> None:
    """An answer of edition 1.0: no text at all."""
    for name in ("elapsed_sec", "s3_files", "markdown_text", "json_data"):
        del answer[name]
