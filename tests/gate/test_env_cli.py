"""`inference-gate env` as its user meets it: sources, exit codes, and no value anywhere."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest
from click.testing import CliRunner, Result

from gate.environment import env

if TYPE_CHECKING:
    from pathlib import Path


def run(*arguments: str, variables: dict[str, str] | None = None) -> Result:
    return CliRunner().invoke(env, list(arguments), env=variables)


@pytest.fixture
def three_of_four(tmp_path: Path) -> Path:
    path = tmp_path / "three.env"
    path.write_text(
        "CLOUDRU_S3_ENDPOINT=https://s3.example.test\n"
        "CLOUDRU_S3_BUCKET=pages-of-nobody\nCLOUDRU_S3_SECRET_KEY=planted-secret\n"
    )
    return path


def test_three_of_four_fail_and_the_missing_one_is_named(three_of_four: Path) -> None:
    outcome = run("--release", "1.3.6", "--file", str(three_of_four))
    assert outcome.exit_code == 1
    assert "S3 storage is incomplete: CLOUDRU_S3_ACCESS_KEY not set" in outcome.output
    assert "planted-secret" not in outcome.output
    assert "pages-of-nobody" not in outcome.output


def test_the_process_is_read_when_no_source_is_named() -> None:
    outcome = run("--release", "1.3.6", variables={"CLOUDRU_S3_BUCKET": "pages-of-nobody"})
    assert outcome.exit_code == 1
    assert "the process environment" in outcome.output
    assert "CLOUDRU_S3_BUCKET" in outcome.output


def test_json_has_a_reading_per_source(three_of_four: Path, tmp_path: Path) -> None:
    manifest = tmp_path / "pod.yaml"
    manifest.write_text("kind: Pod\nmetadata: {name: ocr}\nspec: {containers: [{name: service}]}\n")
    outcome = run(
        "--release", "1.0.8", "--file", str(three_of_four), "--manifest", str(manifest), "--json"
    )
    assert outcome.exit_code == 1
    sources = [reading["source"] for reading in json.loads(outcome.stdout)["readings"]]
    assert sources == ["three.env", "Pod/ocr/service"]


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ([], "--release"),
        (["--release", "newest"], "write it like 1.3.6"),
        (["--release", "1.3.6", "--file", "nowhere.env"], "nowhere.env: cannot be read"),
        (["--release", "1.3.6", "--manifest", "nowhere.yaml"], "nowhere.yaml: cannot be read"),
        (["--release", "1.3.6", "--container", "a"], "--container needs --manifest"),
    ],
)
def test_wrong_usage_is_one_clear_line(arguments: list[str], message: str) -> None:
    outcome = run(*arguments)
    assert outcome.exit_code == 2
    assert message in outcome.output


def test_the_help_keeps_its_lines_apart() -> None:
    assert "\n    0   fine\n    1   something is wrong" in run("--help").output
