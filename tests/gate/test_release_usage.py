"""What cannot be meant is one clear line that names it, and exit code 2, before anything runs."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

import pytest
from click.testing import CliRunner

from gate.release.command import release
from reports.trials.policy import SCENARIOS, PolicyError, read_policy
from reports.verdict import ExitCode

if TYPE_CHECKING:
    from pathlib import Path

URLS = ("--candidate-url", "http://127.0.0.1:1", "--baseline-url", "http://127.0.0.1:1")
VERSIONS = ("--candidate-version", "1.0.9", "--baseline-version", "1.0.8")


def usage(folder: Path, *arguments: str, policy: str | None = None) -> str:
    """The error of a command line that exits with 2."""
    words = ["--reports-dir", str(folder / "reports"), *arguments]
    if policy is not None:
        (folder / "gate.toml").write_text(policy)
        words += ["--policy", str(folder / "gate.toml")]
    done = CliRunner().invoke(release, words)
    assert done.exit_code == ExitCode.USAGE, done.output
    line = done.stderr.strip().splitlines()[-1]
    assert line.startswith("Error: ")
    assert not (folder / "reports").exists()
    return line


@pytest.mark.parametrize(
    ("arguments", "named"),
    [
        (("--candidate-url", "htp://host", *URLS[2:], *VERSIONS), "--candidate-url: 'htp://host'"),
        (("--candidate-url", "http://u:p@h/", *URLS[2:], *VERSIONS), "carries credentials"),
        ((*URLS, "--candidate-version", "1.0.8", "--baseline-version", "1.0.8"), "both 1.0.8"),
        ((*URLS, "--candidate-version", "1.0.9"), "--baseline-version is missing"),
        ((*URLS[:2], *VERSIONS), "--baseline-url or --baseline-cmd, or a stored --baseline"),
        (("--candidate-cmd", "serve", *URLS, *VERSIONS), "either --candidate-url or"),
        (("--candidate-cmd", "serve", *URLS[2:], *VERSIONS), "put {port}"),
        ((*URLS, *VERSIONS, "--api-key-env", "NOT_SET_ANYWHERE"), "NOT_SET_ANYWHERE is not set"),
        ((*URLS[:2], *VERSIONS[:2], "--baseline", "nowhere"), "--baseline: nowhere is no folder"),
        ((*URLS, *VERSIONS, "--baseline", "x"), "leave out --baseline-url"),
        ((*URLS, "--candidate-version", "../up", *VERSIONS[2:]), "--candidate-version: version"),
        ((*URLS, *VERSIONS, "--service-name", ""), "--service-name: service"),
        ((*URLS, *VERSIONS, "--policy", "nowhere.toml"), "cannot read nowhere.toml"),
    ],
)
def test_wrong_options(tmp_path: Path, arguments: tuple[str, ...], named: str) -> None:
    assert named in usage(tmp_path, *arguments)


@pytest.mark.parametrize(
    ("policy", "named"),
    [
        ('contracts = ["orc-service"]', "contracts: 'orc-service' is not known: use "),
        ('editions = ["9.9"]', "editions: '9.9'"),
        ('accept_untested = ["OCR-NO-1"]', "accept_untested: there is no requirement 'OCR-NO-1'"),
        ('deviations = "gone.toml"', "deviations: there is no file"),
        ('load = { slo = "gone.toml" }', "load.slo: there is no file"),
        ('load = { scenario = "orc" }', "$.load.scenario`: use ocr, "),
        ('load = { options = { rate = "3" } }', "load.options.rate: the gate sets --rate itself"),
        ("trial = { margins = { latency_p59 = 0.1 } }", "trial.margins`: use latency_p50, "),
        ("raet = 3", "unknown field `raet`"),
        ("load = { raet = 3 }", "unknown field `raet` - at `$.load`"),
        ('load = { scenario = "completion_grpc" }', "grpc-target is missing"),
    ],
)
def test_a_wrong_policy_is_named_with_file_and_field(
    tmp_path: Path, policy: str, named: str
) -> None:
    line = usage(tmp_path, *URLS, *VERSIONS, policy=policy)
    assert named in line
    if "grpc-target" not in named:
        assert "gate.toml: " in line


def test_a_wrong_deviations_file_is_named(tmp_path: Path) -> None:
    (tmp_path / "d.toml").write_text('[[deviation]]\nrequirement = "OCR-X-1"\nreason = "r"\n')
    line = usage(tmp_path, *URLS, *VERSIONS, policy='deviations = "d.toml"')
    assert "d.toml: " in line


def test_reports_that_cannot_be_made_there(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    done = CliRunner().invoke(
        release, [*URLS, *VERSIONS, "--reports-dir", str(tmp_path / "file/reports")]
    )
    assert done.exit_code == ExitCode.USAGE
    assert "--reports-dir: cannot write to" in done.stderr


def test_a_command_that_ends_at_once_shows_its_last_line(tmp_path: Path) -> None:
    ending = f"{sys.executable} -c \"print('first'); raise SystemExit('no such model {{port}}')\""
    done = CliRunner().invoke(
        release,
        [
            "--candidate-cmd",
            ending,
            "--baseline-cmd",
            ending,
            *VERSIONS,
            "--reports-dir",
            str(tmp_path / "reports"),
        ],
    )
    assert done.exit_code == ExitCode.UNREACHABLE
    line = done.stderr.strip().splitlines()[-1]
    assert "1.0.8 did not start: the command ended with code 1" in line
    assert "no such model" in line


def test_nothing_that_listens_is_unreachable(tmp_path: Path) -> None:
    done = CliRunner().invoke(
        release, [*URLS, *VERSIONS, "--reports-dir", str(tmp_path / "reports")]
    )
    assert done.exit_code == ExitCode.UNREACHABLE, done.output
    assert "1.0.8 does not answer" in done.output
    assert "INVALID · 1.0.8 → 1.0.9" in done.output


def test_every_scenario_of_a_policy_is_a_file_that_locust_can_run() -> None:
    from gate.release.suite import checkout

    with_operations = {
        file.stem
        for file in (checkout() / "load").glob("*.py")
        if "def operations(cls" in file.read_text() and file.stem != "scenario"
    }
    assert with_operations == set(SCENARIOS)


def test_two_faults_are_told_one_at_a_time() -> None:
    with pytest.raises(PolicyError) as caught:
        read_policy('contracts = ["a"]\neditions = ["b"]', "gate.toml")
    assert "\n" not in str(caught.value)
