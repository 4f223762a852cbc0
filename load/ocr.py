"""OCR pages under load: base64, upload and URL by weight, every answer judged by what it says.

Half of the pages carry a marker of their own, so an answer that belongs to another request shows;
the other half are text whose character error rate is known. An edition whose answers carry no
text is judged by its schema alone, and the result counts those answers as unjudged in content.
"""

from __future__ import annotations

import base64
from functools import cache, partial
from typing import TYPE_CHECKING
from urllib.parse import urlencode

from load.answers import WrongShapeError, decoded, parsed, validator
from load.call import Judgement, Operation, Post, violation
from load.engine import Scenario
from load.image_server import serve
from schemas import load_contract
from schemas.ocr_service.pages import DrawnPage, draw, draw_marker
from schemas.text_distance import character_error_rate, contains, squeeze

if TYPE_CHECKING:
    import argparse

    from load.call import Answer
    from load.dice import Dice

PAGES = 16
OTHER_TEXT = 0.3
"""A character error rate beyond this is another text, not a misreading of this one."""
FORM = "application/x-www-form-urlencoded"
BOUNDARY = "inference-gate-page"


class OcrService(Scenario):
    """POST /ocr of the OCR service contract."""

    probe_path = "/health"

    @classmethod
    def add_options(cls, parser: argparse.ArgumentParser) -> None:
        """The edition, and where the target can fetch images from."""
        group = parser.add_argument_group("OCR")
        group.add_argument(
            "--edition", choices=load_contract("ocr-service").editions, help="default: as answered"
        )
        group.add_argument(
            "--serve-images",
            metavar="ADDRESS",
            help="address of this machine that the target can reach: image_url is sent too",
        )

    @classmethod
    def warm_up(cls) -> None:
        """Draw the pages and compile the schemas."""
        for edition in load_contract("ocr-service").editions:
            validator("ocr-service", "ocr_answer", edition)
        for page in _pages().values():
            judge_text(page, page.text)

    @classmethod
    def operations(cls, options: argparse.Namespace) -> list[Operation]:
        """The three ways to hand in a page."""
        unreachable = "" if options.serve_images else "--serve-images ADDRESS is not given"
        return [
            Operation("ocr/base64", 6, partial(_base64, options.edition)),
            Operation("ocr/multipart", 3, partial(_multipart, options.edition)),
            Operation(
                "ocr/url", 1, partial(_url, options.edition, options.serve_images), unreachable
            ),
        ]


@cache
def _pages() -> dict[str, DrawnPage]:
    pages = [*draw_marker(1, count=PAGES // 2), *(draw("medium", n) for n in range(PAGES // 2))]
    return {f"{number}.png": page for number, page in enumerate(pages)}


def _base64(edition: str | None, dice: Dice) -> Post:
    name = dice.choice(tuple(_pages()))
    return Post("/ocr", _base64_form(name), FORM, partial(_judge, edition, "base64", name))


def _multipart(edition: str | None, dice: Dice) -> Post:
    name = dice.choice(tuple(_pages()))
    content_type = f"multipart/form-data; boundary={BOUNDARY}"
    judge = partial(_judge, edition, "multipart", name)
    return Post("/ocr", _multipart_form(name), content_type, judge)


def _url(edition: str | None, address: str, dice: Dice) -> Post:
    name = dice.choice(tuple(_pages()))
    form = urlencode({"image_url": f"{_image_server(address)}/{name}", "return_content": "true"})
    return Post("/ocr", form.encode(), FORM, partial(_judge, edition, "url", name))


@cache
def _base64_form(name: str) -> bytes:
    text = base64.b64encode(_pages()[name].image)
    return urlencode({"image_base64": text, "return_content": "true"}).encode()


@cache
def _multipart_form(name: str) -> bytes:
    page = _pages()[name]
    head = (
        f'--{BOUNDARY}\r\nContent-Disposition: form-data; name="return_content"\r\n\r\ntrue\r\n'
        f'--{BOUNDARY}\r\nContent-Disposition: form-data; name="file"; filename="{name}"\r\n'
        f"Content-Type: {page.media_type}\r\n\r\n"
    )
    return head.encode() + page.image + f"\r\n--{BOUNDARY}--\r\n".encode()


@cache
def _image_server(address: str) -> str:
    return serve(address, _pages())


def _judge(edition: str | None, input_type: str, name: str, answer: Answer) -> Judgement:
    try:
        if edition is None:
            edition = _edition_of(answer.body)
        body = parsed(answer.body, "ocr-service", "ocr_answer", edition)
    except WrongShapeError as wrong:
        return wrong.judgement
    if body["input_type"] != input_type:
        return violation("wrong_input_type", f"expected {input_type}, got {body['input_type']}")
    return judge_text(_pages()[name], body.get("markdown_text"))


_first_edition: list[str] = []


def _edition_of(body: bytes) -> str:
    """The edition of the first answer, which all the others are then held to."""
    if not _first_edition:
        answer = decoded(body)
        _first_edition.append(
            "1.3" if isinstance(answer, dict) and "elapsed_sec" in answer else "1.0"
        )
    return _first_edition[0]


def judge_text(page: DrawnPage, text: str | None) -> Judgement:
    """Whether this is the page's own text, and no other page's marker stands in it."""
    if text is None:
        return Judgement(content_judged=False, pages=1)
    if not text.strip():
        return violation("empty_text", "the page has text, the answer has none")
    squeezed = squeeze(text)
    for other in _pages().values():
        if other.marker and other.marker != page.marker and other.marker in squeezed:
            return violation("cross_talk", f"expected {page.lines[0]!r}, got {text[:80]!r}")
    rate = character_error_rate(page.lines, text)
    if page.marker and not contains(page.marker, text):
        return violation("marker_missing", f"expected {page.marker!r}, got {text[:80]!r}")
    if not page.marker and rate > OTHER_TEXT:
        return violation("wrong_text", f"expected {page.lines[0]!r} …, got {text[:80]!r}")
    return Judgement(pages=1, character_error_rate=rate)
