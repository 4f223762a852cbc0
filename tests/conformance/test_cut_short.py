"""A run that ends early keeps what it found, says why it ended, and is never green."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.mutants.warm import Job

if TYPE_CHECKING:
    from pathlib import Path

    from tests.mutants.running import Suite, SuiteRun


def _untested_for(run: SuiteRun, because: str) -> int:
    assert run.result is not None, run.output
    return sum(row.untested_because == because for row in run.result.requirements)


def test_requests_spent(suite: Suite, tmp_path: Path) -> None:
    limit = ("--max-requests", "60")
    run = suite.run(Job("ocr-service", "1.3", str(tmp_path), arguments=limit))
    assert run.result is not None, run.output
    assert (run.exit_code, run.result.incomplete) == (3, "requests_spent")
    assert run.result.cost.requests == 60
    assert _untested_for(run, "cut_short") > 0
    assert run.row("OCR-ROOT-3").outcome == "untested"
    assert run.row("OCR-ANSWER-3").outcome == "conforms"
    assert run.with_outcome("violates", "harness_error") == {}


def test_too_few_requests_to_probe(suite: Suite, tmp_path: Path) -> None:
    limit = ("--max-requests", "2")
    run = suite.run(Job("ocr-service", "1.3", str(tmp_path), arguments=limit))
    assert run.exit_code == 2
    assert "--max-requests" in run.output


def test_time_spent(suite: Suite, tmp_path: Path) -> None:
    limit = ("--time-budget", "2")
    run = suite.run(Job("ocr-service", "1.3", str(tmp_path), arguments=limit))
    assert run.result is not None, run.output
    assert (run.exit_code, run.result.incomplete) == (3, "time_spent"), run.output
    assert run.with_outcome("violates", "harness_error") == {}


def test_target_dies_in_mid_run(suite: Suite, tmp_path: Path) -> None:
    death = {"event": "death", "at_request": 60}
    run = suite.run(Job("ocr-service", "1.3", str(tmp_path), settings=death))
    assert run.result is not None, run.output
    assert run.result.incomplete == "target_lost", run.output
    assert run.row("OCR-ANSWER-3").outcome == "conforms"
    assert _untested_for(run, "cut_short") > 0
    assert run.with_outcome("violates", "harness_error") == {}, run.output
    assert run.exit_code == 6


@pytest.mark.parametrize("event", ["SIGINT", "SIGTERM"])
def test_interrupted(event: str, suite: Suite, tmp_path: Path) -> None:
    signal_ = {"event": event, "at_request": 80}
    run = suite.run(Job("ocr-service", "1.3", str(tmp_path), settings=signal_))
    assert run.result is not None, run.output
    assert (run.exit_code, run.result.incomplete) == (3, "interrupted"), run.output
    assert run.row("OCR-ANSWER-3").outcome == "conforms"
    assert _untested_for(run, "cut_short") > 0
    assert run.with_outcome("violates", "harness_error") == {}
