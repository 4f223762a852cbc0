"""Whether what comes back is what stands on the page: accuracy, constancy, no invention."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING

import pytest

from conformance.exchange import Answer
from conformance.judging import Judge, decides
from conformance.ocr_service.requests import ocr_request, upload_request
from schemas.ocr_service.pages import draw, draw_marker
from schemas.text_distance import character_error_rate, contains, squeeze

if TYPE_CHECKING:
    from collections.abc import Mapping

    from conformance.ocr_service.conftest import Read, ThreeWays
    from conformance.ocr_service.service import Service

MOST_ERRORS = {
    "small": 0.05,
    "medium": 0.03,
    "large": 0.03,
    "serif": 0.03,
    "two_columns": 0.05,
    "numbers": 0.05,
    "table": 0.08,
    "skew": 0.08,
    "jpeg_noise": 0.10,
}
"""The highest character error rate per page class; a sound engine stays under half of each."""

INVENTED_CHARACTERS = 12
"""What an engine may see in the grain of a blank page."""

NO_TEXT = "no way to get at the recognised text: neither return_content nor GET /files is offered"


def _judge_classes(
    judge: Judge, service: Service, corpus: Mapping[str, Read], requirement: str, *kinds: str
) -> None:
    if service.text_source == "none":
        judge.untested(NO_TEXT)
        return
    for kind in kinds:
        read = corpus[kind]
        text = service.text_of(read.got)
        rate = character_error_rate(read.page.lines, text)
        judge(
            requirement,
            rate <= MOST_ERRORS[kind],
            expected=f"a {kind} page at a character error rate of at most {MOST_ERRORS[kind]:.2f}: "
            + " / ".join(read.page.lines),
            got=f"{rate:.2f}: {text}",
            by=read.got,
        )


@pytest.mark.parametrize(
    "kinds",
    [
        pytest.param(("small", "medium", "large"), marks=decides("OCR-ACC-1"), id="sizes"),
        pytest.param(("serif", "medium"), marks=decides("OCR-ACC-2"), id="typefaces"),
        pytest.param(("two_columns",), marks=decides("OCR-ACC-3"), id="two-columns"),
        pytest.param(("numbers",), marks=decides("OCR-ACC-4"), id="numbers"),
        pytest.param(("table",), marks=decides("OCR-ACC-5"), id="table"),
        pytest.param(("skew",), marks=decides("OCR-ACC-6"), id="skew"),
        pytest.param(("jpeg_noise",), marks=decides("OCR-ACC-7"), id="jpeg-noise"),
    ],
)
def test_accuracy(
    service: Service, corpus: Mapping[str, Read], judge: Judge, kinds: tuple[str, ...]
) -> None:
    _judge_classes(judge, service, corpus, next(iter(judge.claims)), *kinds)


@decides("OCR-ACC-8")
def test_cyrillic(service: Service, judge: Judge) -> None:
    if "ru" not in service.options.ocr_languages:
        judge.untested("Russian is not among --ocr-languages", because="not_observed")
        return
    page = draw("medium", service.options.seed + 50, "ru")
    answer = service.read(ocr_request(page))
    text = service.text_of(answer)
    rate = character_error_rate(page.lines, text)
    judge(
        "OCR-ACC-8",
        rate <= MOST_ERRORS["medium"],
        expected=f"a character error rate of at most {MOST_ERRORS['medium']:.2f}: {page.text}",
        got=f"{rate:.2f}: {text}",
        by=answer,
    )


@decides("OCR-ACC-9")
def test_base64_and_file_agree(service: Service, three_ways: ThreeWays, judge: Judge) -> None:
    one, other = service.text_of(three_ways.by_base64), service.text_of(three_ways.by_file)
    judge(
        "OCR-ACC-9",
        one == other,
        expected=f"the text by base64: {one}",
        got=other,
        by=three_ways.by_file,
    )


@decides("OCR-ACC-10")
def test_base64_and_url_agree(service: Service, three_ways: ThreeWays, judge: Judge) -> None:
    if three_ways.by_url is None:
        judge.untested(service.reaches_us)
        return
    one, other = service.text_of(three_ways.by_base64), service.text_of(three_ways.by_url)
    judge(
        "OCR-ACC-10",
        one == other,
        expected=f"the text by base64: {one}",
        got=other,
        by=three_ways.by_url,
    )


@decides("OCR-ACC-11", "OCR-ACC-12", "OCR-ACC-13")
def test_again_and_again(service: Service, judge: Judge) -> None:
    pages = draw_marker(service.options.seed + 51, count=3)
    (very_first,) = draw_marker(service.options.seed)
    order = (0, 1, 0, 2, 0, 1)
    texts: dict[int, str] = {}
    for number in order:
        page = pages[number]
        answer = service.read(upload_request(page.image, "same name.png"))
        text = service.text_of(answer)
        others = [one.marker or "" for one in (very_first, *pages) if one is not page]
        stale = [marker for marker in others if contains(marker, text)]
        judge(
            "OCR-ACC-12",
            not stale,
            expected=f"no text of an earlier image beside {page.marker}",
            got=text,
            by=answer,
        )
        judge(
            "OCR-ACC-13",
            contains(page.marker or "", text),
            expected=f"the text {page.marker}",
            got=text,
            by=answer,
        )
        before = texts.setdefault(number, text)
        judge(
            "OCR-ACC-11",
            text == before,
            expected=f"the text of before: {before}",
            got=text,
            by=answer,
        )


@decides("OCR-ACC-14", "OCR-CONC-2")
def test_steady_over_many_pages(service: Service, judge: Judge) -> None:
    """Enough pages in a row to meet a server that is wrong every now and then."""
    pages = draw_marker(service.options.seed + 52, count=24)
    answers = service.target.together([upload_request(page.image) for page in pages])
    for page, got in zip(pages, answers, strict=True):
        if isinstance(got, Answer) and got.status == 503:
            continue
        text = service.text_of(got)
        judge(
            "OCR-ACC-14",
            bool(squeeze(text)),
            expected=f"the text {page.marker}",
            got=repr(text),
            by=got,
        )
        judge(
            "OCR-CONC-2",
            contains(page.marker or "", text),
            expected=f"the text {page.marker}",
            got=repr(text),
            by=got,
        )


@decides("OCR-ACC-18")
def test_exif_orientation(service: Service, judge: Judge) -> None:
    from PIL import Image

    page = draw_marker(service.options.seed + 53)[0]
    turned = Image.open(io.BytesIO(page.image)).rotate(90, expand=True)
    exif = Image.Exif()
    exif[0x0112] = 6  # the camera was held so that the picture has to be turned by 270°
    buffer = io.BytesIO()
    turned.save(buffer, "JPEG", quality=95, exif=exif)
    answer = service.read(upload_request(buffer.getvalue(), "photo.jpg"))
    text = service.text_of(answer)
    judge(
        "OCR-ACC-18",
        contains(page.marker or "", text),
        expected=f"the text {page.marker}",
        got=repr(text),
        by=answer,
    )


@decides("OCR-ACC-19", "OCR-ROBUST-13")
def test_blank_pages(service: Service, judge: Judge) -> None:
    from PIL import Image

    answers = []
    for size in ((600, 400), (1, 1)):
        buffer = io.BytesIO()
        Image.new("RGB", size, "white").save(buffer, "PNG")
        answers.append(service.target.send(upload_request(buffer.getvalue(), "blank.png")))
    for got in answers:
        judge(
            "OCR-ROBUST-13",
            isinstance(got, Answer) and got.status < 500,
            expected="200 or a 4xx",
            got=got.summary,
            by=got,
        )
    blank = answers[0]
    if not isinstance(blank, Answer) or blank.status != 200 or service.text_source == "none":
        judge.untested("a blank page is not read at all", "OCR-ACC-19")
        return
    body = blank.json
    text = (
        squeeze(str(body.get("markdown_text") or ""))
        if service.text_source == "return_content"
        else squeeze(service.text_of(blank))
    )
    judge(
        "OCR-ACC-19", len(text) <= INVENTED_CHARACTERS, expected="no text", got=repr(text), by=blank
    )
