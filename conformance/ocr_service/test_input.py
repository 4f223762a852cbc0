"""The ways to send a page, and which of them counts when several are given."""

from __future__ import annotations

import base64
import io
from typing import TYPE_CHECKING

from conformance.exchange import Answer, NoAnswer, Part, Request
from conformance.judging import Judge, decides
from conformance.ocr_service.requests import (
    form_parts,
    ocr_request,
    ocr_request_of,
    upload,
    url_request,
)
from schemas.ocr_service.pages import DrawnPage, draw_marker
from schemas.text_distance import contains

if TYPE_CHECKING:
    from PIL.Image import Image

    from conformance.ocr_service.service import Service


def _judge_marker(
    judge: Judge, requirement: str, service: Service, got: Answer | NoAnswer, page: DrawnPage
) -> None:
    """Claim that the answer is a success that holds the page's marker."""
    text = service.text_of(got) if isinstance(got, Answer) and got.status == 200 else ""
    judge(
        requirement,
        contains(page.marker or "", text),
        expected=f"200 with the text {page.marker}",
        got=f"text {text!r}" if text else got.summary,
        by=got,
    )


def _base64(page: DrawnPage) -> str:
    return base64.b64encode(page.image).decode()


@decides("OCR-INPUT-1", "OCR-INPUT-2", "OCR-INPUT-5", "OCR-INPUT-6", "OCR-INPUT-12", "OCR-INPUT-13")
def test_forms(service: Service, judge: Judge) -> None:
    pages = draw_marker(service.options.seed + 10, count=7)
    encoded = [_base64(page) for page in pages]
    broken = "\r\n".join(encoded[4][at : at + 76] for at in range(0, len(encoded[4]), 76))
    plain, true, false = ("true", "true", "false")
    cases = {
        "OCR-INPUT-1": Request("POST", "/ocr", parts=form_parts(image_base64=encoded[0], return_content=plain)),
        "OCR-INPUT-2": Request("POST", "/ocr", form={"image_base64": encoded[1], "return_content": plain}),
        "OCR-INPUT-5": Request("POST", "/ocr", parts=(upload(pages[2].image), *form_parts(return_content=plain))),
        "OCR-INPUT-6": ocr_request_of(f"data:image/png;base64,{encoded[3]}"),
        "OCR-INPUT-12": ocr_request_of(broken),
    }  # fmt: skip
    flags = [ocr_request(pages[5], return_content=flag) for flag in (true, false)]
    answers = service.target.together([*cases.values(), *flags])
    if service.text_source == "none":
        judge.untested("no way to get at the recognised text: neither return_content nor /files")
        return
    for requirement, page, got in zip(cases, pages, answers, strict=False):
        _judge_marker(judge, requirement, service, got, page)
    for got in answers[-2:]:
        judge(
            "OCR-INPUT-13",
            isinstance(got, Answer) and got.status == 200,
            expected="status 200",
            got=got.summary,
            by=got,
        )


@decides("OCR-INPUT-3", "OCR-INPUT-4")
def test_by_url(service: Service, judge: Judge) -> None:
    if service.reaches_us:
        judge.untested(service.reaches_us)
        return
    pages = draw_marker(service.options.seed + 11, count=2)
    urls = [
        service.images.offer(f"/input/{number}.png", page.image, "image/png")
        for number, page in enumerate(pages)
    ]
    answers = service.target.together([url_request(urls[0]), url_request(urls[1], urlencoded=True)])
    for requirement, page, got in zip(("OCR-INPUT-3", "OCR-INPUT-4"), pages, answers, strict=True):
        _judge_marker(judge, requirement, service, got, page)


@decides("OCR-INPUT-8")
def test_base64_before_file(service: Service, judge: Judge) -> None:
    wanted, other = draw_marker(service.options.seed + 12, count=2)
    parts = (upload(other.image), *form_parts(image_base64=_base64(wanted), return_content="true"))
    _judge_marker(
        judge, "OCR-INPUT-8", service, service.ask(Request("POST", "/ocr", parts=parts)), wanted
    )


@decides("OCR-INPUT-7", "OCR-INPUT-9")
def test_precedence_of_url(service: Service, judge: Judge) -> None:
    if service.reaches_us:
        judge.untested(service.reaches_us)
        return
    by_base64, by_url, by_file = draw_marker(service.options.seed + 13, count=3)
    url = service.images.offer("/precedence.png", by_url.image, "image/png")
    text = form_parts(image_url=url, return_content="true")
    both = (*form_parts(image_base64=_base64(by_base64)), *text)
    answers = service.target.together(
        [
            Request("POST", "/ocr", parts=both),
            Request("POST", "/ocr", parts=(upload(by_file.image), *text)),
        ]
    )
    _judge_marker(judge, "OCR-INPUT-7", service, answers[0], by_base64)
    _judge_marker(judge, "OCR-INPUT-9", service, answers[1], by_url)


@decides("OCR-INPUT-10", "OCR-INPUT-11", "OCR-ROBUST-14")
def test_image_formats(service: Service, judge: Judge) -> None:
    from PIL.Image import open as open_image

    page = draw_marker(service.options.seed + 14)[0]
    grey = open_image(io.BytesIO(page.image)).convert("L")
    cases: list[tuple[str, str, str]] = [
        ("OCR-INPUT-10", "RGB", "PNG"),
        ("OCR-INPUT-11", "RGB", "JPEG"),
        ("OCR-ROBUST-14", "L", "PNG"),
        ("OCR-ROBUST-14", "P", "PNG"),
        ("OCR-ROBUST-14", "RGBA", "PNG"),
        ("OCR-ROBUST-14", "I;16", "PNG"),
        ("OCR-ROBUST-14", "CMYK", "JPEG"),
    ]
    requests = []
    for _, mode, image_format in cases:
        buffer = io.BytesIO()
        _in_mode(grey, mode).save(buffer, image_format)
        parts = (
            Part(
                "file",
                buffer.getvalue(),
                f"page.{image_format.lower()}",
                f"image/{image_format.lower()}",
            ),
            *form_parts(return_content="true"),
        )
        requests.append(Request("POST", "/ocr", parts=parts))
    for (requirement, _, _), got in zip(cases, service.target.together(requests), strict=True):
        _judge_marker(judge, requirement, service, got, page)


def _in_mode(grey: Image, mode: str) -> Image:
    from PIL.Image import frombytes

    if mode == "I;16":
        return frombytes("I;16", grey.size, b"".join(bytes((0, v)) for v in grey.tobytes()))
    return grey.convert(mode) if mode != "CMYK" else grey.convert("RGB").convert("CMYK")
