"""Runs a scenario to its end, from another directory."""

from __future__ import annotations

import subprocess
from typing import TYPE_CHECKING

import pytest
from load_runs import PLANTED, Run, command, environment

from reports.load_result import decode

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

TIME_LIMIT_S = 90


@pytest.fixture
def run_load(tmp_path: Path) -> Callable[..., Run]:
    def run(*options: str, scenario: Path = PLANTED, **extra: str) -> Run:
        file = tmp_path / "load.json"
        done = subprocess.run(
            command(*options, "--result", str(file), scenario=scenario),
            cwd=tmp_path,
            env=environment(**extra),
            capture_output=True,
            text=True,
            timeout=TIME_LIMIT_S,
            check=False,
        )
        result = decode(file.read_bytes()) if file.exists() else None
        return Run(done.returncode, done.stdout + done.stderr, result)

    return run
