"""GET /, and the documentation pages it names."""

from __future__ import annotations

from typing import TYPE_CHECKING

from conformance.exchange import Request
from conformance.judging import Judge, decides
from conformance.shape import at, judge_shape
from schemas import load_contract

if TYPE_CHECKING:
    from conformance.ocr_service.service import Service

_FIELDS = {
    "OCR-ROOT-3": "/service",
    "OCR-ROOT-4": "/version",
    "OCR-ROOT-5": "/description",
    "OCR-ROOT-6": "/usage",
    "OCR-ROOT-7": "/endpoints/docs",
    "OCR-ROOT-8": "/endpoints/redoc",
    "OCR-ROOT-9": "/endpoints/openapi",
    "OCR-ROOT-10": "/endpoints/health",
    "OCR-ROOT-11": "/endpoints/ocr",
}


@decides("OCR-ROOT-1", "OCR-ROOT-2", *_FIELDS, "OCR-ROOT-12", depth="quick")
def test_root(service: Service, judge: Judge) -> None:
    answer = service.ask(Request("GET", "/"))
    judge("OCR-ROOT-1", answer.status == 200, expected="status 200", got=answer.summary, by=answer)
    is_json = answer.headers.get("content-type", "").startswith("application/json")
    judge(
        "OCR-ROOT-2",
        is_json and isinstance(answer.json, dict),
        expected="a JSON object as application/json",
        got=f"{answer.headers.get('content-type')}: {answer.summary}",
        by=answer,
    )
    validator = load_contract("ocr-service").validator("root", service.edition)
    judge_shape(judge, validator, answer.json, by=answer, rows=_FIELDS)
    extra = [
        message
        for message in (error.message for error in validator.iter_errors(answer.json))
        if "Additional properties" in message
    ]
    judge(
        "OCR-ROOT-12",
        not extra,
        expected="no fields beyond the documented ones",
        got="; ".join(extra),
        by=answer,
    )


@decides("OCR-DOCS-1", "OCR-DOCS-2", "OCR-DOCS-3", "OCR-DOCS-4", depth="quick")
def test_documentation_pages(service: Service, judge: Judge) -> None:
    for path, answers, is_html in (
        ("/docs", "OCR-DOCS-1", "OCR-DOCS-2"),
        ("/redoc", "OCR-DOCS-3", "OCR-DOCS-4"),
    ):
        answer = service.ask(Request("GET", path))
        judge(answers, answer.status == 200, expected="status 200", got=answer.summary, by=answer)
        media = answer.headers.get("content-type", "")
        judge(is_html, media.startswith("text/html"), expected="text/html", got=media, by=answer)


@decides(*(f"OCR-DOCS-{number}" for number in range(5, 10)), depth="quick")
def test_openapi_document(service: Service, judge: Judge) -> None:
    answer = service.ask(Request("GET", "/openapi.json"))
    usable = answer.status == 200 and isinstance(answer.json, dict)
    judge("OCR-DOCS-5", usable, expected="200 with a JSON object", got=answer.summary, by=answer)
    version = at(answer.json, "openapi")
    judge(
        "OCR-DOCS-6",
        isinstance(version, str) and version.startswith("3."),
        expected="openapi 3.x",
        got=repr(version),
        by=answer,
    )
    paths = at(answer.json, "paths")
    for requirement, path, method in (
        ("OCR-DOCS-7", "/ocr", "post"),
        ("OCR-DOCS-8", "/health", "get"),
        ("OCR-DOCS-9", "/", "get"),
    ):
        listed = isinstance(paths, dict) and method in (paths.get(path) or {})
        judge(
            requirement,
            listed,
            expected=f"{method.upper()} {path} in paths",
            got=f"paths {sorted(paths) if isinstance(paths, dict) else paths!r}",
            by=answer,
        )
