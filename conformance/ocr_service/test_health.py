"""GET /health: every field, its states, and that it answers whatever the engine does."""

from __future__ import annotations

from typing import TYPE_CHECKING

from conformance.exchange import Answer, Request, answered
from conformance.judging import Judge, decides
from conformance.ocr_service.recognition import HEALTH, json_object
from conformance.shape import at, judge_shape
from schemas import load_contract

if TYPE_CHECKING:
    from conformance.ocr_service.service import Service

PROBE_TIMEOUT_S = 5.0
"""A platform's probe waits this long before it counts a failure."""

_FIELDS = {
    "OCR-HEALTH-3": "/status",
    "OCR-HEALTH-4": "/status",
    "OCR-HEALTH-5": "/paddleocr",
    "OCR-HEALTH-6": "/paddleocr",
    "OCR-HEALTH-7": "/s3_storage",
    "OCR-HEALTH-8": "/output_dir",
    "OCR-HEALTH-9": "/temp_dir",
    "OCR-HEALTH-10": "/docs",
    "OCR-HEALTH-18": "/+",
}


@decides("OCR-HEALTH-1", "OCR-HEALTH-2", *_FIELDS, "OCR-HEALTH-11", "OCR-HEALTH-12", depth="quick")
def test_fields(service: Service, judge: Judge) -> None:
    answer = service.ask(HEALTH)
    judge(
        "OCR-HEALTH-1", answer.status == 200, expected="status 200", got=answer.summary, by=answer
    )
    is_json = answer.headers.get("content-type", "").startswith("application/json")
    judge(
        "OCR-HEALTH-2",
        is_json and isinstance(answer.json, dict),
        expected="a JSON object as application/json",
        got=f"{answer.headers.get('content-type')}: {answer.summary}",
        by=answer,
    )
    body = answer.json
    rows = {one: place for one, place in _FIELDS.items() if one in judge.claims}
    judge_shape(
        judge,
        load_contract("ocr-service").validator("health", service.edition),
        body,
        by=answer,
        rows=rows,
    )
    for requirement, field, wanted in (
        ("OCR-HEALTH-11", "output_dir", "/app/output"),
        ("OCR-HEALTH-12", "temp_dir", "/app/temp"),
    ):
        got = at(body, field)
        judge(requirement, got == wanted, expected=f"{field} {wanted}", got=f"{got!r}", by=answer)


@decides("OCR-HEALTH-14", depth="quick")
def test_states_go_together(service: Service, judge: Judge) -> None:
    seen = (service.recognition.first_health, service.recognition.ready_health, service.ask(HEALTH))
    for got in seen:
        body = json_object(got)
        pair = (body.get("status"), body.get("paddleocr"))
        judge(
            "OCR-HEALTH-14",
            pair in (("starting", "initializing"), ("healthy", "ready")),
            expected="starting with initializing, or healthy with ready",
            got=repr(pair),
            by=got,
        )


@decides("OCR-HEALTH-13", depth="quick")
def test_ready_after_a_page(service: Service, judge: Judge) -> None:
    answered(service.recognition.first_answer).expect(200)
    answer = service.ask(HEALTH)
    state = json_object(answer).get("paddleocr")
    judge("OCR-HEALTH-13", state == "ready", expected="paddleocr ready", got=repr(state), by=answer)


@decides("OCR-HEALTH-15", depth="quick")
def test_ready_by_itself(service: Service, judge: Judge) -> None:
    got = service.recognition.ready_health
    state = json_object(got).get("paddleocr")
    judge(
        "OCR-HEALTH-15",
        state == "ready",
        expected="paddleocr ready before any page was sent",
        got=repr(state),
        by=got,
    )


@decides("OCR-HEALTH-16", depth="quick")
def test_not_initialized_before_a_page(service: Service, judge: Judge) -> None:
    got = service.recognition.first_health
    state = json_object(got).get("paddleocr")
    if state == "ready":
        judge.untested("the engine had been used before this run began: restart the service first")
        return
    judge(
        "OCR-HEALTH-16",
        state == "not_initialized",
        expected="paddleocr not_initialized before the first page",
        got=repr(state),
        by=got,
    )


@decides("OCR-HEALTH-17", depth="quick")
def test_answers_while_the_engine_starts(service: Service, judge: Judge) -> None:
    seen = (service.recognition.first_health, *service.recognition.during_start)
    for got in seen:
        in_time = isinstance(got, Answer) and got.status == 200 and got.elapsed_s <= PROBE_TIMEOUT_S
        judge(
            "OCR-HEALTH-17",
            in_time,
            expected=f"200 within {PROBE_TIMEOUT_S:g} s while the first page is read",
            got=f"{got.summary} after {got.elapsed_s:.1f} s",
            by=got,
        )


@decides("OCR-CONC-1")
def test_answers_while_pages_are_read(service: Service, judge: Judge) -> None:
    from conformance.ocr_service.requests import ocr_request
    from schemas.ocr_service.pages import draw

    page = draw("table", service.options.seed + 3)
    asked: list[Request] = [ocr_request(page)] * 4 + [Request("GET", "/health", timeout_s=30.0)] * 8
    for got in service.target.together(asked, at_once=len(asked))[4:]:
        in_time = isinstance(got, Answer) and got.status == 200 and got.elapsed_s <= PROBE_TIMEOUT_S
        judge(
            "OCR-CONC-1",
            in_time,
            expected=f"200 within {PROBE_TIMEOUT_S:g} s while four pages are read",
            got=f"{got.summary} after {got.elapsed_s:.1f} s",
            by=got,
        )
