"""An interrupted gate keeps what it has, and goes on with it, and with nothing else."""

from __future__ import annotations

import signal
import subprocess
import time
from typing import TYPE_CHECKING

import pytest
from releases import (
    CONTRACT,
    GATE_WITHIN_S,
    POLICY,
    environment,
    gate_arguments,
    run_gate,
    stored,
)

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = pytest.mark.alone


def test_sigterm_leaves_a_state_that_resumes(tmp_path: Path, kept: Path, ordinary: str) -> None:
    arguments = (*stored(tmp_path, kept), "--candidate-url", ordinary, "--seed", "5")
    process = subprocess.Popen(
        gate_arguments(tmp_path, *arguments, policy=POLICY),
        cwd=tmp_path, env=environment(), stderr=subprocess.PIPE, text=True,
    )  # fmt: skip
    journal = tmp_path / "reports/.gate/svc/1.0.8-vs-1.0.9"
    until = time.monotonic() + GATE_WITHIN_S
    while not (journal / "block-000-candidate.json").exists():
        assert process.poll() is None
        assert time.monotonic() < until
        time.sleep(0.02)
    process.send_signal(signal.SIGTERM)
    _, told = process.communicate(timeout=60)
    assert process.returncode == 3
    assert "go on with --resume" in told
    assert (journal / "block-000-candidate.json").is_file()

    changed = run_gate(
        tmp_path, *arguments, "--resume", policy=POLICY.replace("rate = 25", "rate = 26")
    )
    assert changed.code == 2
    assert "another policy" in changed.err

    resumed = run_gate(tmp_path, *arguments[:-2], "--resume", policy=POLICY)
    assert resumed.code == 0, resumed.err
    assert "seed 5; going on where the interrupted run ended" in resumed.err
    assert "conformance: kept from the interrupted run" in resumed.err
    assert "1 pairs of the interrupted run are kept" in resumed.err
    assert "pair 1:" not in resumed.err
    assert not journal.exists()


def test_without_an_interrupted_run_it_begins_anew(
    tmp_path: Path, kept: Path, ordinary: str
) -> None:
    run = run_gate(
        tmp_path, *stored(tmp_path, kept), "--candidate-url", ordinary, "--no-load", "--resume",
        policy=CONTRACT,
    )  # fmt: skip
    assert run.code == 0, run.err
    assert "there is nothing to resume: beginning anew" in run.err
