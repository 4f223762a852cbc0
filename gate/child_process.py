"""A service started from a command line: its port, its output, and its end, whatever happens."""

from __future__ import annotations

import os
import shlex
import signal
import socket
import subprocess
import tempfile
import threading
import time
from contextlib import contextmanager, nullcontext
from typing import TYPE_CHECKING, BinaryIO

if TYPE_CHECKING:
    from collections.abc import Iterator
    from types import FrameType

PORT_PLACEHOLDER = "{port}"
STOP_WITHIN_S = 30.0
"""How long SIGTERM may take: Kubernetes' default grace."""
_TAIL_BYTES = 16 * 1024
_POLL_S = 0.02


class CommandError(Exception):
    """The command line cannot be run; the message says why, and the remedy."""


class ChildProcess:
    """A running command, the leader of its own process group. Make one with `running`."""

    def __init__(self, process: subprocess.Popen[bytes], output: BinaryIO) -> None:
        """Take over `process`, whose standard output and error go to the file `output`."""
        self._process = process
        self._output = output
        self.started_at = time.monotonic()

    @property
    def exit_code(self) -> int | None:
        """None while it runs; negative if a signal ended it."""
        return self._process.poll()

    def tail(self, lines: int = 10) -> tuple[str, ...]:
        """The last lines that it wrote."""
        size = os.fstat(self._output.fileno()).st_size
        kept = os.pread(self._output.fileno(), _TAIL_BYTES, max(0, size - _TAIL_BYTES))
        return tuple(kept.decode("utf-8", errors="replace").splitlines()[-lines:])

    def stop(self, within_s: float = STOP_WITHIN_S) -> float | None:
        """End the whole group: SIGTERM, then SIGKILL to whatever is left after `within_s`.

        Returns the seconds that SIGTERM took to work; None if it was over before, or had to be
        killed.
        """
        asked = time.monotonic()
        obeyed = self.exit_code is None
        if obeyed:
            self._signal_group(signal.SIGTERM)
            try:
                self._process.wait(within_s)
            except subprocess.TimeoutExpired:
                obeyed = False
        took = time.monotonic() - asked
        # Children of the command may have outlived it; they hold ports and GPUs.
        self._signal_group(signal.SIGKILL)
        self._process.wait()
        return round(took, 3) if obeyed else None

    def _signal_group(self, number: signal.Signals) -> None:
        try:
            os.killpg(self._process.pid, number)
        except ProcessLookupError:
            return


@contextmanager
def running(command: str, port: int, log: BinaryIO | None = None) -> Iterator[ChildProcess]:
    """Run `command`, `{port}` in it replaced by `port`; end it on the way out, also on Ctrl-C.

    What it prints is appended to `log`, where one is given.

    SIGTERM to this process counts as Ctrl-C while the child runs. Raises `CommandError` when the
    command cannot be run at all.
    """
    try:
        words = shlex.split(command.replace(PORT_PLACEHOLDER, str(port)))
    except ValueError as error:
        raise CommandError(f"the command is not a command line ({error}); quote it") from None
    if not words:
        raise CommandError("the command is empty; give the one that starts the service")
    with nullcontext(log) if log else tempfile.TemporaryFile() as output, interrupted_by_sigterm():
        try:
            process = subprocess.Popen(  # noqa: S603 - running the user's command is the point
                words,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )
        except OSError as error:
            raise CommandError(
                f"{words[0]}: cannot be run ({error.strerror}); give its full path"
            ) from None
        child = ChildProcess(process, output)
        try:
            yield child
        finally:
            child.stop()


def free_port() -> int:
    """A TCP port on loopback that nothing listens on now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def wait_for_exit_or(child: ChildProcess | None, until: float) -> bool:
    """Pause for a moment; False when `until` (monotonic) has come or the child is gone."""
    if time.monotonic() >= until or (child is not None and child.exit_code is not None):
        return False
    time.sleep(_POLL_S)
    return True


def is_taken(port: int) -> bool:
    """Whether something listens on this loopback port already."""
    with socket.socket() as probe:
        probe.settimeout(1.0)
        return probe.connect_ex(("127.0.0.1", port)) == 0


@contextmanager
def interrupted_by_sigterm() -> Iterator[None]:
    """SIGTERM to this process counts as Ctrl-C meanwhile."""
    if threading.current_thread() is not threading.main_thread():
        yield  # only the main thread may set handlers, and only it is interrupted
        return

    def interrupt(_number: int, _frame: FrameType | None) -> None:
        raise KeyboardInterrupt

    before = signal.signal(signal.SIGTERM, interrupt)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, before)
