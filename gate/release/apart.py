"""A step of the gate as a process of its own, which an interruption ends in good order."""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import tempfile
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

END_WITHIN_S = 20.0
"""How long an interrupted step may take to write down what it has."""


@dataclass(frozen=True)
class Finished:
    """How a step ended: its exit code, negative if a signal ended it, and what it printed."""

    exit_code: int
    output: str

    def tail(self, lines: int) -> list[str]:
        """The last lines that say anything."""
        return [line for line in self.output.splitlines() if line.strip()][-lines:]


def run_apart(arguments: Sequence[str], *, within_s: float | None = None) -> Finished:
    """Run a command to its end; on KeyboardInterrupt ask it to stop, then pass that on.

    It has a session of its own, so that Ctrl-C in a terminal reaches it through us alone.
    After `within_s` seconds it is killed.
    """
    with tempfile.TemporaryFile() as output:
        process = subprocess.Popen(  # noqa: S603 - our own suite and scenarios
            list(arguments),
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
        gave_up = ""
        try:
            process.wait(within_s)
        except KeyboardInterrupt:
            _ask_to_stop(process)
            raise
        except subprocess.TimeoutExpired:
            gave_up = f"\ngiven up after {within_s:g} s"
        finally:
            _kill(process)
        output.seek(0)
        text = output.read().decode("utf-8", errors="replace")
        return Finished(process.returncode, text + gave_up)


def _ask_to_stop(process: subprocess.Popen[bytes]) -> None:
    try:
        os.killpg(process.pid, signal.SIGTERM)
        process.wait(END_WITHIN_S)
    except (ProcessLookupError, subprocess.TimeoutExpired):
        return  # gone already, or killed next


def _kill(process: subprocess.Popen[bytes]) -> None:
    with contextlib.suppress(ProcessLookupError):  # the whole group has ended
        os.killpg(process.pid, signal.SIGKILL)
    process.wait()
