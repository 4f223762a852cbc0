"""Fake releases as processes, and the gate run against them as a user runs it."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import time
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import httpx
import msgspec

from gate.child_process import free_port
from reports.comparison.gate_record import GateRecord, decode_record

if TYPE_CHECKING:
    from collections.abc import Iterator

FAKE = Path(__file__).parent / "fake_release.py"
KEY = "k-for-loopback-only"
MODEL = "model-run-local-among"
CONTRACT = 'contracts = ["openai"]\ndepth = "quick"\n'
LOAD = """
[load]
scenario = "completion"
rate = 25
duration_s = 2
warmup_s = 0.2
options = { mix = "completion=1", max-lag-ms = "150" }

[trial]
min_pairs = 2
max_pairs = 6
invalid_retries = 12
rule_out_wrong_share = 0.1

[trial.margins]
latency_p50 = 0.15
goodput = 0.15
failure_share = 0.03
"""
POLICY = CONTRACT + LOAD
UP_WITHIN_S = 60.0
GATE_WITHIN_S = 300.0


def command(**planted: object) -> str:
    """The command line of a fake release, `{port}` to be filled in."""
    words = [sys.executable, str(FAKE), "{port}", f"key={KEY}"]
    return " ".join([*words, *(f"{name}={value}" for name, value in planted.items())])


@contextmanager
def serving(**planted: object) -> Iterator[str]:
    """A fake release that is up: its URL."""
    port = free_port()
    process = subprocess.Popen(command(**planted).replace("{port}", str(port)).split())
    url = f"http://127.0.0.1:{port}"
    try:
        until = time.monotonic() + UP_WITHIN_S
        while not answers(url):
            assert process.poll() is None, "the fake release ended"
            assert time.monotonic() < until, "the fake release did not come up"
        yield url
    finally:
        process.kill()
        process.wait()


def answers(url: str) -> bool:
    """Whether anything answers there; pauses for a moment if not."""
    try:
        httpx.get(f"{url}/health", timeout=2.0, trust_env=False)
    except httpx.TransportError:
        time.sleep(0.05)
        return False
    return True


@dataclass(frozen=True)
class GateRun:
    """What the user sees: the exit code, the terminal, the reports."""

    code: int
    out: str
    err: str
    reports: Path

    @property
    def record(self) -> GateRecord:
        """The decision as it is published."""
        (file,) = self.reports.glob("svc/*-vs-*.json")
        return decode_record(file.read_bytes(), str(file))

    @property
    def report(self) -> str:
        """The comparison as a reader sees it."""
        (file,) = (f for f in self.reports.glob("svc/*-vs-*.md") if ".ru." not in f.name)
        return file.read_text()


def gate_arguments(folder: Path, *arguments: str, policy: str | None = None) -> list[str]:
    """`inference-gate release` with the tests' service, key and policy."""
    words = [sys.executable, "-m", "gate", "release", "--reports-dir", str(folder / "reports")]
    words += ["--service-name", "svc", "--api-key-env", "GATE_TEST_KEY"]
    if policy is not None:
        (folder / "gate.toml").write_text(policy)
        words += ["--policy", str(folder / "gate.toml")]
    return [*words, *arguments]


def environment(**more: str) -> dict[str, str]:
    """As here, with the key and without a CI system's variables."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("GITHUB_")}
    return {**kept, "GATE_TEST_KEY": KEY, **more}


def run_gate(folder: Path, *arguments: str, policy: str | None = None, **more: str) -> GateRun:
    """Run it to its end."""
    done = subprocess.run(
        gate_arguments(folder, *arguments, policy=policy),
        cwd=folder,
        env=environment(**more),
        capture_output=True,
        text=True,
        timeout=GATE_WITHIN_S,
        check=False,
    )
    return GateRun(done.returncode, done.stdout, done.stderr, folder / "reports")


def stored(folder: Path, reports: Path) -> tuple[str, ...]:
    """Arguments that name a stored baseline; the reports lie in the test's own folder."""
    shutil.copytree(reports, folder / "reports")
    return ("--baseline", str(folder / "reports/svc/1.0.8"), "--candidate-version", "1.0.9")


def judged(record: GateRecord) -> dict[str, str]:
    """The verdict of each metric of the trial."""
    assert record.trial is not None, msgspec.json.encode(record)
    return {one.metric: one.verdict for one in record.trial.metrics}
