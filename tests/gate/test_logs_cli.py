"""`inference-gate logs` as its user meets it: output, exit codes, standard input."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest
from click.testing import CliRunner, Result

from gate.logs import logs

if TYPE_CHECKING:
    from pathlib import Path

HEALTHY = (
    "2025-12-05T09:20:56Z Starting FastAPI handler on port 8081...\n"
    "2025-12-05T09:20:58Z Application startup complete.\n"
)
BROKEN = HEALTHY + "2025-12-05T09:21:00Z RuntimeError: CUDA out of memory. Tried to allocate\n"


@pytest.fixture
def healthy(tmp_path: Path) -> Path:
    path = tmp_path / "healthy.log"
    path.write_text(HEALTHY)
    return path


def run(*arguments: str, stdin: str | None = None) -> Result:
    return CliRunner().invoke(logs, list(arguments), input=stdin)


def test_a_healthy_log_passes_and_says_how_long_the_start_took(healthy: Path) -> None:
    outcome = run(str(healthy))
    assert outcome.exit_code == 0
    assert "2.0 s" in outcome.output
    assert "vLLM problems none" in outcome.output
    assert "\x1b" not in outcome.output


def test_a_critical_error_fails_and_says_what_to_do() -> None:
    outcome = run("-", stdin=BROKEN)
    assert outcome.exit_code == 1
    assert "CRITICAL" in outcome.output
    assert "The GPU has no memory left." in outcome.output


def test_json_is_one_document_with_a_reading_per_file(healthy: Path) -> None:
    outcome = run(str(healthy), "-", "--json", stdin=BROKEN)
    assert outcome.exit_code == 1
    document = json.loads(outcome.output)
    assert [reading["name"] for reading in document["readings"]] == [
        "healthy.log",
        "standard input",
    ]
    assert document["critical"] == 1


def test_a_file_that_is_not_there_is_a_usage_error() -> None:
    outcome = run("nowhere.log")
    assert outcome.exit_code == 2
    assert "nowhere.log: cannot be read (No such file or directory)" in outcome.output


def test_nothing_recognised_is_not_a_pass(tmp_path: Path, healthy: Path) -> None:
    letter = tmp_path / "letter.txt"
    letter.write_text("Dear Sir,\n")
    outcome = run(str(healthy), str(letter))
    assert outcome.exit_code == 5
    assert "nothing here looks like a service's log" in outcome.output


def test_a_wrong_rules_file_is_a_usage_error_with_its_line(tmp_path: Path, healthy: Path) -> None:
    rules = tmp_path / "rules.yaml"
    rules.write_text("rules:\n  - id: a\n    contains: b\n    colour: red\n")
    outcome = run(str(healthy), "--rules", str(rules))
    assert outcome.exit_code == 2
    assert "rules.yaml:2" in outcome.output


def test_markup_in_a_log_line_is_shown_as_it_is() -> None:
    outcome = run("-", stdin="ERROR: [bold]not markup[/bold] [/nor this]\n")
    assert "[bold]not markup[/bold] [/nor this]" in outcome.output
