"""Depth, accepted deviations and accepted gaps: what they change in the verdict, and what not."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.mutants.warm import Job

if TYPE_CHECKING:
    from pathlib import Path

    from tests.mutants.running import Suite, SuiteRun

MUTANT = "ocr-service/health-storage-in-a-word-of-its-own"
ROW = "OCR-HEALTH-7"


@pytest.mark.parametrize("edition", ["1.0", "1.3"])
def test_quick_costs_forty_requests_at_most(edition: str, suite: Suite, tmp_path: Path) -> None:
    run = suite.run(Job("ocr-service", edition, str(tmp_path), arguments=("--depth", "quick")))
    assert run.result is not None, run.output
    assert run.result.cost.requests <= 40
    assert (run.exit_code, run.result.depth) == (0, "quick"), run.output
    assert "depth quick" in run.output
    assert run.row("OCR-CONC-2").untested_because == "not_selected"


def _with_deviation(
    suite: Suite, folder: Path, *, mutant: str | None = MUTANT, row: str = ROW, expires: str
) -> SuiteRun:
    file = folder / "deviations.toml"
    file.write_text(
        f'[[deviation]]\nrequirement = "{row}"\nreason = "a word of the old gateway"\n'
        f'owner = "platform"\nexpires = {expires}\n'
    )
    about = ("--deviations", str(file))
    return suite.run(
        Job(
            "ocr-service",
            "1.3",
            str(folder / "run"),
            mutant=mutant,
            requirements=(ROW,),
            arguments=about,
        )
    )


def test_accepted_deviation_does_not_fail(suite: Suite, tmp_path: Path) -> None:
    run = _with_deviation(suite, tmp_path, expires="2999-01-01")
    assert run.exit_code == 0, run.output
    row = run.row(ROW)
    assert row.outcome == "violates"
    assert row.deviation is not None
    assert row.deviation.owner == "platform"


def test_expired_deviation_fails(suite: Suite, tmp_path: Path) -> None:
    run = _with_deviation(suite, tmp_path, expires="2020-01-01")
    assert run.exit_code == 1
    assert "expired on 2020-01-01" in run.output


def test_stale_deviation_fails(suite: Suite, tmp_path: Path) -> None:
    run = _with_deviation(suite, tmp_path, mutant=None, expires="2999-01-01")
    assert run.exit_code == 1
    assert "stale" in run.output


def test_deviation_from_nothing_known(suite: Suite, tmp_path: Path) -> None:
    run = _with_deviation(suite, tmp_path, row="OCR-HEALTH-700", expires="2999-01-01")
    assert (run.exit_code, run.result) == (2, None)
    assert "OCR-HEALTH-700" in run.output


def test_untested_musts_are_no_green_until_accepted(suite: Suite, tmp_path: Path) -> None:
    rows = ("OCR-INPUT-3", "OCR-INPUT-4")
    apart = {"fetches_from_us": False}
    about = Job(
        "ocr-service", "1.3", str(tmp_path / "a"), requirements=rows, check="test_by_url", settings=apart
    )  # fmt: skip
    run = suite.run(about)
    assert (run.exit_code, {run.row(row).outcome for row in rows}) == (5, {"untested"}), run.output
    assert "--public-url" in run.output


def test_accepted_gaps(suite: Suite, tmp_path: Path) -> None:
    apart = {"fetches_from_us": False}
    rows = ("OCR-INPUT-3", "OCR-INPUT-4", "OCR-ROOT-1")
    job = Job("ocr-service", "1.3", str(tmp_path / "a"), requirements=rows, settings=apart)
    assert suite.run(job).exit_code == 3
    accepted = ("--accept-untested", "OCR-INPUT-3", "--accept-untested", "OCR-INPUT-4")
    job = Job(
        "ocr-service", "1.3", str(tmp_path / "b"), requirements=rows, settings=apart, arguments=accepted
    )  # fmt: skip
    run = suite.run(job)
    assert run.exit_code == 0, run.output
    assert run.result is not None
    assert run.result.accepted_untested == ("OCR-INPUT-3", "OCR-INPUT-4")
