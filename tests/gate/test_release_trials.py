"""Planted regressions of real services under real load: every one is found, and nothing else."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from releases import serving

from gate.release.errors import CannotJudge
from gate.release.journal import Journal
from gate.release.side import Side, SideOptions
from gate.release.trial_run import TrialRun
from reports.trials.policy import LoadPolicy, Policy, TrialPolicy
from reports.verdict import ExitCode

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from reports.trials.result import Side as SideName
    from reports.trials.result import Trial

pytestmark = pytest.mark.alone

BASE: dict[str, object] = {"sleep": 0.4}
"""What every fake release takes: long beside the noise of a busy machine."""
ONE_PIECE, STREAMED = "completion=1", "completion/stream=1"
TRIAL = TrialPolicy(min_pairs=2, max_pairs=6, invalid_retries=12, rule_out_wrong_share=0.03)


class Silent:
    """Tells nobody."""

    def say(self, message: str) -> None:
        """Nothing."""

    def step(self, name: str, done: int = 0, of: int | None = None) -> None:
        """Nothing."""


def nothing_changed() -> None:
    """Nothing changes in these tests."""


def lost(name: SideName, how: str) -> CannotJudge:
    return CannotJudge(f"{name}: {how}", ExitCode.UNREACHABLE)


@pytest.fixture(autouse=True)
def key(monkeypatch: pytest.MonkeyPatch) -> None:
    from releases import KEY

    monkeypatch.setenv("GATE_TEST_KEY", KEY)


@pytest.fixture(scope="module")
def ordinary() -> Iterator[str]:
    """The URL of a release as it should be."""
    with serving(**BASE) as url:
        yield url


def trial(
    folder: Path, first: str, second: str, *, rate: float = 25.0, mix: str = ONE_PIECE
) -> Trial:
    """An interleaved comparison of two releases that are up."""
    load = LoadPolicy(
        scenario="completion",
        rate=rate,
        duration_s=2.5,
        warmup_s=0.2,
        options={"mix": mix, "max-lag-ms": "150"},
    )
    sides: dict[SideName, Side] = {
        "baseline": Side(SideOptions(version="1", key_env="GATE_TEST_KEY"), first, None),
        "candidate": Side(SideOptions(version="2", key_env="GATE_TEST_KEY"), second, None),
    }
    return TrialRun(
        sides=sides, versions=("1", "2"), policy=Policy(load=load, trial=TRIAL), journal=Journal(folder), seed=7,
        telling=Silent(), watch=nothing_changed, lost=lost,
    ).run()  # fmt: skip


def failed(found: Trial) -> set[str]:
    return {one.metric for one in found.metrics if one.verdict == "FAIL"}


@pytest.mark.parametrize(
    ("planted", "metric"),
    [
        pytest.param({"sleep": 0.52}, "latency_p50", id="slower by 30 %"),
        pytest.param({"fail_every": 5}, "failure_share", id="20 % errors"),
        pytest.param({"fail_every": 20}, "failure_share", id="flaky 5 %"),
        # Every arrival is answered in the end, so what a queue costs shows in the latency.
        pytest.param({"slots": 5}, "latency_p50", id="halved throughput"),
    ],
)
def test_a_planted_regression_is_found(
    tmp_path: Path, ordinary: str, planted: dict[str, object], metric: str
) -> None:
    with serving(**BASE | planted) as candidate:
        found = trial(tmp_path, ordinary, candidate)
    assert found.verdict == "FAIL", found.reasons
    assert metric in failed(found), found.reasons


def test_a_stall_of_three_requests_in_a_hundred_is_found(tmp_path: Path, ordinary: str) -> None:
    with serving(**BASE | {"stall_every": 33}) as candidate:
        found = trial(tmp_path, ordinary, candidate, rate=42.0)
    assert found.verdict == "FAIL", found.reasons
    assert failed(found) == {"latency_p99"}


def test_a_slower_first_token_is_found(tmp_path: Path, ordinary: str) -> None:
    with serving(**BASE | {"first_token": 0.2}) as candidate:
        found = trial(tmp_path, ordinary, candidate, rate=10.0, mix=STREAMED)
    assert found.verdict == "FAIL", found.reasons
    assert "time_to_first_token_p50" in failed(found), found.reasons


def test_one_wrong_answer_in_a_hundred_is_found(tmp_path: Path, ordinary: str) -> None:
    with serving(**BASE | {"wrong_every": 100}) as candidate:
        found = trial(tmp_path, ordinary, candidate)
    assert found.verdict == "FAIL", found.reasons
    assert found.wrong_answers.verdict == "FAIL"
    assert failed(found) == set()


def test_identical_releases_pass(tmp_path: Path, ordinary: str) -> None:
    with serving(**BASE) as candidate:
        found = trial(tmp_path, ordinary, candidate)
    assert failed(found) == set(), found.reasons
    assert found.verdict == "PASS", found.reasons


def test_a_regression_with_the_sides_swapped_is_an_improvement(
    tmp_path: Path, ordinary: str
) -> None:
    with serving(**BASE | {"sleep": 0.52}) as baseline:
        found = trial(tmp_path, baseline, ordinary)
    assert failed(found) == set(), found.reasons
    assert found.verdict == "PASS", found.reasons
