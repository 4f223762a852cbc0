"""Absolute limits over all blocks of the candidate, and trials that could not measure."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from msgspec.structs import replace
from report_samples import load_run

from reports.load_result import LoadResult, Objective, SloResult
from reports.trials.analysis import analyse
from reports.trials.block import block_of
from reports.trials.objectives import objective_reasons, pooled_objectives
from reports.trials.policy import TrialPolicy

if TYPE_CHECKING:
    from reports.trials.result import Trial

POLICY = TrialPolicy(margins={"latency_p50": 0.1}, rule_out_wrong_share=0.1)


def limited(load: LoadResult, **about: Any) -> LoadResult:
    """The run with one limit, judged INCONCLUSIVE as a short block mostly is."""
    row = Objective(
        operation="ocr", verdict="INCONCLUSIVE", requests=load.operations[0].sent, **about
    )
    return replace(load, slo=SloResult(source="slo.toml", confidence=0.95, objectives=(row,)))


def blocks(limit: float, *, count: int = 4) -> list[LoadResult]:
    """Blocks of 30 answers around 100 ms, each with a limit on their p95."""
    return [
        limited(
            load_run(milliseconds=100, requests=30),
            objective="p95_ms", limit=limit, measured=100.0, allowed_share=0.05,
        )
        for _ in range(count)
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("limit", "verdict"), [(1000.0, "PASS"), (80.0, "FAIL"), (150.0, "INCONCLUSIVE")]
)
def test_a_percentile_is_judged_over_the_requests_of_all_blocks(limit: float, verdict: str) -> None:
    (row,) = pooled_objectives(blocks(limit), looks=1)
    assert (row.verdict, row.requests) == (verdict, 120)
    assert row.measured is not None
    assert row.measured > 100


def test_one_block_alone_is_too_short_to_pass() -> None:
    (row,) = pooled_objectives(blocks(1000.0, count=1), looks=1)
    assert row.verdict == "INCONCLUSIVE"
    assert row.needs == 59 - 30
    (reason,) = objective_reasons([row])
    assert reason.startswith("INCONCLUSIVE ocr: p95_ms is ")
    assert "29 more requests" in reason


def test_more_looks_want_more_requests() -> None:
    assert pooled_objectives(blocks(1000.0, count=2), looks=1)[0].verdict == "PASS"
    assert pooled_objectives(blocks(1000.0, count=2), looks=9)[0].verdict == "INCONCLUSIVE"


@pytest.mark.parametrize(
    ("allowed", "measured", "verdict"),
    [(0.0, 0.0, "PASS"), (0.0, 0.01, "FAIL"), (0.5, 0.1, "PASS")],
)
def test_errors_are_counted_over_all_blocks(allowed: float, measured: float, verdict: str) -> None:
    loads = [
        limited(
            load_run(milliseconds=100, requests=100),
            objective="error_share", limit=allowed, measured=measured, allowed_share=allowed,
        )
        for _ in range(3)
    ]  # fmt: skip
    (row,) = pooled_objectives(loads, looks=1)
    assert (row.verdict, row.requests) == (verdict, 300)


@pytest.mark.parametrize(("rates", "verdict"), [((9.0, 12.0), "PASS"), ((9.0, 10.0), "FAIL")])
def test_goodput_is_the_mean_over_the_blocks(rates: tuple[float, ...], verdict: str) -> None:
    loads = [
        limited(load_run(milliseconds=100), objective="goodput", limit=10.0, measured=rate)
        for rate in rates
    ]
    assert pooled_objectives(loads, looks=1)[0].verdict == verdict


def trial(loads: list[LoadResult], *, policy: TrialPolicy = POLICY, stored: bool = True) -> Trial:
    sides = ("candidate",) if stored else ("baseline", "candidate")
    return analyse(
        [block_of(load, n, side) for n, load in enumerate(loads) for side in sides],  # type: ignore[arg-type]
        policy, scenario="ocr", versions=("1", "2"), seed=1, candidate_loads=loads,
        baseline_stored=stored,
    )  # fmt: skip


def test_a_broken_limit_fails_the_trial_even_before_a_stored_baseline() -> None:
    found = trial(blocks(80.0))
    assert found.verdict == "FAIL"
    assert found.reasons[0].startswith("FAIL ocr: p95_ms is ")
    assert trial(blocks(1000.0)).verdict == "PASS"


def test_a_primary_metric_that_was_not_measured_never_passes() -> None:
    policy = TrialPolicy(
        primary="time_to_first_token_p50", margins={"time_to_first_token_p50": 0.1},
        rule_out_wrong_share=0.1,
    )  # fmt: skip
    found = trial(blocks(1000.0), policy=policy, stored=False)
    assert found.verdict == "INCONCLUSIVE"
    assert "time_to_first_token_p50, the primary metric, was not measured" in found.reasons[-1]
