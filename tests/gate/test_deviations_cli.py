"""`inference-gate deviations` says what is accepted, for how long, and what is wrong with a file."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING

import pytest
from click.testing import CliRunner

from gate.deviations import deviations

if TYPE_CHECKING:
    from pathlib import Path

TODAY = dt.datetime.now(dt.UTC).date()


def file(folder: Path, *, expires: dt.date, requirement: str = "OCR-HEALTH-1") -> str:
    path = folder / "deviations.toml"
    path.write_text(
        f'[[deviation]]\nrequirement = "{requirement}"\nreason = "known"\nowner = "them"\n'
        f"expires = {expires.isoformat()}\n"
    )
    return str(path)


@pytest.mark.parametrize(
    ("days", "within", "code", "said"),
    [
        (30, "0", 0, "30 days left"),
        (0, "0", 0, "0 days left"),
        (-1, "0", 1, "expired on"),
        (10, "14", 1, "10 days left"),
    ],
)
def test_what_holds_and_for_how_long(
    tmp_path: Path, days: int, within: str, code: int, said: str
) -> None:
    name = file(tmp_path, expires=TODAY + dt.timedelta(days))
    done = CliRunner().invoke(deviations, [name, "--within", within])
    assert done.exit_code == code, done.output
    assert said in done.output
    assert "OCR-HEALTH-1" in done.output


def test_a_requirement_that_there_is_not(tmp_path: Path) -> None:
    name = file(tmp_path, expires=TODAY, requirement="OCR-NO-1")
    done = CliRunner().invoke(deviations, [name])
    assert done.exit_code == 2
    assert "OCR-NO-1" in done.output


def test_a_file_that_is_not_there(tmp_path: Path) -> None:
    done = CliRunner().invoke(deviations, [str(tmp_path / "gone.toml")])
    assert done.exit_code == 2
    assert "gone.toml" in done.output
