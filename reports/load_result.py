"""What a load run measured: the result model of `load.json`.

Durations are milliseconds unless a name says otherwise, rates are per second, times are UTC in
ISO 8601. Every share lies in [0, 1].
"""

from __future__ import annotations

from typing import Literal

import msgspec

from reports.conformance_result import ResultFileError, ResultModel
from reports.verdict import VerdictName  # noqa: TC001  msgspec resolves it

FORMAT_VERSION = 1

OutcomeKind = Literal["success", "shed", "failure", "violation"]
"""success: right in shape and content; shed: refused politely (429 or 503 with Retry-After)
while an overload was deliberate; failure: no usable answer; violation: an answer that is wrong."""

Loop = Literal["open", "closed"]
Unit = Literal["ms", "1/s", "share", "tokens"]


class Distribution(ResultModel, frozen=True, kw_only=True):
    """Values of one measure, by an HDR histogram of three significant digits.

    `unsupported` names the percentiles that this many values cannot support at 95 % confidence;
    `histogram` is the compressed HDR histogram in base64, `scale` of whose units make one `unit`.
    """

    unit: Unit
    count: int
    mean: float
    minimum: float
    maximum: float
    p50: float
    p90: float
    p95: float
    p99: float
    p999: float
    unsupported: tuple[str, ...]
    scale: int
    histogram: str


class OutcomeResult(ResultModel, frozen=True, kw_only=True):
    """Everything that ended the same way: `outcome` names the way, such as `http_503`.

    `latency` counts from the scheduled start, `latency_from_send` from the first byte sent.
    """

    outcome: str
    kind: OutcomeKind
    count: int
    latency: Distribution
    latency_from_send: Distribution
    examples: tuple[str, ...] = ()


class OperationResult(ResultModel, frozen=True, kw_only=True):
    """One operation of the scenario.

    scheduled = sent + dropped; sent = the counts of all outcomes, of which those censored (still
    unanswered when the run ended) are the failure `censored`. `content_unjudged` counts successes
    whose content could not be judged, or was left out by --validate-sample.
    """

    operation: str
    scheduled: int
    sent: int
    dropped: int
    censored: int
    success: int
    shed: int
    failures: int
    violations: int
    content_unjudged: int
    throughput: float
    correct_throughput: float
    sent_bytes: int
    received_bytes: int
    pages: int
    tokens: int
    outcomes: tuple[OutcomeResult, ...]
    time_to_first_token: Distribution | None = None
    inter_token_latency: Distribution | None = None
    tokens_per_second: Distribution | None = None
    character_error_rate: Distribution | None = None

    def outcome(self, name: str) -> OutcomeResult | None:
        """The outcome of this name, or None if nothing ended so."""
        return next((row for row in self.outcomes if row.outcome == name), None)


class WorkerResult(ResultModel, frozen=True, kw_only=True):
    """One generator process and how well it kept up. CPU is a share of one core."""

    index: int
    state: Literal["finished", "lost"]
    scheduled: int
    sent: int
    cpu_mean: float
    cpu_max: float
    saturated_share: float
    longest_stall_ms: float
    stalled_s: float
    clock_step_ms: float
    memory_mb: float


class GeneratorResult(ResultModel, frozen=True, kw_only=True):
    """Whether the load was the load that was asked for."""

    offered_rate: float
    achieved_rate: float
    schedule_lag: Distribution
    workers: tuple[WorkerResult, ...]


class ValidityFinding(ResultModel, frozen=True, kw_only=True):
    """One rule of validity that this run broke, and what to do about it."""

    rule: str
    decides: Literal["INVALID", "INCONCLUSIVE"]
    message: str
    remedy: str

    @property
    def text(self) -> str:
        """What happened and what to do, as a verdict's reason says it."""
        return f"{self.message}: {self.remedy}"


class Objective(ResultModel, frozen=True, kw_only=True):
    """One limit of the SLO: what was measured, and the confidence bounds that decided it.

    `low` and `high` bound the share of requests beyond the limit, one-sided at `confidence`;
    they are None for a rate. `needs` says how many more requests a verdict would need, at best.
    """

    operation: str
    objective: str
    limit: float
    measured: float | None
    verdict: VerdictName
    allowed_share: float | None = None
    low: float | None = None
    high: float | None = None
    requests: int = 0
    needs: int = 0


class SloResult(ResultModel, frozen=True, kw_only=True):
    """The SLO file's limits, judged."""

    source: str
    confidence: float
    objectives: tuple[Objective, ...]


class Series(ResultModel, frozen=True, kw_only=True):
    """Per second of the measured part: everything is counted in the second of its schedule."""

    scheduled: tuple[int, ...]
    success: tuple[int, ...]
    shed: tuple[int, ...]
    failures: tuple[int, ...]
    violations: tuple[int, ...]
    dropped: tuple[int, ...]
    latency_mean_ms: tuple[float | None, ...]
    latency_max_ms: tuple[float | None, ...]


class CapacityProbe(ResultModel, frozen=True, kw_only=True):
    """One open-loop run of the search: a point of the rate/latency curve."""

    rate: float
    duration_s: float
    requests: int
    verdict: Literal["PASS", "FAIL", "UNRESOLVED", "INVALID"]
    reason: str
    error_share: float
    correct_throughput: float
    p50_ms: float | None
    p95_ms: float | None
    p99_ms: float | None


class CapacityResult(ResultModel, frozen=True, kw_only=True):
    """The highest rate that met the SLO, between the highest that passed and the lowest that failed."""

    status: Literal["FOUND", "UNRESOLVED", "ABOVE_LIMIT", "BELOW_START", "INVALID"]
    highest_passing_rate: float | None
    lowest_failing_rate: float | None
    precision: float
    probes: tuple[CapacityProbe, ...]


class OverloadResult(ResultModel, frozen=True, kw_only=True):
    """How the target behaved beyond its capacity and after it. Seconds from the measured start."""

    base_rate: float
    peak_rate: float
    peak_from_s: float
    peak_to_s: float
    shed: int
    shed_without_retry_after: int
    hung: int
    wrong: int
    recovered: bool
    recovery_s: float | None
    problems: tuple[str, ...]


class PlanResult(ResultModel, frozen=True, kw_only=True):
    """What was asked for: with the scenario and the target, all it takes to repeat the run."""

    loop: Loop
    arrivals: str | None
    rate: float | None
    duration_s: float | None
    warmup_s: float
    seed: int
    peak_factor: float
    max_in_flight: int
    request_timeout_s: float
    drain_s: float
    validated_share: float
    mix: dict[str, float]
    workers: int
    users: int | None = None
    notes: tuple[str, ...] = ()


class SoftwareResult(ResultModel, frozen=True, kw_only=True):
    """The versions behind the figures, and the machine they were measured from."""

    harness: str
    locust: str
    python: str
    platform: str
    cpus: int


class LoadResult(ResultModel, frozen=True, kw_only=True):
    """One load run. `verdict` and `exit_code` are what the process said at its end."""

    format_version: int = FORMAT_VERSION
    scenario: str
    target: str
    started_at: str
    measured_s: float
    software: SoftwareResult
    plan: PlanResult
    verdict: VerdictName
    exit_code: int
    reasons: tuple[str, ...]
    findings: tuple[ValidityFinding, ...]
    generator: GeneratorResult
    operations: tuple[OperationResult, ...]
    series: Series
    slo: SloResult | None = None
    capacity: CapacityResult | None = None
    overload: OverloadResult | None = None

    def operation(self, name: str) -> OperationResult | None:
        """The operation of this name, or None."""
        return next((row for row in self.operations if row.operation == name), None)


def encode(result: LoadResult) -> bytes:
    """The result as indented JSON, the same bytes for the same result."""
    return msgspec.json.format(msgspec.json.encode(result, order="deterministic"), indent=2) + b"\n"


def decode(data: bytes, name: str = "load.json") -> LoadResult:
    """Read a result back. Raises ResultFileError naming the file and what is wrong with it."""
    try:
        version = msgspec.json.decode(data, type=_Versioned).format_version
        if version != FORMAT_VERSION:
            raise ResultFileError(
                f"{name}: format version {version}, this harness reads {FORMAT_VERSION}: "
                "run the load again"
            )
        return msgspec.json.decode(data, type=LoadResult)
    except msgspec.MsgspecError as error:
        raise ResultFileError(f"{name}: not a load result: {error}") from error


class _Versioned(msgspec.Struct):
    format_version: int
