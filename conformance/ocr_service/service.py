"""How the suite talks to an OCR service: pages in by each way, recognised text out."""

from __future__ import annotations

import html
import re
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any, Literal
from urllib.parse import quote

from conformance.exchange import Answer, NoAnswer, Request, Unexpected, answered
from conformance.ocr_service.requests import url_request
from schemas.ocr_service.pages import draw_marker

if TYPE_CHECKING:
    from conformance.images import ImageServer
    from conformance.ocr_service.recognition import OcrRecognition
    from conformance.plugin.options import Options
    from conformance.target import Target

TextSource = Literal["return_content", "files", "none"]
_TAG = re.compile(r"<[^<>]*>")
_MARKUP = re.compile(r"\\(?=[\W_])|[|*#`]|:?-{3,}:?")


def plain_text(markdown: str) -> str:
    """Markdown without its marks and tags: what a reader sees."""
    return html.unescape(_MARKUP.sub("", _TAG.sub(" ", markdown)))


@dataclass
class Service:
    """The OCR service under test."""

    target: Target
    images: ImageServer
    options: Options
    recognition: OcrRecognition

    @property
    def edition(self) -> str:
        """The edition that this run judges."""
        return self.recognition.edition

    @cached_property
    def text_source(self) -> TextSource:
        """Where the recognised text can be had, tried once with the first page."""
        first = answered(self.recognition.first_answer).expect(200)
        if isinstance(_field(first, "markdown_text"), str):
            return "return_content"
        return "files" if self._stored_text(first) is not None else "none"

    @cached_property
    def reaches_us(self) -> str:
        """Empty if the target fetches images from this machine, else why it does not."""
        url = self.images.offer("/reach.png", draw_marker(0)[0].image, "image/png")
        got = self.target.send(url_request(url))
        if "/reach.png" in self.images.asked or not isinstance(got, Answer):
            return ""
        refused = got.status == 400 and "Failed to download image" in got.text  # noqa: PLR2004
        if refused and self.options.base_url is not None and self.options.public_url is None:
            return (
                "the target does not fetch images from this machine: give --public-url, "
                "the address under which it can"
            )
        return ""

    def ask(self, request: Request) -> Answer:
        """Send a request that must be answered."""
        return self.target.ask(request)

    def read(self, request: Request) -> Answer:
        """Send a page that must be read. Raises Unexpected when it is not answered with 200."""
        return self.target.ask(request).expect(200)

    def text_of(self, got: Answer | NoAnswer) -> str:
        """The recognised text of an answer. Raises Unexpected when there is none."""
        answer = answered(got).expect(200)
        if self.text_source == "files":
            text = self._stored_text(answer)
        else:
            text = _field(answer, "markdown_text")
        if not isinstance(text, str):
            raise Unexpected(expected="the recognised text", got=repr(text), by=answer)
        return plain_text(text)

    def stored_name(self, answer: Answer, kind: Literal["markdown", "json"]) -> str:
        """The name of a result file. Raises Unexpected when the answer names none."""
        files = _field(answer, "local_files")
        path = files.get(kind) if isinstance(files, dict) else None
        if not isinstance(path, str) or not path:
            raise Unexpected(expected=f"local_files.{kind}", got=repr(files), by=answer)
        return path.rpartition("/")[2]

    def stored(self, answer: Answer, kind: Literal["markdown", "json"]) -> Answer | NoAnswer:
        """The stored result file, as GET /files serves it."""
        folder = "md" if kind == "markdown" else "json"
        return self.target.send(
            Request("GET", f"/files/{folder}/{quote(self.stored_name(answer, kind), safe='')}")
        )

    def _stored_text(self, answer: Answer) -> str | None:
        got = self.stored(answer, "markdown")
        return got.text if isinstance(got, Answer) and got.status == 200 else None  # noqa: PLR2004


def _field(answer: Answer, name: str) -> Any:
    body = answer.json
    if not isinstance(body, dict):
        raise Unexpected(expected="a JSON object", got=answer.summary, by=answer)
    return body.get(name)
