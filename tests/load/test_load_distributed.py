"""Several workers are one generator, and a lost one is not smoothed over."""

from __future__ import annotations

import os
import signal
import subprocess
import time
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import psutil
import pytest
from load_runs import LENIENT, command, environment, free_port, workers
from planted import fixed, serving

from reports.load_result import decode

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = pytest.mark.alone

Load = Callable[..., Any]
PLAN = ("--arrivals", "poisson", "--rate", "60", "--duration", "3", "--warmup", "0.5")
MIX = ("--mix", "ask=2,other=1", "--seed", "7")


def totals(run: Any) -> dict[str, Any]:
    """Everything that does not depend on how long an answer took."""
    return {
        row.operation: (
            row.scheduled,
            row.sent,
            row.tokens,
            row.sent_bytes,
            row.received_bytes,
            {one.outcome: (one.kind, one.count, one.latency.count) for one in row.outcomes},
        )
        for row in run.load.operations
    }


def test_two_workers_count_what_one_counts(run_load: Load) -> None:
    with serving(fixed(0.01)) as target:
        one = run_load("--host", target.url, *PLAN, *MIX, *LENIENT)
        sent_by_one = sorted(row.body["code"] for row in target.exchanges)
        target.exchanges.clear()
        two = run_load("--host", target.url, *PLAN, *MIX, *LENIENT, *workers(2))
        sent_by_two = sorted(row.body["code"] for row in target.exchanges)
    assert one.ended(0), one.out
    assert two.ended(0), two.out
    assert sent_by_one == sent_by_two
    assert totals(one) == totals(two)
    assert one.load.series.scheduled == two.load.series.scheduled
    assert [row.state for row in two.load.generator.workers] == ["finished"] * 2
    assert all(row.sent > 50 for row in two.load.generator.workers)


def test_a_worker_that_is_killed_makes_the_run_invalid(tmp_path: Path) -> None:
    file = tmp_path / "load.json"
    options = ["--arrivals", "constant", "--rate", "30", "--duration", "6", *LENIENT, *workers(2)]
    with serving(fixed(0.01)) as target:
        run = subprocess.Popen(
            command("--host", target.url, *options, "--result", str(file)),
            cwd=tmp_path,
            env=environment(),
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        try:
            deadline = time.monotonic() + 30
            while len(target.exchanges) < 30 and time.monotonic() < deadline:
                time.sleep(0.05)
            victim = psutil.Process(run.pid).children()[0]
            os.kill(victim.pid, signal.SIGKILL)
            code = run.wait(timeout=60)
        finally:
            run.kill()
    result = decode(file.read_bytes())
    assert code == result.exit_code == 4
    assert result.verdict == "INVALID"
    assert {row.rule for row in result.findings} >= {"worker_lost", "rate"}
    assert sorted(row.state for row in result.generator.workers) == ["finished", "lost"]


def test_an_interrupted_run_says_so(tmp_path: Path) -> None:
    file = tmp_path / "load.json"
    options = ["--arrivals", "constant", "--rate", "30", "--duration", "60", *LENIENT]
    with serving(fixed(0.01)) as target:
        run = subprocess.Popen(
            command("--host", target.url, *options, "--result", str(file)),
            cwd=tmp_path,
            env=environment(),
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        try:
            deadline = time.monotonic() + 30
            while len(target.exchanges) < 30 and time.monotonic() < deadline:
                time.sleep(0.05)
            run.send_signal(signal.SIGINT)
            code = run.wait(timeout=30)
        finally:
            run.kill()
    result = decode(file.read_bytes())
    assert code == result.exit_code == 4
    assert "interrupted" in {row.rule for row in result.findings}
    assert result.operations[0].success >= 29


def standalone(folder: Path, port: int, *keys: str) -> list[subprocess.Popen[str]]:
    """Workers that were told nothing but where the master is; each with its own API key."""
    return [
        subprocess.Popen(
            command("--worker", "--master-port", str(port)),
            cwd=folder,
            env=environment(**({"PLANTED_KEY": key} if key else {})),
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            text=True,
        )
        for key in keys
    ]


def master(target: str, port: int) -> list[str]:
    return [
        "--host", target, "--master", "--master-bind-port", str(port), "--expect-workers", "2",
        "--expect-workers-max-wait", "30", "--arrivals", "constant", "--rate", "20",
        "--duration", "2", "--api-key-env", "PLANTED_KEY", *LENIENT,
    ]  # fmt: skip


def test_standalone_workers_follow_the_masters_options(run_load: Load, tmp_path: Path) -> None:
    port = free_port()
    with serving(fixed(0.01)) as target:
        started = standalone(tmp_path, port, "one", "two")
        try:
            run = run_load(*master(target.url, port), PLANTED_KEY="masters")
        finally:
            for worker in started:
                worker.kill()
    assert run.ended(0), run.out
    assert run.operation().success == 40 == len(target.exchanges)
    sent_with = [row.headers["authorization"] for row in target.exchanges]
    assert (sent_with.count("Bearer one"), sent_with.count("Bearer two")) == (20, 20)


def test_a_worker_without_the_key_ends_the_run_at_once(run_load: Load, tmp_path: Path) -> None:
    port = free_port()
    with serving(fixed(0.01)) as target:
        started = standalone(tmp_path, port, "one", "")
        try:
            run = run_load(*master(target.url, port), PLANTED_KEY="masters")
        finally:
            for worker in started:
                worker.kill()
    assert run.code == 2, run.out
    assert "PLANTED_KEY, which is not set" in run.out
    assert run.result is None
    assert target.exchanges == []
