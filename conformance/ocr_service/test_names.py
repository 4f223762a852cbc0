"""The names of the result files: whose page they are, and that no two requests share one."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Literal

from conformance.exchange import Answer, NoAnswer, Request, Unexpected, answered
from conformance.judging import Judge, decides
from conformance.ocr_service.requests import (
    form_parts,
    raw_upload_request,
    upload,
    upload_request,
    url_request,
)
from conformance.ocr_service.service import plain_text
from schemas.ocr_service.pages import draw_marker
from schemas.text_distance import contains

if TYPE_CHECKING:
    from conformance.ocr_service.conftest import Read
    from conformance.ocr_service.service import Service

_NAME = re.compile(r"^\d{8}_\d{6}_(?P<stem>.+)\.(md|json)$")
LONGEST_NAME_BYTES = 255


def _judge_stem(
    judge: Judge, requirement: str, service: Service, answer: Answer, wanted: str
) -> None:
    """Claim that both result names hold the stem; what tells names apart may follow or precede."""
    kinds: tuple[Literal["markdown", "json"], ...] = ("markdown", "json")
    for kind in kinds:
        name = service.stored_name(answer, kind)
        found = _NAME.match(name)
        judge(
            requirement,
            found is not None and wanted in found["stem"],
            expected=f"…_{wanted}.{'md' if kind == 'markdown' else 'json'}",
            got=name,
            by=answer,
        )


@decides("OCR-NAMES-1", depth="quick")
def test_stem_of_base64(service: Service, first: Answer, judge: Judge) -> None:
    _judge_stem(judge, "OCR-NAMES-1", service, first, "base64_image")


@decides("OCR-NAMES-4", "OCR-NAMES-5", "OCR-NAMES-11")
def test_stem_of_a_file(service: Service, judge: Judge) -> None:
    page = draw_marker(service.options.seed + 30)[0]
    named, cyrillic = service.target.together(
        [upload_request(page.image, "invoice-42.png"), upload_request(page.image, "счёт № 7.png")]
    )
    _judge_stem(judge, "OCR-NAMES-4", service, _read(named), "invoice-42")
    judge(
        "OCR-NAMES-11",
        isinstance(cyrillic, Answer) and cyrillic.status == 200,
        expected="status 200",
        got=cyrillic.summary,
        by=cyrillic,
    )
    nameless = Request(
        "POST", "/ocr", parts=(upload(page.image, " .png"), *form_parts(return_content="true"))
    )
    got = service.target.send(nameless)
    if isinstance(got, Answer) and got.status == 200:
        _judge_stem(judge, "OCR-NAMES-5", service, got, "uploaded_image")
    else:
        judge("OCR-NAMES-5", holds=False, expected="status 200", got=got.summary, by=got)


@decides("OCR-NAMES-2", "OCR-NAMES-3")
def test_stem_of_a_url(service: Service, judge: Judge) -> None:
    if service.reaches_us:
        judge.untested(service.reaches_us)
        return
    page = draw_marker(service.options.seed + 31)[0]
    named = service.images.offer("/scans/receipt-17.png", page.image, "image/png")
    nameless = service.images.offer("/", page.image, "image/png")
    answers = service.target.together([url_request(named + "?size=big"), url_request(nameless)])
    _judge_stem(judge, "OCR-NAMES-2", service, _read(answers[0]), "receipt-17")
    _judge_stem(judge, "OCR-NAMES-3", service, _read(answers[1]), "url_image")


def _read(got: Answer | NoAnswer) -> Answer:
    return answered(got).expect(200)


@decides("OCR-NAMES-6")
def test_one_after_the_other(service: Service, judge: Judge) -> None:
    page = draw_marker(service.options.seed + 32)[0]
    answers = [service.read(upload_request(page.image, "twice.png")) for _ in range(3)]
    names = [service.stored_name(answer, "markdown") for answer in answers]
    judge(
        "OCR-NAMES-6",
        len(set(names)) == len(names),
        expected="three distinct names",
        got=repr(names),
        by=answers[0],
    )


@decides("OCR-NAMES-7", "OCR-NAMES-8")
def test_at_the_same_time(service: Service, burst: tuple[Read, ...], judge: Judge) -> None:
    read = [one for one in burst if isinstance(one.got, Answer) and one.got.status == 200]
    if len(read) < 2:
        raise Unexpected(
            expected="at least two pages of a burst read", got=burst[0].got.summary, by=burst[0].got
        )
    names = [service.stored_name(_read(one.got), "markdown") for one in read]
    judge(
        "OCR-NAMES-7",
        len(set(names)) == len(names),
        expected=f"{len(names)} distinct names for {len(names)} simultaneous pages named same.png",
        got=repr(sorted(names)),
        by=read[0].got,
    )
    stored = [service.stored(_read(one.got), "markdown") for one in read]
    if not any(isinstance(got, Answer) and got.status == 200 for got in stored):
        judge.unsupported(
            "stored results cannot be read back: GET /files is not offered", "OCR-NAMES-8"
        )
        return
    for one, got in zip(read, stored, strict=True):
        text = plain_text(got.text) if isinstance(got, Answer) else got.summary
        judge(
            "OCR-NAMES-8",
            contains(one.page.marker or "", text),
            expected=f"the stored file of this page to hold {one.page.marker}",
            got=text,
            by=got,
        )


@decides("OCR-NAMES-9", "OCR-NAMES-10", "OCR-NAMES-12")
def test_hostile_names(service: Service, judge: Judge) -> None:
    page = draw_marker(service.options.seed + 33)[0]
    names = ("../../escape.png", "я" * 150 + "x" * 150 + ".png", "CON", "..", "nul.png")
    raw_names = ("a\tb\x01c.png", "a\0b.png")
    requests = [upload_request(page.image, name) for name in names]
    requests += [raw_upload_request(page.image, name) for name in raw_names]
    climbing, long, *odd = service.target.together(requests)
    inside = _read(climbing)
    path = inside.json.get("local_files", {}).get("markdown", "")
    folder = service.ask(Request("GET", "/health")).json.get("output_dir")
    judge(
        "OCR-NAMES-9",
        path.rpartition("/")[0] == folder and ".." not in path,
        expected=f"a result directly in {folder}",
        got=path,
        by=inside,
    )
    name = service.stored_name(_read(long), "markdown")
    judge(
        "OCR-NAMES-10",
        len(name.encode()) <= LONGEST_NAME_BYTES,
        expected=f"a name of at most {LONGEST_NAME_BYTES} bytes",
        got=name,
        by=long,
    )
    for got in odd:
        judge(
            "OCR-NAMES-12",
            isinstance(got, Answer) and got.status < 500,
            expected="no 5xx",
            got=got.summary,
            by=got,
        )
