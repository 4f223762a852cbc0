"""The Yandex suite on a server without a fault: no alarm, and what cannot be judged is said."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from schemas import load_contract
from tests.mutants.mutant import every_mutant
from tests.mutants.warm import Job

if TYPE_CHECKING:
    from pathlib import Path

    from tests.mutants.running import Suite, SuiteRun

MOST_QUICK_REQUESTS = 40
EDITIONS = ("hybrid", "hosted")


def judged(
    suite: Suite,
    folder: Path,
    *arguments: str,
    edition: str | None = None,
    seed: int = 1,
    **settings: object,
) -> SuiteRun:
    return suite.run(
        Job(
            contract="yandex", edition=edition, folder=str(folder), seed=seed,
            arguments=arguments, settings=dict(settings),
        )
    )  # fmt: skip


def outcomes(run: SuiteRun, *names: str) -> set[str]:
    assert run.result is not None, run.output
    return {row.id for row in run.result.requirements if row.outcome in names}


@pytest.mark.parametrize("seed", range(20))
def test_no_false_alarm(suite: Suite, tmp_path: Path, seed: int) -> None:
    run = judged(suite, tmp_path, edition=EDITIONS[seed % 2], seed=seed)
    assert run.exit_code == 0, run.output
    assert not outcomes(run, "violates", "warns", "harness_error", "unsupported"), run.output
    excluded = {row.id for row in load_contract("yandex").requirements if row.excluded}
    assert outcomes(run, "untested") <= excluded
    assert run.result is not None
    assert (run.result.cost.tokens or 0) > 1000


@pytest.mark.parametrize("seed", range(20))
def test_no_false_alarm_before_another_server(suite: Suite, tmp_path: Path, seed: int) -> None:
    run = judged(suite, tmp_path, edition=EDITIONS[seed % 2], seed=seed, text_engine="openai")
    assert run.exit_code == 0, run.output
    assert not outcomes(run, "violates", "warns", "harness_error"), run.output
    assert len(outcomes(run, "conforms")) > 280


def test_a_quick_run_is_cheap(suite: Suite, tmp_path: Path) -> None:
    run = judged(suite, tmp_path, "--depth", "quick")
    assert run.exit_code == 0, run.output
    assert run.result is not None
    assert run.result.cost.requests <= MOST_QUICK_REQUESTS
    assert len(outcomes(run, "conforms")) > 100


def test_without_a_grpc_target_no_row_of_grpc_is_green(suite: Suite, tmp_path: Path) -> None:
    run = judged(suite, tmp_path, with_grpc=False)
    assert run.exit_code == 0, run.output
    assert run.result is not None
    over_grpc = [
        row for row in run.result.requirements if row.group.startswith("G") or row.group == "PARITY"
    ]
    assert len(over_grpc) > 150
    assert {row.outcome for row in over_grpc} == {"untested"}
    reasons = {row.reason for row in over_grpc if row.untested_because != "excluded"}
    assert reasons == {"only REST is judged: no --grpc-target was given"}


def test_an_open_server_has_no_authorization_to_judge(suite: Suite, tmp_path: Path) -> None:
    run = judged(suite, tmp_path, "-k", "test_authorization or test_short_answer", guarded=False)
    assert run.result is not None, run.output
    of_keys = [row for row in run.result.requirements if row.group in ("AUTH", "GAUTH")]
    assert {row.outcome for row in of_keys} == {"unsupported"}


def test_every_tested_row_is_proved_by_a_mutant_of_its_own() -> None:
    proved = {
        row
        for mutant in every_mutant()
        if mutant.contract == "yandex" and (mutant.all_of or len(mutant.kills) == 1)
        for row in mutant.kills
    }
    tested = {row.id for row in load_contract("yandex").requirements if row.excluded is None}
    assert tested - proved == set()
