"""Small results for the tests of this room: a contract of five clauses in two groups."""

from __future__ import annotations

from typing import Any

from msgspec.structs import replace

from reports.conformance_result import (
    ConformanceResult,
    ContractResult,
    Cost,
    Endpoint,
    Finding,
    GroupTitle,
    Limits,
    Machine,
    Outcome,
    RequirementResult,
)

SPEAKING = {
    "OCR-HEALTH-1": ("HEALTH", "MUST", "GET /health answers 200.", "GET /health отвечает 200."),
    "OCR-HEALTH-2": ("HEALTH", "MUST", "`status` is `healthy`.", "Поле `status` равно `healthy`."),
    "OCR-HEALTH-18": (
        "HEALTH",
        "SHOULD",
        "/health has no more fields.",
        "В /health нет лишних полей.",
    ),
    "OCR-AUTH-1": ("AUTH", "MUST", "/ocr wants a key.", "/ocr требует ключ."),
    "OCR-AUTH-2": ("AUTH", "MUST", "/health wants a key.", "/health требует ключ."),
}


def requirement(name: str, outcome: Outcome = "conforms", **changes: Any) -> RequirementResult:
    group, level, text, text_ru = SPEAKING.get(name, ("HEALTH", "MUST", f"{name}.", f"{name}, да."))
    row = RequirementResult(
        id=name,
        group=group,
        level=level,  # type: ignore[arg-type]
        text=text,
        text_ru=text_ru,
        source="OCR service contract",
        outcome=outcome,
        checks=("conformance/ocr_service/test_health.py::test_health",),
    )
    return replace(row, **changes)


def finding(**changes: str) -> Finding:
    texts = {
        "check": "conformance/ocr_service/test_authorization.py::test_no_key",
        "expected": "status 401",
        "got": 'status 200, body {"status":"healthy"}',
        "reproduce": "curl -sS -i http://127.0.0.1:8081/health",
    }
    return Finding(**{**texts, **changes})


def conformance(
    rows: tuple[RequirementResult, ...] | None = None, **changes: Any
) -> ConformanceResult:
    """A run in which everything conforms, unless `rows` say otherwise."""
    result = ConformanceResult(
        harness_version="0.1.0",
        service="paddleocr-vl-service",
        version="1.0.9",
        target="http://127.0.0.1:8081",
        started_at="2025-12-05T09:00:34+00:00",
        depth="standard",
        seed=7,
        limits=Limits(),
        cost=Cost(requests=412, sent_bytes=12_345_678, received_bytes=345_678, duration_s=63.2),
        machine=Machine(platform="Linux", python="3.11.2", cpus=2),
        contracts=(
            ContractResult(
                contract="ocr-service",
                title="PaddleOCR-VL Service",
                edition="1.0",
                edition_known_from="detected from /health",
                groups=(
                    GroupTitle(id="HEALTH", title="Health", title_ru="Состояние службы"),
                    GroupTitle(id="AUTH", title="Authorization", title_ru="Авторизация"),
                ),
                requirements=rows
                if rows is not None
                else tuple(requirement(name) for name in SPEAKING),
                endpoints=(
                    Endpoint(
                        method="GET",
                        path="/health",
                        requests=30,
                        statuses={"200": 28, "401": 2},
                        authorization="required",
                        sample_request="curl -sS -i http://127.0.0.1:8081/health",
                        sample_answer='{"status":"healthy"}',
                    ),
                ),
            ),
        ),
    )
    return replace(result, **changes)


def violated(**changes: Any) -> ConformanceResult:
    """The same with one MUST violated."""
    rows = (
        *(requirement(name) for name in SPEAKING if name != "OCR-AUTH-2"),
        requirement("OCR-AUTH-2", "violates", findings=(finding(),)),
    )
    return conformance(rows, **changes)
