"""One block of load against one side: a Locust run as a process of its own."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

from gate.release.apart import run_apart
from gate.release.suite import checkout
from reports.load_result import decode

if TYPE_CHECKING:
    from pathlib import Path

    from gate.release.side import Side
    from reports.load_result import LoadResult
    from reports.trials.policy import LoadPolicy

_SLACK_S = 240.0
"""Beyond its own length: start, warm-up and the wait for the last answers."""
RESERVED = frozenset(
    {"host", "arrivals", "rate", "duration", "warmup", "seed", "result", "api-key-env", "slo"}
)
"""Options that the gate sets itself, so that no policy may."""


class LoadFailed(Exception):
    """A load run left no result; the message holds the last lines that it printed."""

    def __init__(self, message: str, exit_code: int) -> None:
        super().__init__(message)
        self.exit_code = exit_code


def run_block(side: Side, policy: LoadPolicy, *, seed: int, result: Path) -> LoadResult:
    """Load one side once; the result is kept in the file `result`. Raises LoadFailed."""
    arguments = [
        sys.executable, "-m", "locust", "-f", str(checkout() / "load" / f"{policy.scenario}.py"),
        "--only-summary", "--host", side.load_host(policy), "--arrivals", policy.arrivals,
        "--rate", f"{policy.rate:g}", "--duration", f"{policy.duration_s:g}",
        "--warmup", f"{policy.warmup_s:g}", "--seed", str(seed), "--result", str(result),
    ]  # fmt: skip
    if side.options.key_env:
        arguments += ["--api-key-env", side.options.key_env]
    if policy.slo:
        arguments += ["--slo", policy.slo]
    arguments += [word for name, value in policy.options.items() for word in (f"--{name}", value)]
    done = run_apart(arguments, within_s=policy.duration_s + policy.warmup_s + _SLACK_S)
    if not result.is_file():
        tail = " / ".join(done.tail(3))
        raise LoadFailed(f"load on {side.version}: exit {done.exit_code}: {tail}", done.exit_code)
    return decode(result.read_bytes(), str(result))
