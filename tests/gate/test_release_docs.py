"""The pages about the gate say what it does: followed literally, and field by field."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import msgspec
import pytest
from releases import KEY, environment

from gate.release.suite import checkout
from reports.trials.policy import LoadPolicy, Policy, TrialPolicy, read_policy

pytestmark = pytest.mark.alone

DOCS = checkout() / "docs"
_BLOCK = re.compile(r"^```(\w+)\n(.*?)^```$", re.MULTILINE | re.DOTALL)


def blocks(page: str) -> list[tuple[str, str]]:
    return [(found[1], found[2]) for found in _BLOCK.finditer((DOCS / page).read_text())]


def test_every_field_of_the_policy_is_documented_with_its_default() -> None:
    rows = re.findall(
        r"^\| `([a-z_.]+)` \| (.*?) \|", (DOCS / "release-gate.md").read_text(), re.MULTILINE
    )
    fields = {
        prefix + field.name
        for prefix, model in (("", Policy), ("load.", LoadPolicy), ("trial.", TrialPolicy))
        for field in msgspec.structs.fields(model)
    } - {"load", "trial"}
    assert {name for name, _ in rows} == fields
    policy = msgspec.to_builtins(Policy(), str_keys=True)
    for name, said in rows:
        value = policy
        for part in name.split("."):
            value = value[part]
        if isinstance(value, int | float | str) and not isinstance(value, bool):
            assert said.strip('`"') == f"{value:g}" if not isinstance(value, str) else value, name


def test_the_default_margins_in_the_page_are_the_defaults() -> None:
    (margins,) = [text for kind, text in blocks("release-gate.md") if kind == "toml"]
    assert read_policy(margins, "page").trial.margins == TrialPolicy().margins


def test_the_main_jobs_policy_can_be_read() -> None:
    file = DOCS / "gate.toml"
    assert read_policy(file.read_text(), str(file)).contracts == ("ocr-service",)


def test_gate_your_service_followed_literally(tmp_path: Path, ordinary: str) -> None:
    """Only the reader's own addresses and key are put in; the installation is there already."""
    for kind, text in blocks("gate-your-service.md"):
        if kind == "toml":
            name = text.partition("\n")[0].removeprefix("# ")
            (tmp_path / name).write_text(text)
    for name in ("conformance", "load"):
        (tmp_path / name).symlink_to(checkout() / name)
    tools = str(Path(sys.executable).parent)
    variables = environment(PATH=f"{tools}{os.pathsep}{os.environ['PATH']}")
    variables |= {"BASELINE_URL": ordinary, "CANDIDATE_URL": ordinary, "API_KEY": KEY}
    ran = []
    for kind, text in blocks("gate-your-service.md"):
        if kind != "sh" or text.startswith(("pip install", "export ")):
            continue
        done = subprocess.run(
            ["bash", "-e", "-c", text],
            cwd=tmp_path, env=variables, capture_output=True, text=True, timeout=300, check=False,
        )  # fmt: skip
        assert done.returncode == 0, f"{text}\n{done.stdout}\n{done.stderr}"
        ran.append(done.stdout)
    assert len(ran) == 5
    assert "**✅ PASS**" in ran[-1]
    assert shutil.which("inference-gate", path=variables["PATH"])
