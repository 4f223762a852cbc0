"""What an interleaved comparison found: the result model of `trial.json`."""

from __future__ import annotations

from typing import Literal

from reports.conformance_result import ResultModel
from reports.load_result import Objective  # noqa: TC001 - msgspec resolves it
from reports.verdict import VerdictName  # noqa: TC001 - msgspec resolves it

FORMAT_VERSION = 1

Side = Literal["baseline", "candidate"]
MetricKind = Literal["ratio", "share"]


class Block(ResultModel, frozen=True, kw_only=True):
    """One load run of one side. `pair` counts from 0; both sides of a pair ran next to each other.

    `metrics` maps a metric's name to its value; `requests`, `failures` and `violations` are counts.
    """

    pair: int
    side: Side
    metrics: dict[str, float]
    requests: int
    failures: int
    violations: int
    started_at: str = ""


class MetricVerdict(ResultModel, frozen=True, kw_only=True):
    """One metric, compared over all pairs.

    For a ratio, `effect`, `low` and `high` are how many times worse the candidate is (1.0 is
    equal, above is worse) and `margin` how many times worse it may be; for a share they are
    differences in percentage points / 100. `low` and `high` bound the effect one-sidedly, each at
    `confidence`. `needs_pairs` says how many pairs a verdict would take, at the spread seen.
    """

    metric: str
    kind: MetricKind
    primary: bool
    pairs: int
    baseline: float
    candidate: float
    effect: float
    low: float
    high: float
    margin: float
    confidence: float
    verdict: VerdictName
    needs_pairs: int | None = None


class WrongAnswers(ResultModel, frozen=True, kw_only=True):
    """Answers of the candidate that were wrong in shape or content, with bounds on their share."""

    wrong: int
    requests: int
    low: float
    high: float
    allowed: float
    ruled_out: float
    verdict: VerdictName
    needs_requests: int = 0


class Trial(ResultModel, frozen=True, kw_only=True):
    """An interleaved comparison under load, and its verdict.

    `objectives` are absolute limits on the candidate. With `baseline_stored` only the candidate
    was loaded: nothing here is about a difference.
    """

    format_version: int = FORMAT_VERSION
    scenario: str
    baseline_version: str
    candidate_version: str
    seed: int
    blocks: tuple[Block, ...]
    metrics: tuple[MetricVerdict, ...]
    wrong_answers: WrongAnswers
    objectives: tuple[Objective, ...] = ()
    baseline_stored: bool = False
    verdict: VerdictName
    reasons: tuple[str, ...]
