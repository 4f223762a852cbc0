"""Limits per operation, read strictly from TOML and judged with confidence bounds."""

from __future__ import annotations

import tomllib
from pathlib import Path  # noqa: TC003  used in a signature that others resolve
from typing import TYPE_CHECKING

import msgspec

from load import recorder as measures
from load.errors import UsageError
from reports.load_result import Objective, SloResult
from reports.statistics.binomial import CONFIDENCE, lower_bound, more_needed, upper_bound

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from load.histograms import Histogram
    from load.recorder import OperationRecord, Recorder
    from reports.verdict import VerdictName

EVERY_OTHER = "*"
_PERCENTILE = {"p50": 50.0, "p90": 90.0, "p95": 95.0, "p99": 99.0, "p999": 99.9}
_MEASURES = (measures.TIME_TO_FIRST_TOKEN, measures.INTER_TOKEN_LATENCY)
_MICROSECONDS = 1000
LEAST_CONFIDENCE = 0.5


class Limits(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The limits of one operation; None is no limit. Latencies of right answers, milliseconds.

    `error_share` allows that share of the scheduled requests to fail, be wrong or be dropped;
    without it none may. `goodput` is the least number of right answers per second that also
    keep within the highest latency percentile's limit.
    """

    p50_ms: float | None = None
    p90_ms: float | None = None
    p95_ms: float | None = None
    p99_ms: float | None = None
    p999_ms: float | None = None
    time_to_first_token_p50_ms: float | None = None
    time_to_first_token_p95_ms: float | None = None
    time_to_first_token_p99_ms: float | None = None
    inter_token_latency_p50_ms: float | None = None
    inter_token_latency_p95_ms: float | None = None
    inter_token_latency_p99_ms: float | None = None
    error_share: float = 0.0
    goodput: float | None = None

    def percentiles(self) -> Iterator[tuple[str, str, float, float]]:
        """(field, measure or "", percentile, limit in ms) of every percentile that is limited."""
        for field in self.__struct_fields__:
            limit = getattr(self, field)
            stem = field.removesuffix("_ms")
            if limit is None or stem == field:
                continue
            prefix, _, name = stem.rpartition("_")
            yield field, prefix, _PERCENTILE[name], limit


class Slo(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """An SLO file: a table `[operations.NAME]` each, `"*"` for those without one of their own."""

    operations: dict[str, Limits]
    confidence: float = CONFIDENCE

    def limits(self, operation: str) -> Limits | None:
        """What this operation is held to."""
        return self.operations.get(operation, self.operations.get(EVERY_OTHER))


NO_FAILURES = Slo(operations={EVERY_OTHER: Limits()})
"""What a run without an SLO file is held to: no request may fail."""


def read_slo(path: Path, operations: Iterable[str]) -> Slo:
    """Read an SLO file for these operations. Raises UsageError: one line that names the fault."""
    try:
        slo = msgspec.convert(tomllib.loads(path.read_text(encoding="utf-8")), Slo)
    except OSError as error:
        raise UsageError(f"cannot read the SLO file {path}: {error.strerror}") from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise UsageError(f"the SLO file {path} is not TOML: {error}") from error
    except msgspec.ValidationError as error:
        raise UsageError(
            f"the SLO file {path}: {error}; known limits: {', '.join(Limits.__struct_fields__)}"
        ) from error
    unknown = sorted(set(slo.operations) - {*operations, EVERY_OTHER})
    if unknown:
        raise UsageError(
            f"the SLO file {path} limits {unknown[0]!r}, which this scenario does not have; "
            f"it has {', '.join(operations)}"
        )
    if fault := next(_faults(slo), None):
        raise UsageError(f"the SLO file {path}: {fault}")
    return slo


def _faults(slo: Slo) -> Iterator[str]:
    if not slo.operations:
        yield 'no operation is limited; add a table such as [operations."*"]'
    if not LEAST_CONFIDENCE <= slo.confidence < 1.0:
        yield "confidence must be at least 0.5 and less than 1"
    for name, limits in slo.operations.items():
        if not 0.0 <= limits.error_share < 1.0:
            yield f"operations.{name}.error_share must be at least 0 and less than 1"
        if limits.goodput is not None and limits.goodput <= 0:
            yield f"operations.{name}.goodput must be more than 0"
        for field, _, _, limit in limits.percentiles():
            if limit <= 0:
                yield f"operations.{name}.{field} must be more than 0"


def judge(slo: Slo, source: str, recorder: Recorder, measured_s: float) -> SloResult:
    """Judge every limit of every operation that was scheduled."""
    objectives: list[Objective] = []
    for operation, record in sorted(recorder.operations.items()):
        limits = slo.limits(operation)
        if limits is not None:
            objectives += _judge_operation(operation, limits, record, slo.confidence, measured_s)
    return SloResult(source=source, confidence=slo.confidence, objectives=tuple(objectives))


def _judge_operation(
    operation: str, limits: Limits, record: OperationRecord, confidence: float, measured_s: float
) -> Iterator[Objective]:
    for field, measure, percentile, limit in limits.percentiles():
        histogram = record.measures.get(measure) if measure else record.successes()
        yield _judge_percentile(operation, field, percentile, limit, histogram, confidence)
    yield _judge_errors(operation, limits.error_share, record, confidence)
    if limits.goodput is not None:
        got = good_answers(limits, record) / measured_s
        yield Objective(
            operation=operation,
            objective="goodput",
            limit=limits.goodput,
            measured=got,
            verdict="PASS" if got >= limits.goodput else "FAIL",
            requests=record.totals["scheduled"],
        )


def good_answers(limits: Limits, record: OperationRecord) -> int:
    """Right answers within the limit of the highest latency percentile that has one."""
    successes = record.successes()
    if successes is None:
        return 0
    latency = [(percentile, limit) for _, of, percentile, limit in limits.percentiles() if not of]
    if not latency:
        return successes.count
    return successes.count - successes.count_over(round(max(latency)[1] * _MICROSECONDS))


def _judge_percentile(
    operation: str,
    field: str,
    percentile: float,
    limit: float,
    histogram: Histogram | None,
    confidence: float,
) -> Objective:
    count = histogram.count if histogram else 0
    over = histogram.count_over(round(limit * _MICROSECONDS)) if histogram else 0
    allowed = 1 - percentile / 100
    verdict, low, high = verdict_on_share(over, count, allowed, confidence)
    return Objective(
        operation=operation,
        objective=field,
        limit=limit,
        measured=histogram.value_at(percentile) / _MICROSECONDS if histogram else None,
        verdict=verdict,
        allowed_share=allowed,
        low=low,
        high=high,
        requests=count,
        needs=more_needed(over, count, allowed, confidence) if verdict == "INCONCLUSIVE" else 0,
    )


def _judge_errors(
    operation: str, allowed: float, record: OperationRecord, confidence: float
) -> Objective:
    scheduled = record.totals["scheduled"]
    bad = record.count("failure", "violation") + record.totals["dropped"]
    verdict, low, high = verdict_on_share(bad, scheduled, allowed, confidence)
    return Objective(
        operation=operation,
        objective="error_share",
        limit=allowed,
        measured=bad / scheduled if scheduled else None,
        verdict=verdict,
        allowed_share=allowed,
        low=low,
        high=high,
        requests=scheduled,
        needs=more_needed(bad, scheduled, allowed, confidence) if verdict == "INCONCLUSIVE" else 0,
    )


def verdict_on_share(
    hits: int, trials: int, allowed: float, confidence: float
) -> tuple[VerdictName, float, float]:
    """Whether a share is allowed, with its one-sided bounds: INCONCLUSIVE when they straddle.

    A share of nothing allows no bound, so there the count decides: none passes, one fails.
    """
    low = lower_bound(hits, trials, confidence)
    high = upper_bound(hits, trials, confidence)
    if allowed == 0.0 and trials:
        return ("FAIL" if hits else "PASS"), low, high
    if trials and high <= allowed:
        return "PASS", low, high
    if low > allowed:
        return "FAIL", low, high
    return "INCONCLUSIVE", low, high
