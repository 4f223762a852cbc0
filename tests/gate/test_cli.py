"""The front door: every command is there and explains itself, and every ending has its code."""

from __future__ import annotations

import subprocess
import sys
from importlib.metadata import version

import click
import pytest
from click.testing import CliRunner

from gate import cli
from reports.verdict import ExitCode

OTHERS_HELP = frozenset({"serve"})
"""Its arguments go to the bundled server as they are, --help too."""


def test_help_lists_every_command_with_what_it_is_for() -> None:
    shown = CliRunner().invoke(cli.cli, ["--help"]).output
    for name, (_, about) in cli.COMMANDS.items():
        assert name in shown
        assert about.split(",")[0][:30] in " ".join(shown.split())


@pytest.mark.parametrize("name", sorted(set(cli.COMMANDS) - OTHERS_HELP))
def test_every_command_has_help(name: str) -> None:
    done = CliRunner().invoke(cli.cli, [name, "--help"])
    assert done.exit_code == 0, done.output
    assert "Usage: " in done.output


def test_serve_passes_help_on_to_the_server() -> None:
    done = subprocess.run(
        [sys.executable, "-m", "gate", "serve", "--help"],
        capture_output=True, text=True, timeout=60, check=False,
    )  # fmt: skip
    assert done.returncode == 0
    assert "--release" in done.stdout


def test_version() -> None:
    done = CliRunner().invoke(cli.cli, ["--version"])
    assert version("inference-gate") in done.output


@pytest.mark.parametrize(
    ("raised", "code"),
    [
        (click.UsageError("no"), ExitCode.USAGE),
        (click.ClickException("no"), ExitCode.USAGE),
        (KeyboardInterrupt(), ExitCode.INCONCLUSIVE),
        (click.Abort(), ExitCode.INCONCLUSIVE),
        (RuntimeError("ours"), ExitCode.HARNESS_ERROR),
        (SystemExit(5), ExitCode.NOTHING_TESTED),
    ],
)
def test_every_ending_has_its_exit_code(
    monkeypatch: pytest.MonkeyPatch, raised: BaseException, code: ExitCode
) -> None:
    @click.command()
    def ends() -> None:
        raise raised

    monkeypatch.setattr(cli, "cli", ends)
    monkeypatch.setattr(sys, "argv", ["inference-gate"])
    with pytest.raises(SystemExit) as ended:
        cli.main()
    assert ended.value.code == code


def test_a_command_that_ends_well_exits_with_0(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "argv", ["inference-gate", "--version"])
    with pytest.raises(SystemExit) as ended:
        cli.main()
    assert ended.value.code == 0


def test_an_unknown_command_is_wrong_usage() -> None:
    done = subprocess.run(
        [sys.executable, "-m", "gate", "relase"],
        capture_output=True, text=True, timeout=60, check=False,
    )  # fmt: skip
    assert done.returncode == ExitCode.USAGE
    assert "relase" in done.stderr
