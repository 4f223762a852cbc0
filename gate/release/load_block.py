"""One block of load against one side: a Locust run as a process of its own."""

from __future__ import annotations

import subprocess
import sys
from typing import TYPE_CHECKING

from gate.release.suite import checkout
from reports.load_result import decode

if TYPE_CHECKING:
    from pathlib import Path

    from gate.release.side import Side
    from reports.load_result import LoadResult
    from reports.trials.policy import LoadPolicy

UNREACHABLE = 6
_SLACK_S = 240.0


class LoadFailed(Exception):
    """A load run left no result; the message holds the last lines that it printed."""

    def __init__(self, message: str, exit_code: int) -> None:
        super().__init__(message)
        self.exit_code = exit_code


def run_block(side: Side, policy: LoadPolicy, *, seed: int, result: Path) -> LoadResult:
    """Load one side once. Raises LoadFailed."""
    arguments = [
        sys.executable, "-m", "locust", "-f", str(checkout() / "load" / f"{policy.scenario}.py"),
        "--host", side.url, "--arrivals", policy.arrivals, "--rate", f"{policy.rate:g}",
        "--duration", f"{policy.duration_s:g}", "--warmup", f"{policy.warmup_s:g}",
        "--seed", str(seed), "--result", str(result),
    ]  # fmt: skip
    if side.options.key_env:
        arguments += ["--api-key-env", side.options.key_env]
    if policy.slo:
        arguments += ["--slo", policy.slo]
    done = subprocess.run(  # noqa: S603 - our own scenario
        arguments,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
        timeout=policy.duration_s + policy.warmup_s + _SLACK_S,
    )
    if not result.is_file():
        tail = " / ".join(done.stdout.strip().splitlines()[-3:])
        raise LoadFailed(f"load on {side.version}: exit {done.returncode}: {tail}", done.returncode)
    return decode(result.read_bytes(), str(result))
