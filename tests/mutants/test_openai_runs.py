"""The suite of the OpenAI-compatible contract on a server without a fault: no alarm."""

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
NOT_SEEN = {"OAI-IAM-15", "OAI-ERR-26", "OAI-ERR-28"}
"""A token that expires while one waits, a 429 and a 5xx: a sound server shows none of them."""
EXCLUDED = {row.id for row in load_contract("openai").requirements if row.excluded}


def judged(
    suite: Suite, folder: Path, *arguments: str, seed: int = 1, **settings: object
) -> SuiteRun:
    return suite.run(
        Job(
            contract="openai", edition=None, folder=str(folder), seed=seed,
            arguments=arguments, settings=dict(settings),
        )
    )  # fmt: skip


@pytest.mark.parametrize("seed", range(3))
def test_no_false_alarm(suite: Suite, tmp_path: Path, seed: int) -> None:
    run = judged(suite, tmp_path, seed=seed)
    assert run.exit_code == 0, run.output
    assert run.with_outcome("violates", "warns", "harness_error", "unsupported") == {}, run.output
    assert run.with_outcome("untested").keys() == NOT_SEEN | EXCLUDED


def test_a_quick_run_is_cheap(suite: Suite, tmp_path: Path) -> None:
    run = judged(suite, tmp_path, "--depth", "quick")
    assert run.exit_code == 0, run.output
    assert run.result is not None
    assert run.result.cost.requests <= MOST_QUICK_REQUESTS
    assert len(run.with_outcome("conforms")) > 70


def test_an_open_server_has_no_authorization_to_judge(suite: Suite, tmp_path: Path) -> None:
    run = judged(suite, tmp_path, "-k", "authorization or iam or models", guarded=False)
    assert run.exit_code == 0, run.output
    outcomes = {
        group: {row.outcome for row in run.result.requirements if row.group == group}
        for group in ("AUTH", "IAM", "MODELS")
    } if run.result else {}  # fmt: skip
    assert outcomes == {"AUTH": {"unsupported"}, "IAM": {"untested"}, "MODELS": {"conforms"}}


def test_an_address_for_sdks_is_mended_and_the_report_says_so(suite: Suite, tmp_path: Path) -> None:
    run = judged(suite, tmp_path, "-k", "test_models", path="/v1")
    assert run.exit_code == 0, run.output
    assert run.result is not None
    assert any("/v1 at its end" in note for note in run.result.notes)
    assert run.row("OAI-MODELS-1").outcome == "conforms"


def test_a_model_that_is_named_and_not_listed_is_found_out(suite: Suite, tmp_path: Path) -> None:
    run = judged(suite, tmp_path, "-k", "test_models", "--model-uri", "chat=another-name")
    assert run.row("OAI-MODELS-10").outcome == "violates"
    assert "another-name" in run.row("OAI-MODELS-10").findings[0].expected


def test_every_tested_row_is_proved_by_a_mutant_of_its_own() -> None:
    proved = {
        mutant.kills[0]
        for mutant in every_mutant()
        if mutant.contract == "openai" and len(mutant.kills) == 1
    }
    tested = {row.id for row in load_contract("openai").requirements} - EXCLUDED
    assert tested - proved == set()


def test_an_iam_service_that_nobody_reaches_violates_nothing(suite: Suite, tmp_path: Path) -> None:
    run = judged(
        suite, tmp_path, "-k", "iam or models",
        "--iam-url", "http://no-such-host.invalid/token",
        "--iam-key-id-env", "PATH", "--iam-secret-env", "PATH",
    )  # fmt: skip
    assert run.exit_code == 3, run.output
    untested = run.with_outcome("untested")
    assert "dns" in untested["OAI-IAM-1"]
    assert run.with_outcome("violates", "harness_error") == {}
