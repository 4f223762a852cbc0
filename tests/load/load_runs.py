"""How the tests start a scenario: as a user does, with the locust command."""

from __future__ import annotations

import os
import socket
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from reports.load_result import LoadResult, OperationResult

ROOT = Path(__file__).parents[2]
PLANTED = Path(__file__).parent / "planted_scenario.py"
NOISE = {"cpu", "event_loop", "schedule_lag"}


@dataclass(frozen=True)
class Run:
    """What the user sees: the exit code, the terminal, and load.json if it was written."""

    code: int
    out: str
    result: LoadResult | None

    def ended(self, code: int) -> bool:
        """Whether it ended with this code, or the machine was too busy for anything to be said.

        What makes a run invalid has tests of its own; the others are about what was counted.
        """
        if self.code != 4 or self.result is None:
            return self.code == code
        return {row.rule for row in self.result.findings if row.decides == "INVALID"} <= NOISE

    @property
    def load(self) -> LoadResult:
        assert self.result is not None, self.out
        return self.result

    def operation(self, name: str = "ask") -> OperationResult:
        row = self.load.operation(name)
        assert row is not None, self.out
        return row


def environment(**extra: str) -> dict[str, str]:
    path = os.pathsep.join(filter(None, [str(ROOT), os.environ.get("PYTHONPATH")]))
    return {**os.environ, "PYTHONPATH": path, **extra}


def command(*options: str, scenario: Path = PLANTED) -> list[str]:
    return [sys.executable, "-m", "locust", "-f", str(scenario), "--only-summary", *options]


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def workers(count: int) -> list[str]:
    """Options for this many worker processes, on a port that no other test uses."""
    port = str(free_port())
    return ["--processes", str(count), "--master-bind-port", port, "--master-port", port]


LENIENT = ("--max-lag-ms", "200")
"""A busy test machine delays the generator; these tests look at what else it says."""
