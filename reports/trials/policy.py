"""`gate.toml`: what a release has to keep to, and what an open question means."""

from __future__ import annotations

import tomllib
from typing import TYPE_CHECKING, Annotated, Literal, get_args

import msgspec
from msgspec import Meta

from schemas import contract_names, load_contract

if TYPE_CHECKING:
    from collections.abc import Iterator

Share = Annotated[float, Meta(ge=0, le=1)]
Margin = Annotated[float, Meta(gt=0, le=10)]
Metric = Literal[
    "latency_p50",
    "latency_p95",
    "latency_p99",
    "time_to_first_token_p50",
    "time_to_first_token_p95",
    "time_to_first_token_p99",
    "goodput",
    "failure_share",
]
METRICS: tuple[Metric, ...] = get_args(Metric)
Scenario = Literal[
    "ocr",
    "completion",
    "completion_grpc",
    "chat",
    "classification",
    "classification_grpc",
    "embedding",
    "embedding_grpc",
    "mixed",
]
SCENARIOS: tuple[Scenario, ...] = get_args(Scenario)


class PolicyError(ValueError):
    """A policy file cannot be used; the message names file and field."""


class LoadPolicy(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """How the load of one block runs. Rates are per second, durations seconds.

    `slo` names a file of absolute limits, beside the policy. `options` are the scenario's own
    options without their dashes, such as `model` or `mix`.
    """

    scenario: Scenario = "ocr"
    rate: Annotated[float, Meta(gt=0)] = 2.0
    duration_s: Annotated[float, Meta(gt=0, le=3600)] = 10.0
    warmup_s: Annotated[float, Meta(ge=0, le=3600)] = 2.0
    arrivals: Literal["constant", "poisson"] = "constant"
    slo: str | None = None
    options: dict[str, str] = {}


class TrialPolicy(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """When a difference between two releases counts.

    `margins` says per metric how much worse the candidate may be: 0.1 is ten per cent for a
    latency or a throughput, and ten percentage points for a share. The primary metric alone is
    tested at full confidence; the others share it (Holm). A block in which the generator could
    not keep up is run again up to `invalid_retries` times.
    """

    primary: Metric = "latency_p50"
    margins: dict[Metric, Margin] = msgspec.field(
        default_factory=lambda: {
            "latency_p50": 0.10,
            "latency_p95": 0.15,
            "latency_p99": 0.50,
            "goodput": 0.10,
            "time_to_first_token_p50": 0.15,
            "failure_share": 0.02,
        }
    )
    confidence: Annotated[float, Meta(ge=0.5, lt=1)] = 0.95
    min_pairs: Annotated[int, Meta(ge=2, le=100)] = 4
    max_pairs: Annotated[int, Meta(ge=2, le=100)] = 20
    invalid_retries: Annotated[int, Meta(ge=0, le=20)] = 2
    allowed_wrong_share: Share = 0.0
    rule_out_wrong_share: Annotated[float, Meta(gt=0, le=1)] = 0.01


class Policy(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The whole file. `inconclusive` says what an INCONCLUSIVE performance verdict exits with."""

    contracts: tuple[str, ...] = ()
    editions: tuple[str, ...] = ()
    deviations: str | None = None
    depth: Literal["quick", "standard", "thorough"] = "standard"
    accept_untested: tuple[str, ...] = ()
    model_uris: tuple[str, ...] = ()
    ocr_languages: tuple[str, ...] = ()
    inconclusive: Literal["fail", "pass"] = "fail"
    max_start_s: Annotated[float, Meta(gt=0)] | None = None
    load: LoadPolicy = LoadPolicy()
    trial: TrialPolicy = TrialPolicy()


def read_policy(text: str, name: str) -> Policy:
    """Parse a policy. Raises PolicyError in one line: file, field, and what it may be."""
    try:
        policy = msgspec.convert(tomllib.loads(text), Policy)
    except (tomllib.TOMLDecodeError, msgspec.ValidationError) as error:
        raise PolicyError(f"{name}: {_told(str(error))}") from None
    if fault := next(_faults(policy), None):
        raise PolicyError(f"{name}: {fault}")
    return policy


def _told(error: str) -> str:
    """The message of msgspec, with what the field may be where that is a closed list."""
    for field, known in (
        ("load.scenario", SCENARIOS),
        ("trial.primary", METRICS),
        ("trial.margins", METRICS),
    ):
        if field in error and "enum" in error:
            return f"{error}: use {', '.join(known)}"
    return error


def _faults(policy: Policy) -> Iterator[str]:
    known = {name: load_contract(name) for name in contract_names()}
    editions = [edition for one in known.values() for edition in one.editions]
    requirements = {row.id for one in known.values() for row in one.requirements}
    for value in policy.contracts:
        if value not in known:
            yield f"contracts: {value!r} is not known: use {', '.join(known)}"
    for value in policy.editions:
        if value not in editions:
            yield f"editions: {value!r} is not known: use {', '.join(editions)}"
    for value in policy.accept_untested:
        if value not in requirements:
            yield f"accept_untested: there is no requirement {value!r}: give its exact id"
    trial = policy.trial
    if trial.primary not in trial.margins:
        yield f"trial.margins has no margin for the primary {trial.primary!r}"
    if trial.max_pairs < trial.min_pairs:
        yield "trial.max_pairs is below trial.min_pairs"
