"""What a conformance run found: the result model of `conformance.json`."""

from __future__ import annotations

from typing import Literal

import msgspec

FORMAT_VERSION = 1

Level = Literal["MUST", "SHOULD", "MAY"]
Outcome = Literal["conforms", "violates", "warns", "unsupported", "untested", "harness_error"]
OUTCOMES: tuple[Outcome, ...] = (
    "violates",
    "harness_error",
    "warns",
    "untested",
    "unsupported",
    "conforms",
)
"""Worst first: a requirement that several checks decide takes the worst of theirs."""

UntestedBecause = Literal["not_selected", "not_observed", "prerequisite", "cut_short", "excluded"]
"""not_selected: the user chose so (depth, -k); not_observed: the target never came into the state
that the clause is about (no 503 was seen, say); prerequisite: something the user can provide is
missing; cut_short: the run ended first (limit, interruption, dead target); excluded: the
catalogue says why no check decides it."""

Incomplete = Literal["interrupted", "target_lost", "requests_spent", "time_spent"]


class ResultModel(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Base of every result type: immutable, and strict when it is read back."""


class Finding(ResultModel, frozen=True, kw_only=True):
    """One piece of evidence: what a check expected, what came, and how to see it again."""

    check: str
    expected: str
    got: str
    reproduce: str = ""


class Deviation(ResultModel, frozen=True, kw_only=True):
    """A known violation that somebody has accepted for a time."""

    requirement: str
    reason: str
    owner: str
    expires: str
    link: str = ""


class RequirementResult(ResultModel, frozen=True, kw_only=True):
    """One clause of the contract and what became of it."""

    id: str
    group: str
    level: Level
    text: str
    text_ru: str
    source: str
    outcome: Outcome
    reason: str = ""
    untested_because: UntestedBecause | None = None
    checks: tuple[str, ...] = ()
    findings: tuple[Finding, ...] = ()
    deviation: Deviation | None = None


class GroupTitle(ResultModel, frozen=True, kw_only=True):
    """A group of requirements, named in both report languages."""

    id: str
    title: str
    title_ru: str


class Endpoint(ResultModel, frozen=True, kw_only=True):
    """One operation as the run saw it. `statuses` maps a status code to how often it came."""

    method: str
    path: str
    requests: int
    statuses: dict[str, int]
    authorization: Literal["required", "not_required", "unknown"]
    sample_request: str = ""
    sample_answer: str = ""


class ContractResult(ResultModel, frozen=True, kw_only=True):
    """The outcome of every requirement of one contract in one edition."""

    contract: str
    title: str
    edition: str
    edition_known_from: str
    groups: tuple[GroupTitle, ...]
    requirements: tuple[RequirementResult, ...]
    endpoints: tuple[Endpoint, ...] = ()


class Limits(ResultModel, frozen=True, kw_only=True):
    """What the user allowed the run to cost; None is no limit."""

    max_requests: int | None = None
    time_budget_s: float | None = None


class Cost(ResultModel, frozen=True, kw_only=True):
    """What the run cost the target."""

    requests: int
    sent_bytes: int
    received_bytes: int
    duration_s: float
    tokens: int | None = None
    rate_limited: int = 0


class Machine(ResultModel, frozen=True, kw_only=True):
    """Where the harness ran; results of different machines are not compared silently."""

    platform: str
    python: str
    cpus: int


class ConformanceResult(ResultModel, frozen=True, kw_only=True):
    """One run of the suite against one release. Times are UTC, ISO 8601."""

    format_version: int = FORMAT_VERSION
    harness_version: str
    service: str
    version: str
    target: str
    started_at: str
    depth: str
    seed: int
    limits: Limits
    cost: Cost
    machine: Machine
    contracts: tuple[ContractResult, ...]
    incomplete: Incomplete | None = None
    incomplete_reason: str = ""
    accepted_untested: tuple[str, ...] = ()
    deviation_problems: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()

    @property
    def requirements(self) -> tuple[RequirementResult, ...]:
        """Every requirement of every contract judged."""
        return tuple(row for contract in self.contracts for row in contract.requirements)


class ResultFileError(ValueError):
    """A result file is not what this version of the harness can read."""


def encode(result: ConformanceResult) -> bytes:
    """The result as indented JSON, the same bytes for the same result."""
    return msgspec.json.format(msgspec.json.encode(result, order="deterministic"), indent=2) + b"\n"


def decode(data: bytes, name: str = "conformance.json") -> ConformanceResult:
    """Read a result back. Raises ResultFileError naming the file and what is wrong with it."""
    try:
        version = msgspec.json.decode(data, type=_Versioned).format_version
        if version != FORMAT_VERSION:
            msg = f"{name}: format version {version}, this harness reads {FORMAT_VERSION}: run it again"
            raise ResultFileError(msg)
        return msgspec.json.decode(data, type=ConformanceResult)
    except msgspec.MsgspecError as error:
        msg = f"{name}: not a conformance result: {error}"
        raise ResultFileError(msg) from error


class _Versioned(msgspec.Struct):
    format_version: int
