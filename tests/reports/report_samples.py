"""Small results for the tests of this room: a contract of five clauses in two groups."""

from __future__ import annotations

import base64
import io
import random
from typing import Any

from hdrh.histogram import HdrHistogram
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
from reports.load_result import (
    Distribution,
    GeneratorResult,
    LoadResult,
    OperationResult,
    OutcomeResult,
    PlanResult,
    Series,
    SoftwareResult,
)
from reports.logs import load_rules, read_log
from reports.logs.result import LogReadings
from reports.probes.measured import StartRun, StartupResult, spread_of
from reports.probes.timeline import StartTimeline

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


FIRST_START = """\
2025-12-05T09:00:34Z Waiting for vLLM server to start...
2025-12-05T09:00:46Z RuntimeError: Could not prepare the official model for the \
'PaddleOCR-VL-0.9B' model with the 'vllm' backend.
2025-12-05T09:00:47Z ERROR: No available model hosting platforms detected
2025-12-05T09:00:49Z Starting FastAPI handler on port 8081...
2025-12-05T09:00:59Z INFO:     Application startup complete.
2025-12-05T09:00:59Z INFO:     Uvicorn running on http://127.0.0.1:8081 (Press CTRL+C to quit)
2025-12-05T09:19:42Z INFO:     Shutting down
2025-12-05T09:19:43Z INFO:     Application shutdown complete.
2025-12-05T09:19:43Z INFO:     Finished server process [7]
"""
SECOND_START = """\
2025-12-05T09:20:56Z Starting FastAPI handler on port 8081...
2025-12-05T09:20:58Z INFO:     Application startup complete.
2025-12-05T09:20:58Z INFO:     Uvicorn running on http://127.0.0.1:8081 (Press CTRL+C to quit)
"""


def reading(*, errors: bool) -> LogReadings:
    """The log of 1.0.8 with its failing vLLM start, or of a release without it."""
    text = FIRST_START + SECOND_START if errors else SECOND_START
    one = read_log(io.BytesIO(text.encode()), "container.log", load_rules())
    return LogReadings(readings=(one,), critical=one.critical)


def start(*seconds: float) -> StartupResult:
    """Measured starts whose first good answer came after so many seconds."""
    runs = tuple(
        StartRun(
            timeline=StartTimeline(listening_s=one * 0.8, healthy_s=one),
            listening_s=one * 0.8,
            healthy_s=one,
            first_page_s=one + 4,
            first_page_took_s=4.0,
            second_page_took_s=0.5,
        )
        for one in seconds
    )
    return StartupResult(
        subject="inference-gate serve", health_path="/health", runs=runs, spread=spread_of(runs)
    )


def distribution(values: list[float]) -> Distribution:
    """Milliseconds in a real HDR histogram of microseconds."""
    histogram = HdrHistogram(1, 3_600_000_000, 3, b64_wrap=False)
    for value in values:
        histogram.record_value(round(value * 1000))

    def at(percentile: float) -> float:
        return histogram.get_value_at_percentile(percentile) / 1000

    return Distribution(
        unit="ms",
        count=len(values),
        mean=sum(values) / len(values),
        minimum=min(values),
        maximum=max(values),
        p50=at(50),
        p90=at(90),
        p95=at(95),
        p99=at(99),
        p999=at(99.9),
        unsupported=("p99", "p999") if len(values) < 300 else ("p999",),
        scale=1000,
        histogram=base64.b64encode(histogram.encode()).decode(),
    )


def load_run(*, milliseconds: float, rate: float = 4.0, requests: int = 400) -> LoadResult:
    """A load run whose answers took about so long, spread as latencies are."""
    drawn = random.Random(7)
    values = [milliseconds * drawn.lognormvariate(0, 0.25) for _ in range(requests)]
    latency = distribution(values)
    operation = OperationResult(
        operation="ocr",
        scheduled=requests,
        sent=requests,
        dropped=0,
        censored=0,
        success=requests,
        shed=0,
        failures=0,
        violations=0,
        content_unjudged=0,
        throughput=rate,
        correct_throughput=rate,
        sent_bytes=1_000_000,
        received_bytes=100_000,
        pages=requests,
        tokens=0,
        outcomes=(
            OutcomeResult(
                outcome="ok",
                kind="success",
                count=requests,
                latency=latency,
                latency_from_send=latency,
            ),
        ),
    )
    return LoadResult(
        scenario="ocr",
        target="http://127.0.0.1:8081",
        started_at="2025-12-05T09:05:00+00:00",
        measured_s=requests / rate,
        software=SoftwareResult(
            harness="0.1.0", locust="2.47.0", python="3.11.2", platform="Linux", cpus=2
        ),
        plan=PlanResult(
            loop="open",
            arrivals="poisson",
            rate=rate,
            duration_s=requests / rate,
            warmup_s=5.0,
            seed=7,
            peak_factor=1.0,
            max_in_flight=100,
            request_timeout_s=30.0,
            drain_s=30.0,
            validated_share=1.0,
            mix={"ocr": 1.0},
            workers=1,
        ),
        verdict="PASS",
        exit_code=0,
        reasons=(),
        findings=(),
        generator=GeneratorResult(
            offered_rate=rate,
            achieved_rate=rate,
            schedule_lag=distribution([0.2] * 400),
            workers=(),
        ),
        operations=(operation,),
        series=Series(
            scheduled=(4,),
            success=(4,),
            shed=(0,),
            failures=(0,),
            violations=(0,),
            dropped=(0,),
            latency_mean_ms=(milliseconds,),
            latency_max_ms=(milliseconds * 2,),
        ),
    )
