"""From what was counted to `load.json`: the result, its verdict and the exit code."""

from __future__ import annotations

import os
import platform
from dataclasses import dataclass, field
from importlib.metadata import PackageNotFoundError, version
from typing import TYPE_CHECKING

from load import recorder as measures
from load import validity
from load.call import CENSORED
from load.recorder import (
    ANSWERED,
    DROPPED,
    FAILED,
    GOOD,
    LATENCY_MAX,
    LATENCY_SUM,
    SCHEDULED,
    SHED,
    VIOLATED,
)
from reports import sentences
from reports.load_result import (
    GeneratorResult,
    LoadResult,
    OperationResult,
    OutcomeResult,
    Series,
    SoftwareResult,
    WorkerResult,
)
from reports.verdict import ExitCode, Verdict

if TYPE_CHECKING:
    from load.generator import Health
    from load.recorder import OperationRecord, OutcomeRecord, Recorder
    from reports.load_result import (
        CapacityResult,
        Distribution,
        OverloadResult,
        PlanResult,
        SloResult,
        Unit,
        ValidityFinding,
    )

_MS = 1000
_UNITS: dict[str, tuple[Unit, int]] = {
    measures.TIME_TO_FIRST_TOKEN: ("ms", _MS),
    measures.INTER_TOKEN_LATENCY: ("ms", _MS),
    measures.TOKENS_PER_SECOND: ("1/s", 1000),
    measures.CHARACTER_ERROR_RATE: ("share", 1_000_000),
}
_UNANSWERED = frozenset(
    {"connection_refused", "name_not_resolved", "tls", "network", "connection_closed", "timeout"}
    | {"censored", "grpc_unavailable"}
)


@dataclass(frozen=True, slots=True)
class WorkerPart:
    """What one generator process did in a round."""

    index: int
    lost: bool
    scheduled: int
    sent: int
    health: Health


@dataclass(frozen=True, slots=True)
class Measured:
    """One round, all workers together. `expected` is the schedule's own count."""

    recorder: Recorder
    workers: tuple[WorkerPart, ...]
    measured_s: float
    expected: int
    open_loop: bool = True
    interrupted: bool = False
    drops_are_meant: bool = False
    lag_limit_ms: float | None = None


@dataclass(frozen=True, slots=True)
class Judged:
    """What a run's figures are judged by, beside the figures themselves."""

    slo: SloResult
    capacity: CapacityResult | None = None
    overload: OverloadResult | None = None
    slo_given: bool = True
    notes: tuple[str, ...] = field(default=())


def build(
    *, scenario: str, target: str, started_at: str, plan: PlanResult, run: Measured, judged: Judged
) -> LoadResult:
    """Put the result together and decide its verdict."""
    found = findings_of(run, judged.slo)
    verdict = decide(run, found, judged)
    return LoadResult(
        scenario=scenario,
        target=target,
        started_at=started_at,
        measured_s=run.measured_s,
        software=_software(),
        plan=plan,
        verdict=verdict.name,
        exit_code=int(verdict.exit_code),
        reasons=verdict.reasons,
        findings=found,
        generator=_generator(run),
        operations=tuple(
            _operation(name, record, run.measured_s)
            for name, record in sorted(run.recorder.operations.items())
        ),
        series=_series(run.recorder),
        slo=judged.slo if judged.slo_given else None,
        capacity=judged.capacity,
        overload=judged.overload,
    )


def findings_of(run: Measured, slo: SloResult | None) -> tuple[ValidityFinding, ...]:
    """The validity rules, applied to what was measured."""
    operations = run.recorder.operations.values()
    medians = [row.value_at(50) / _MS for each in operations if (row := each.successes())]
    facts = validity.Facts(
        open_loop=run.open_loop,
        measured_s=run.measured_s,
        expected=run.expected,
        scheduled=sum(row.totals["scheduled"] for row in operations),
        dropped=sum(row.totals["dropped"] for row in operations),
        lag_p99_ms=run.recorder.lag.value_at(99) / _MS,
        median_latency_ms=min(medians, default=0.0),
        lag_limit_ms=run.lag_limit_ms,
        health=tuple(part.health for part in run.workers),
        lost_workers=tuple(part.index for part in run.workers if part.lost),
        interrupted=run.interrupted,
        drops_are_meant=run.drops_are_meant,
    )
    return validity.findings(facts, slo)


def decide(run: Measured, found: tuple[ValidityFinding, ...], judged: Judged) -> Verdict:
    """The verdict: can it be believed, was anything there, was it right, is it certain."""
    invalid = [row.text for row in found if row.decides == "INVALID"]
    if dead := nothing_there(run.recorder):
        return Verdict(name="INVALID", exit_code=ExitCode.UNREACHABLE, reasons=(dead,))
    if invalid:
        return Verdict(name="INVALID", exit_code=ExitCode.INVALID_RUN, reasons=tuple(invalid))
    if not any(row.sent for row in run.recorder.operations.values()):
        return Verdict(
            name="INCONCLUSIVE",
            exit_code=ExitCode.NOTHING_TESTED,
            reasons=(sentences.NO_REQUEST(),),
        )
    failed = [
        sentences.LIMIT_MISSED(
            operation=row.operation,
            objective=row.objective,
            measured=f"{row.measured:.6g}",
            limit=f"{row.limit:g}",
        )
        for row in judged.slo.objectives
        if row.verdict == "FAIL" and row.measured is not None
    ]
    if judged.overload is not None:
        failed += judged.overload.problems
    if failed:
        return Verdict(name="FAIL", exit_code=ExitCode.VIOLATION, reasons=tuple(failed))
    if found:
        return Verdict(
            name="INCONCLUSIVE",
            exit_code=ExitCode.INCONCLUSIVE,
            reasons=tuple(row.text for row in found),
        )
    return Verdict(name="PASS", exit_code=ExitCode.PASS)


def nothing_there(recorder: Recorder) -> str:
    """Why the target counts as absent: not one answer came, or nothing but 404."""
    counts: dict[str, int] = {}
    for record in recorder.operations.values():
        for name, row in record.outcomes.items():
            counts[name] = counts.get(name, 0) + row.latency.count
    names = set(counts)
    if not names or not (names <= _UNANSWERED or names <= {"http_404", "grpc_unimplemented"}):
        return ""
    most = max(counts, key=lambda name: counts[name])
    if names <= _UNANSWERED:
        return sentences.TARGET_SILENT(requests=sum(counts.values()), outcome=most)
    return sentences.NOTHING_DEPLOYED(outcome=most)


def _operation(name: str, record: OperationRecord, measured_s: float) -> OperationResult:
    totals = record.totals
    success = record.count("success")
    censored = record.outcomes.get(CENSORED)
    return OperationResult(
        operation=name,
        scheduled=totals["scheduled"],
        sent=record.sent,
        dropped=totals["dropped"],
        censored=censored.latency.count if censored else 0,
        success=success,
        shed=record.count("shed"),
        failures=record.count("failure"),
        violations=record.count("violation"),
        content_unjudged=totals["content_unjudged"],
        throughput=record.count("success", "shed", "violation") / measured_s,
        correct_throughput=success / measured_s,
        sent_bytes=totals["sent_bytes"],
        received_bytes=totals["received_bytes"],
        pages=totals["pages"],
        tokens=totals["tokens"],
        outcomes=tuple(_outcome(key, row) for key, row in sorted(record.outcomes.items())),
        time_to_first_token=_measure(record, measures.TIME_TO_FIRST_TOKEN),
        inter_token_latency=_measure(record, measures.INTER_TOKEN_LATENCY),
        tokens_per_second=_measure(record, measures.TOKENS_PER_SECOND),
        character_error_rate=_measure(record, measures.CHARACTER_ERROR_RATE),
    )


def _measure(record: OperationRecord, name: str) -> Distribution | None:
    histogram = record.measures.get(name)
    return histogram.distribution(*_UNITS[name]) if histogram else None


def _outcome(name: str, row: OutcomeRecord) -> OutcomeResult:
    return OutcomeResult(
        outcome=name,
        kind=row.kind,
        count=row.latency.count,
        latency=row.latency.distribution("ms", _MS),
        latency_from_send=row.latency_from_send.distribution("ms", _MS),
        examples=tuple(row.examples),
    )


def _generator(run: Measured) -> GeneratorResult:
    scheduled = sum(part.scheduled for part in run.workers)
    dropped = sum(row.totals["dropped"] for row in run.recorder.operations.values())
    return GeneratorResult(
        offered_rate=run.expected / run.measured_s,
        achieved_rate=(scheduled - dropped) / run.measured_s,
        schedule_lag=run.recorder.lag.distribution("ms", _MS),
        workers=tuple(
            WorkerResult(
                index=part.index,
                state="lost" if part.lost else "finished",
                scheduled=part.scheduled,
                sent=part.sent,
                cpu_mean=part.health.cpu_mean,
                cpu_max=part.health.cpu_max,
                saturated_share=part.health.saturated_share,
                longest_stall_ms=part.health.longest_stall_ms,
                stalled_s=part.health.stalled_s,
                clock_step_ms=part.health.clock_step_ms,
                memory_mb=part.health.memory_mb,
            )
            for part in run.workers
        ),
    )


def _series(recorder: Recorder) -> Series:
    empty = [0] * (LATENCY_MAX + 1)
    last = max(recorder.seconds, default=-1)
    rows = [recorder.seconds.get(second, empty) for second in range(last + 1)]
    return Series(
        scheduled=tuple(row[SCHEDULED] for row in rows),
        success=tuple(row[GOOD] for row in rows),
        shed=tuple(row[SHED] for row in rows),
        failures=tuple(row[FAILED] for row in rows),
        violations=tuple(row[VIOLATED] for row in rows),
        dropped=tuple(row[DROPPED] for row in rows),
        latency_mean_ms=tuple(
            row[LATENCY_SUM] / row[ANSWERED] / _MS if row[ANSWERED] else None for row in rows
        ),
        latency_max_ms=tuple(row[LATENCY_MAX] / _MS if row[ANSWERED] else None for row in rows),
    )


def _software() -> SoftwareResult:
    return SoftwareResult(
        harness=_version("inference-gate"),
        locust=_version("locust"),
        python=platform.python_version(),
        platform=platform.platform(),
        cpus=os.cpu_count() or 0,
    )


def _version(package: str) -> str:
    try:
        return version(package)
    except PackageNotFoundError:
        return "not installed"
