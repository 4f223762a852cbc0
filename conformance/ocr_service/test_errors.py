"""Errors: the exact status and detail of each, for bad forms, paths and methods."""

from __future__ import annotations

import base64
from typing import TYPE_CHECKING

from conformance.exchange import Answer, Request, Unexpected
from conformance.judging import Judge, decides
from conformance.ocr_service.requests import form_parts, ocr_request_of, upload, url_request
from schemas import load_contract
from schemas.ocr_service.pages import draw_marker

if TYPE_CHECKING:
    from conformance.ocr_service.service import Service

NO_IMAGE = "No image provided. Use one of: image_base64, image_url, or file"
NOT_AN_IMAGE = b"This is a plain text and no image at all.\n" * 8
LARGE_BYTES = 40 << 20
DOCUMENTED = ("Invalid base64 image: ", "Failed to download image: ", "Invalid image format: ")


def _status(judge: Judge, requirement: str, answer: Answer, wanted: int) -> None:
    judge(
        requirement,
        answer.status == wanted,
        expected=f"status {wanted}",
        got=answer.summary,
        by=answer,
    )


def _detail(judge: Judge, requirement: str, answer: Answer, *beginnings: str) -> None:
    detail = detail_of(answer)
    judge(
        requirement,
        isinstance(detail, str) and detail.startswith(beginnings),
        expected=f"detail beginning with {' or '.join(beginnings)}",
        got=answer.summary,
        by=answer,
    )


def detail_of(answer: Answer) -> object:
    """The `detail` of an error, or None."""
    try:
        body = answer.json
    except Unexpected:
        return None
    return body.get("detail") if isinstance(body, dict) else None


def _json(judge: Judge, *answers: Answer) -> None:
    for answer in answers:
        media = answer.headers.get("content-type", "")
        judge(
            "OCR-ERR-25",
            media.startswith("application/json"),
            expected="application/json",
            got=f"{media}: {answer.summary}",
            by=answer,
        )


@decides("OCR-ERR-1", "OCR-ERR-2", "OCR-ERR-3", "OCR-ERR-25", depth="quick")
def test_no_image(service: Service, judge: Judge) -> None:
    nothing = service.ask(Request("POST", "/ocr"))
    empty = service.ask(Request("POST", "/ocr", parts=form_parts(return_content="true")))
    good = base64.b64encode(draw_marker(1)[0].image).decode()
    as_json = service.ask(Request("POST", "/ocr", json={"image_base64": good}))
    for answer in (nothing, empty):
        _status(judge, "OCR-ERR-1", answer, 400)
        judge(
            "OCR-ERR-2",
            detail_of(answer) == NO_IMAGE,
            expected=NO_IMAGE,
            got=answer.summary,
            by=answer,
        )
    refused = as_json.status == 400 and detail_of(as_json) == NO_IMAGE
    judge("OCR-ERR-3", refused, expected=f"400 {NO_IMAGE}", got=as_json.summary, by=as_json)
    _json(judge, nothing, empty, as_json)


@decides(
    "OCR-ERR-4", "OCR-ERR-5", "OCR-ERR-8", "OCR-ERR-9", "OCR-ERR-10", "OCR-ERR-25", depth="quick"
)
def test_no_picture_in_it(service: Service, judge: Judge) -> None:
    for text in ("%%% this is no base64 %%%", "data:image/png;base64,!!!!"):
        answer = service.ask(ocr_request_of(text))
        _status(judge, "OCR-ERR-4", answer, 400)
        _detail(judge, "OCR-ERR-5", answer, "Invalid base64 image: ")
        _json(judge, answer)
    answer = service.ask(Request("POST", "/ocr", parts=(upload(NOT_AN_IMAGE, "page.png"),)))
    _status(judge, "OCR-ERR-8", answer, 400)
    _detail(judge, "OCR-ERR-9", answer, "Invalid image format: ")
    _json(judge, answer)
    answer = service.ask(ocr_request_of(base64.b64encode(NOT_AN_IMAGE).decode()))
    documented = answer.status == 400 and str(detail_of(answer)).startswith(DOCUMENTED)
    judge(
        "OCR-ERR-10",
        documented,
        expected=f"400 with {' or '.join(DOCUMENTED)}",
        got=answer.summary,
        by=answer,
    )
    _json(judge, answer)


@decides("OCR-ERR-6", "OCR-ERR-7", "OCR-ERR-11")
def test_downloads_that_fail(service: Service, judge: Judge) -> None:
    nowhere = service.ask(url_request("http://no-such-host.invalid/page.png"))
    _status(judge, "OCR-ERR-6", nowhere, 400)
    _detail(judge, "OCR-ERR-7", nowhere, "Failed to download image: ")
    if service.reaches_us:
        judge.untested(service.reaches_us, "OCR-ERR-11")
        return
    gone = service.images.offer("/gone.png", b"gone", "text/plain", 410)
    absent = service.ask(url_request(gone))
    _status(judge, "OCR-ERR-6", absent, 400)
    _detail(judge, "OCR-ERR-7", absent, "Failed to download image: ")
    page = service.images.offer("/page.html", b"<html><p>no image</p></html>", "text/html")
    answer = service.ask(url_request(page))
    documented = answer.status == 400 and str(detail_of(answer)).startswith(DOCUMENTED)
    judge(
        "OCR-ERR-11",
        documented,
        expected=f"400 with {' or '.join(DOCUMENTED)}",
        got=answer.summary,
        by=answer,
    )


@decides("OCR-ERR-12", "OCR-ERR-13")
def test_too_large(service: Service, judge: Judge) -> None:
    page = draw_marker(2)[0].image
    got = service.target.send(Request("POST", "/ocr", parts=(upload(page + bytes(LARGE_BYTES)),)))
    if not isinstance(got, Answer):
        judge("OCR-ERR-12", holds=False, expected="status 413", got=got.summary, by=got)
        judge.untested(
            "the page over the limit got no answer", "OCR-ERR-13", because="not_observed"
        )
        return
    if got.status in (200, 400):
        judge.untested(
            f"a page of {LARGE_BYTES >> 20} MiB is not refused for its size: no limit was met",
            because="not_observed",
        )
        return
    _status(judge, "OCR-ERR-12", got, 413)
    judge(
        "OCR-ERR-13",
        isinstance(detail_of(got), str),
        expected='{"detail": "…"}',
        got=got.summary,
        by=got,
    )


@decides("OCR-ERR-14", "OCR-ERR-15", "OCR-ERR-16", "OCR-ERR-25")
def test_wrong_fields(service: Service, judge: Judge) -> None:
    text_as_file = service.ask(Request("POST", "/ocr", parts=form_parts(file="not an upload")))
    page = draw_marker(3)[0].image
    odd_flag = service.ask(
        Request("POST", "/ocr", parts=(upload(page), *form_parts(return_content="perhaps")))
    )
    _status(judge, "OCR-ERR-14", text_as_file, 422)
    if odd_flag.status == 200 and service.edition == "1.0" and "markdown_text" not in odd_flag.text:
        judge.unsupported("return_content is not offered", "OCR-ERR-15")
    else:
        _status(judge, "OCR-ERR-15", odd_flag, 422)
    validator = load_contract("ocr-service").validator("validation_error")
    seen = [answer for answer in (text_as_file, odd_flag) if answer.status == 422]
    for answer in seen:
        faults = [error.message for error in validator.iter_errors(answer.json)]
        judge(
            "OCR-ERR-16",
            not faults,
            expected="items with type, loc, msg and input",
            got=f"{faults}: {answer.summary}",
            by=answer,
        )
    if not seen:
        judge.untested("no 422 was seen", "OCR-ERR-16", because="not_observed")
    _json(judge, text_as_file)


@decides(*(f"OCR-ERR-{number}" for number in range(19, 26)), depth="quick")
def test_paths_and_methods(service: Service, judge: Judge) -> None:
    for path in ("/no-such-path", "/ocr/extra"):
        answer = service.ask(Request("GET", path))
        _status(judge, "OCR-ERR-19", answer, 404)
        judge(
            "OCR-ERR-20",
            answer.json == {"detail": "Not Found"},
            expected='{"detail":"Not Found"}',
            got=answer.summary,
            by=answer,
        )
        _json(judge, answer)
    for requirement, request in (
        ("OCR-ERR-21", Request("GET", "/ocr")),
        ("OCR-ERR-22", Request("POST", "/health")),
        ("OCR-ERR-22", Request("POST", "/")),
    ):
        answer = service.ask(request)
        _status(judge, requirement, answer, 405)
        judge(
            "OCR-ERR-23",
            answer.json == {"detail": "Method Not Allowed"},
            expected='{"detail":"Method Not Allowed"}',
            got=answer.summary,
            by=answer,
        )
        allowed = answer.headers.get("allow", "")
        wanted = "POST" if request.path == "/ocr" else "GET"
        judge(
            "OCR-ERR-24",
            wanted in allowed,
            expected=f"Allow: {wanted}",
            got=repr(allowed),
            by=answer,
        )
        _json(judge, answer)


@decides("OCR-ERR-17", "OCR-ERR-18", depth="quick", last=True)
def test_shapes_of_server_errors(service: Service, judge: Judge) -> None:
    """No request of the suite is meant to draw one; whatever came is looked at here."""
    seen = {503: 0, 500: 0}
    for got in service.target.ledger.server_errors:
        detail = detail_of(got)
        if got.status == 503:
            right = isinstance(detail, str) and detail.startswith(
                "OCR service is not available. Error: "
            )
            judge(
                "OCR-ERR-17",
                right,
                expected="detail beginning with OCR service is not available. Error: ",
                got=got.summary,
                by=got,
            )
        elif got.status == 500:
            judge(
                "OCR-ERR-18",
                isinstance(detail, str),
                expected='{"detail": "…"}',
                got=got.summary,
                by=got,
            )
        else:
            continue
        seen[got.status] += 1
    for status, requirement in ((503, "OCR-ERR-17"), (500, "OCR-ERR-18")):
        if not seen[status]:
            judge.untested(f"no {status} was seen in this run", requirement, because="not_observed")
