"""Whether the target is an OCR service, of which edition, and how it looked before it was used."""

from __future__ import annotations

import threading
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from conformance.exchange import Answer, NoAnswer, Request, parse_json
from conformance.ocr_service.requests import ocr_request
from conformance.recognition import Recognition
from schemas.ocr_service.pages import draw_marker

if TYPE_CHECKING:
    from conformance.plugin.options import Options
    from conformance.target import Target

EDITIONS = ("1.0", "1.3")
START_LIMIT_S = 300.0
_POLL_S = 0.5
_MOST_POLLS = 12
HEALTH = Request("GET", "/health", timeout_s=30.0)


@dataclass(frozen=True)
class OcrRecognition(Recognition):
    """With what was seen before anything else was sent.

    `first_health` is the first answer of /health; `ready_health` the one at the end of the wait
    for a service that starts its engine by itself; `during_start` the answers of /health while
    the first page was read; `first_answer` what that page got.
    """

    first_health: Answer | NoAnswer
    ready_health: Answer | NoAnswer
    during_start: tuple[Answer | NoAnswer, ...]
    first_answer: Answer | NoAnswer


def recognise(target: Target, options: Options) -> OcrRecognition | None:
    """Look at the service, send it its first page, and tell the edition from both."""
    first_health = target.send(HEALTH)
    if not _speaks(target, first_health):
        return None
    ready_health = _wait_while_starting(target, first_health, options)
    page = draw_marker(options.seed)[0]
    first_answer, during_start = _first_page(target, ocr_request(page))
    edition, known_from = _edition(options, first_health, first_answer)
    return OcrRecognition(
        contract="ocr-service",
        edition=edition,
        known_from=known_from,
        first_health=first_health,
        ready_health=ready_health,
        during_start=during_start,
        first_answer=first_answer,
    )


def _speaks(target: Target, health: Answer | NoAnswer) -> bool:
    if "paddleocr" in json_object(health):
        return True
    root = json_object(target.send(Request("GET", "/")))
    endpoints = root.get("endpoints")
    if isinstance(endpoints, dict) and "ocr" in endpoints:
        return True
    empty = target.send(Request("POST", "/ocr", form={}))
    return isinstance(empty, Answer) and empty.status not in (404, 405)


def _wait_while_starting(
    target: Target, health: Answer | NoAnswer, options: Options
) -> Answer | NoAnswer:
    deadline = time.monotonic() + min(START_LIMIT_S, options.time_budget_s or START_LIMIT_S)
    while json_object(health).get("paddleocr") == "initializing" and time.monotonic() < deadline:
        time.sleep(_POLL_S)
        health = target.send(HEALTH)
    return health


def _first_page(
    target: Target, request: Request
) -> tuple[Answer | NoAnswer, tuple[Answer | NoAnswer, ...]]:
    """Read the first page, asking /health the while."""
    done = threading.Event()
    seen: list[Answer | NoAnswer] = []
    interrupted: list[BaseException] = []

    def watch() -> None:
        try:
            for _ in range(_MOST_POLLS):
                seen.append(target.send(HEALTH))
                if done.wait(_POLL_S):
                    return
        except BaseException as error:  # noqa: BLE001 - handed to the thread that waits
            interrupted.append(error)

    watcher = threading.Thread(target=watch, daemon=True)
    watcher.start()
    try:
        answer = target.send(request)
    finally:
        done.set()
        watcher.join()
    if interrupted:
        raise interrupted[0]
    return answer, tuple(seen)


def _edition(
    options: Options, health: Answer | NoAnswer, answer: Answer | NoAnswer
) -> tuple[str, str]:
    given = [edition for edition in options.editions if edition in EDITIONS]
    if given:
        return given[-1], "given with --edition"
    states = json_object(health)
    if states.get("status") == "starting" or states.get("paddleocr") == "initializing":
        return "1.3", "detected: /health starts the engine by itself"
    body = json_object(answer)
    s3_files = body.get("s3_files")
    if "elapsed_sec" in body:
        return "1.3", "detected: /ocr answers with elapsed_sec"
    if isinstance(s3_files, dict) and "status" in s3_files:
        return "1.3", "detected: /ocr answers with a status in s3_files"
    return "1.0", "detected: /ocr answers without the fields of 1.3"


def json_object(got: Answer | NoAnswer) -> dict[str, Any]:
    """The body as a JSON object, or an empty one."""
    if not isinstance(got, Answer) or not got.body.lstrip().startswith(b"{"):
        return {}
    try:
        body = parse_json(got.body)
    except ValueError:
        return {}
    return body if isinstance(body, dict) else {}
