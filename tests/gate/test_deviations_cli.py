"""`inference-gate deviations new` as its user meets it."""

from __future__ import annotations

import sys
import tomllib
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from gate.deviations import deviations
from reports.conformance_result import encode

sys.path.insert(0, str(Path(__file__).parents[1] / "reports"))

from report_samples import conformance, finding, requirement


@pytest.fixture
def result_file(tmp_path: Path) -> Path:
    path = tmp_path / "conformance.json"
    violated = requirement("OCR-AUTH-2", "violates", findings=(finding(),))
    path.write_bytes(encode(conformance((requirement("OCR-HEALTH-1"), violated))))
    return path


def run(*arguments: str) -> Result:
    return CliRunner().invoke(deviations, ["new", *arguments])


def test_a_file_is_written_for_what_was_violated(result_file: Path, tmp_path: Path) -> None:
    out = tmp_path / "known.toml"
    outcome = run(
        str(result_file), "--owner", "ops", "--expires", "2099-01-31", "--reason", "so",
        "--out", str(out),
    )  # fmt: skip
    assert (outcome.exit_code, outcome.output) == (0, f"{out}: 1 entries\n")
    written = tomllib.loads(out.read_text())
    assert [one["requirement"] for one in written["deviation"]] == ["OCR-AUTH-2"]
    assert str(written["deviation"][0]["expires"]) == "2099-01-31"


def test_without_a_file_it_is_printed(result_file: Path) -> None:
    outcome = run(str(result_file), "--owner", "ops")
    assert outcome.exit_code == 0
    assert tomllib.loads(outcome.output)["deviation"][0]["owner"] == "ops"


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--owner", "ops", "--expires", "2001-01-01"], "2001-01-01 has passed"),
        (["--owner", " "], "--owner: say who answers"),
        ([], "Missing option '--owner'"),
    ],
)
def test_wrong_usage_is_said(result_file: Path, arguments: list[str], message: str) -> None:
    outcome = run(str(result_file), *arguments)
    assert outcome.exit_code == 2
    assert message in outcome.output


def test_a_file_that_exists_is_kept(result_file: Path) -> None:
    outcome = run(str(result_file), "--owner", "ops", "--out", str(result_file))
    assert outcome.exit_code == 2
    assert "exists: choose another name" in outcome.output
    assert result_file.read_bytes().startswith(b"{")


def test_what_is_no_result_is_said(tmp_path: Path) -> None:
    outcome = run(str(tmp_path / "nowhere.json"), "--owner", "ops")
    assert outcome.exit_code == 2
    assert "cannot be read" in outcome.output
    (tmp_path / "other.json").write_text("{}")
    outcome = run(str(tmp_path / "other.json"), "--owner", "ops")
    assert outcome.exit_code == 2
    assert "not a conformance result" in outcome.output
