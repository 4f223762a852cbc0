"""One start of a service, measured from outside: process, port, health, engine, two pages."""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import TYPE_CHECKING, BinaryIO

import httpx

from gate.child_process import ChildProcess, running, wait_for_exit_or
from gate.health_watch import HealthWatch
from reports.logs.redaction import redact
from reports.probes import timeline_from_polls
from reports.probes.measured import StartRun
from schemas.ocr_service.pages import draw

if TYPE_CHECKING:
    from reports.probes import Poll

_PAGE_SEED = 1
_LAZY = "not_initialized"


@dataclass(frozen=True, slots=True)
class StartPlan:
    """What to watch and for how long; seconds. `headers` go with every request."""

    base_url: str
    health_path: str
    headers: dict[str, str]
    start_within_s: float
    page_within_s: float
    pages: bool


@dataclass(frozen=True, slots=True)
class _Page:
    """One page read: when it was sent, how long it took, what went wrong if anything did."""

    sent_s: float
    took_s: float | None
    failure: str


def measure_command(
    command: str, port: int, plan: StartPlan, log: BinaryIO | None = None
) -> StartRun:
    """Start `command`, measure, stop it; what it prints is appended to `log`.

    Raises `gate.child_process.CommandError`.
    """
    with running(command, port, log) as child:
        return _measure(plan, child, since=child.started_at)


def measure_url(plan: StartPlan) -> StartRun:
    """Measure a deployment that is coming up; times count from now."""
    return _measure(plan, None, since=time.monotonic())


def _measure(plan: StartPlan, child: ChildProcess | None, *, since: float) -> StartRun:
    url = plan.base_url + plan.health_path
    with HealthWatch(url, headers=plan.headers, since=since, trust_env=child is None) as watch:
        deadline = since + plan.start_within_s
        while not watch.healthy() and wait_for_exit_or(child, deadline):
            pass
        failure = "" if watch.healthy() else _why_not_healthy(plan, child, watch.last)
        while not failure and not _loaded(watch) and wait_for_exit_or(child, deadline):
            pass
        if not failure and not _loaded(watch):
            failure = f"the engine was not ready within {plan.start_within_s:g} s"
        loaded = None if failure else round(time.monotonic() - since, 3)
        pages = (
            [] if failure or not plan.pages else _read_pages(plan, since, local=child is not None)
        )
        failure = failure or next((page.failure for page in pages if page.failure), "")
        if pages and not failure:
            _wait_for_ready(watch)
        watch.finish()
    shutdown = child.stop() if child is not None else None
    polls = watch.polls
    timeline = timeline_from_polls(polls, loaded_s=loaded, shutdown_s=shutdown or 0.0)
    first = pages[0] if pages and pages[0].took_s is not None else None
    return StartRun(
        timeline=timeline,
        listening_s=timeline.listening_s,
        healthy_s=timeline.healthy_s,
        ready_s=watch.ready_s(),
        first_page_s=round(first.sent_s + (first.took_s or 0), 3) if first else None,
        first_page_took_s=first.took_s if first else None,
        second_page_took_s=pages[1].took_s if len(pages) > 1 else None,
        shutdown_s=shutdown,
        slowest_health_s=_slowest(polls),
        failure=failure,
        output_tail=tuple(redact(line) for line in child.tail()) if child and failure else (),
    )


def _loaded(watch: HealthWatch) -> bool:
    """Whether pages may be sent: the engine is ready, waits for the first page, or is not spoken of."""
    last = watch.last
    return watch.ready_s() is not None or (
        last is not None and last.status == httpx.codes.OK and last.engine in (None, _LAZY)
    )


def _wait_for_ready(watch: HealthWatch) -> None:
    """A lazy engine is ready after its first page; the next poll must have seen it."""
    polls = len(watch.polls)
    until = time.monotonic() + 2.0
    while len(watch.polls) < polls + 2 and wait_for_exit_or(None, until):
        pass


def _read_pages(plan: StartPlan, since: float, *, local: bool) -> list[_Page]:
    """Send the same small page twice, one after the other."""
    page = draw("small", _PAGE_SEED)
    pages: list[_Page] = []
    with httpx.Client(
        headers=plan.headers, timeout=plan.page_within_s, trust_env=not local
    ) as client:
        for _ in range(2):
            pages.append(_read_page(client, plan, page.image, page.media_type, since))
            if pages[-1].failure:
                break
    return pages


def _read_page(
    client: httpx.Client, plan: StartPlan, image: bytes, media_type: str, since: float
) -> _Page:
    sent = time.monotonic()
    age = round(sent - since, 3)
    try:
        answer = client.post(
            plan.base_url + "/ocr", files={"file": ("page.png", image, media_type)}
        )
    except httpx.TimeoutException:
        return _Page(age, None, f"POST /ocr did not answer within {plan.page_within_s:g} s")
    except httpx.TransportError as error:
        return _Page(age, None, f"POST /ocr broke off: {type(error).__name__}")
    took = round(time.monotonic() - sent, 3)
    if answer.status_code == httpx.codes.NOT_FOUND:
        return _Page(age, None, "POST /ocr answers 404; use --no-pages for a service without it")
    if answer.status_code != httpx.codes.OK:
        return _Page(
            age, None, f"POST /ocr answers {answer.status_code}: {redact(answer.text[:200])}"
        )
    return _Page(age, took, "")


def _why_not_healthy(plan: StartPlan, child: ChildProcess | None, last: Poll | None) -> str:
    if child is not None and child.exit_code is not None:
        return f"the command ended with code {child.exit_code} before it was healthy"
    within = f"within {plan.start_within_s:g} s"
    if last is None or not last.connected:
        return f"nothing listened {within}"
    if last.status is None:
        return f"{plan.health_path} was not answered {within}"
    hint = "; pass the key with --api-key-env" if last.status == httpx.codes.UNAUTHORIZED else ""
    return f"{plan.health_path} answered {last.status} and never 200 {within}{hint}"


def _slowest(polls: tuple[Poll, ...]) -> float | None:
    times = [poll.settled_s - poll.sent_s for poll in polls if poll.status == httpx.codes.OK]
    return round(max(times), 3) if times else None
