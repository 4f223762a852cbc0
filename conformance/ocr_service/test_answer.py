"""The 200 of POST /ocr, field by field, in the edition of the target."""

from __future__ import annotations

import datetime as dt
import re
from typing import TYPE_CHECKING

import pytest

from conformance.exchange import Answer, answered
from conformance.judging import Judge, decides
from conformance.ocr_service.requests import ocr_request, upload_request
from conformance.shape import MISSING, at, judge_shape
from schemas import load_contract
from schemas.ocr_service.pages import draw_marker

if TYPE_CHECKING:
    from conformance.ocr_service.conftest import ThreeWays
    from conformance.ocr_service.service import Service

CLOCK_SLACK_S = 0.25
"""elapsed_sec is rounded and measured elsewhere; observed differences stay under 0.05 s."""

_FIELDS = {
    "OCR-ANSWER-3": "/status",
    "OCR-ANSWER-7": "/local_files/markdown",
    "OCR-ANSWER-8": "/local_files/json",
    "OCR-ANSWER-11": "/timestamp",
    "OCR-ANSWER-14": "/elapsed_sec",
    "OCR-ANSWER-20": "/+",
}


@decides("OCR-ANSWER-1", "OCR-ANSWER-2", "OCR-ANSWER-4", *_FIELDS, depth="quick")
def test_fields(service: Service, judge: Judge) -> None:
    answer = answered(service.recognition.first_answer)
    judge(
        "OCR-ANSWER-1", answer.status == 200, expected="status 200", got=answer.summary, by=answer
    )
    answer.expect(200)
    is_json = answer.headers.get("content-type", "").startswith("application/json")
    judge(
        "OCR-ANSWER-2",
        is_json and isinstance(answer.json, dict),
        expected="a JSON object as application/json",
        got=f"{answer.headers.get('content-type')}: {answer.summary}",
        by=answer,
    )
    kind = at(answer.json, "input_type")
    judge("OCR-ANSWER-4", kind == "base64", expected="input_type base64", got=repr(kind), by=answer)
    validator = load_contract("ocr-service").validator("ocr_answer", service.edition)
    judge_shape(judge, validator, answer.json, by=answer, rows=_FIELDS)


@decides("OCR-ANSWER-9", "OCR-ANSWER-10", depth="quick")
def test_where_the_files_lie(service: Service, first: Answer, judge: Judge) -> None:
    from conformance.ocr_service.recognition import HEALTH

    folder = at(service.ask(HEALTH).json, "output_dir")
    paths = [at(first.json, f"local_files/{kind}") for kind in ("markdown", "json")]
    judge(
        "OCR-ANSWER-9",
        all(isinstance(path, str) and path.rpartition("/")[0] == folder for path in paths),
        expected=f"both files directly in {folder}",
        got=repr(paths),
        by=first,
    )
    stems = {re.sub(r"\.(md|json)$", "", path) if isinstance(path, str) else path for path in paths}
    judge(
        "OCR-ANSWER-10",
        len(stems) == 1 and MISSING not in stems,
        expected="names that differ only in .md and .json",
        got=repr(paths),
        by=first,
    )


@decides("OCR-ANSWER-6")
def test_input_type_of_a_file(three_ways: ThreeWays, judge: Judge) -> None:
    answer = answered(three_ways.by_file).expect(200)
    kind = at(answer.json, "input_type")
    judge("OCR-ANSWER-6", kind == "multipart", expected="input_type multipart", got=kind, by=answer)


@decides("OCR-ANSWER-5")
def test_input_type_of_a_url(service: Service, three_ways: ThreeWays, judge: Judge) -> None:
    if three_ways.by_url is None:
        judge.untested(service.reaches_us)
        return
    answer = answered(three_ways.by_url).expect(200)
    kind = at(answer.json, "input_type")
    judge("OCR-ANSWER-5", kind == "url", expected="input_type url", got=kind, by=answer)


@decides("OCR-ANSWER-12", "OCR-ANSWER-15", depth="quick")
def test_times(service: Service, judge: Judge) -> None:
    page = draw_marker(service.options.seed + 20)[0]
    answers = [service.read(ocr_request(page)) for _ in range(2)]
    stamps = [_timestamp(answer) for answer in answers]
    in_order = stamps[0] is not None and stamps[1] is not None and stamps[0] <= stamps[1]
    judge(
        "OCR-ANSWER-12",
        in_order,
        expected="timestamps that do not go back",
        got=repr([at(answer.json, "timestamp") for answer in answers]),
        by=answers[1],
    )
    for answer in answers:
        elapsed = at(answer.json, "elapsed_sec")
        if elapsed is MISSING and service.edition == "1.0":
            judge.unsupported(
                "the answer holds no elapsed_sec, which came with 1.3", "OCR-ANSWER-15"
            )
            continue
        judge(
            "OCR-ANSWER-15",
            isinstance(elapsed, int | float) and elapsed <= answer.elapsed_s + CLOCK_SLACK_S,
            expected=f"elapsed_sec of at most {answer.elapsed_s:.3f}, the whole request",
            got=repr(elapsed),
            by=answer,
        )


def _timestamp(answer: Answer) -> dt.datetime | None:
    value = at(answer.json, "timestamp")
    try:
        return dt.datetime.fromisoformat(value).replace(tzinfo=None)
    except (TypeError, ValueError):
        return None


@decides("OCR-ANSWER-13", depth="quick")
def test_elapsed_is_there(first: Answer, judge: Judge) -> None:
    elapsed = at(first.json, "elapsed_sec")
    judge("OCR-ANSWER-13", elapsed is not MISSING, expected="elapsed_sec", got=elapsed, by=first)


@decides("OCR-ANSWER-16", "OCR-ANSWER-17")
def test_content_on_request(service: Service, judge: Judge) -> None:
    page = draw_marker(service.options.seed + 21)[0]
    answer = service.read(upload_request(page.image, return_content="true"))
    text, data = at(answer.json, "markdown_text"), at(answer.json, "json_data")
    if text is MISSING and data is MISSING and service.edition == "1.0":
        judge.unsupported("return_content is not offered; it came with 1.3")
        return
    judge(
        "OCR-ANSWER-16",
        text is None or isinstance(text, str),
        expected="markdown_text, a text or null",
        got=repr(text),
        by=answer,
    )
    judge(
        "OCR-ANSWER-17",
        data is None or isinstance(data, dict | list),
        expected="json_data, an object, an array or null",
        got=repr(data),
        by=answer,
    )


@pytest.mark.parametrize(
    "flag",
    [
        pytest.param(None, marks=decides("OCR-ANSWER-18"), id="absent"),
        pytest.param("false", marks=decides("OCR-ANSWER-19"), id="false"),
    ],
)
def test_no_content_unasked(service: Service, judge: Judge, flag: str | None) -> None:
    page = draw_marker(service.options.seed + 22)[0]
    answer = service.read(upload_request(page.image, return_content=flag))
    held = [name for name in ("markdown_text", "json_data") if name in answer.json]
    judge(
        next(iter(judge.claims)),
        not held,
        expected="neither markdown_text nor json_data",
        got=f"{held} in the answer",
        by=answer,
    )
