"""`gate.toml`: what a release has to keep to, and what an open question means."""

from __future__ import annotations

import tomllib
from typing import Annotated, Literal

import msgspec
from msgspec import Meta

Share = Annotated[float, Meta(ge=0, le=1)]
Margin = Annotated[float, Meta(gt=0, le=10)]


class PolicyError(ValueError):
    """A policy file cannot be used; the message names file and field."""


class LoadPolicy(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """How the load of one block runs. Rates are per second, durations seconds."""

    scenario: Annotated[str, Meta(pattern=r"^[a-z_]+$")] = "ocr"
    rate: Annotated[float, Meta(gt=0)] = 2.0
    duration_s: Annotated[float, Meta(gt=0, le=3600)] = 10.0
    warmup_s: Annotated[float, Meta(ge=0)] = 2.0
    arrivals: Literal["constant", "poisson"] = "constant"
    slo: str | None = None


class TrialPolicy(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """When a difference between two releases counts.

    `margins` says per metric how much worse the candidate may be: 0.1 is ten per cent for a
    latency or a throughput, and ten percentage points for a share. The primary metric alone is
    tested at full confidence; the others share it (Holm).
    """

    primary: str = "latency_p50"
    margins: dict[str, Margin] = msgspec.field(
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
    min_pairs: Annotated[int, Meta(ge=2)] = 4
    max_pairs: Annotated[int, Meta(ge=2, le=100)] = 20
    allowed_wrong_share: Share = 0.0
    rule_out_wrong_share: Annotated[float, Meta(gt=0, le=1)] = 0.01


class Policy(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The whole file. `inconclusive` says what an INCONCLUSIVE performance verdict exits with."""

    contracts: tuple[str, ...] = ()
    editions: tuple[str, ...] = ()
    deviations: str | None = None
    depth: Literal["quick", "standard", "thorough"] = "standard"
    accept_untested: tuple[str, ...] = ()
    inconclusive: Literal["fail", "pass"] = "fail"
    max_start_s: Annotated[float, Meta(gt=0)] | None = None
    load: LoadPolicy = LoadPolicy()
    trial: TrialPolicy = TrialPolicy()


def read_policy(text: str, name: str) -> Policy:
    """Parse a policy. Raises PolicyError in one line."""
    try:
        policy = msgspec.convert(tomllib.loads(text), Policy)
    except (tomllib.TOMLDecodeError, msgspec.ValidationError) as error:
        raise PolicyError(f"{name}: {error}") from None
    trial = policy.trial
    if trial.primary not in trial.margins:
        raise PolicyError(f"{name}: trial.margins has no margin for the primary {trial.primary!r}")
    if trial.max_pairs < trial.min_pairs:
        raise PolicyError(f"{name}: trial.max_pairs is below trial.min_pairs")
    return policy
