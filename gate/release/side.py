"""One of the two releases: where it is, or how it is started."""

from __future__ import annotations

import os
import tempfile
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING

import httpx

from gate.child_process import CommandError, free_port, running, wait_for_exit_or
from gate.start_measurement import StartPlan, measure_command
from reports.probes.measured import StartupResult, spread_of

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from gate.child_process import ChildProcess

START_WITHIN_S = 300.0
PAGE_WITHIN_S = 300.0


class SideFailed(Exception):
    """A release could not be brought up; the message says which and why."""


@dataclass(frozen=True, kw_only=True)
class SideOptions:
    """A release as the user names it: a URL that is up, or a command that starts it."""

    version: str
    url: str | None = None
    command: str | None = None
    key_env: str | None = None
    public_url: str | None = None
    log: Path | None = None


@dataclass(frozen=True)
class Side:
    """A release that is up."""

    options: SideOptions
    url: str
    images_url: str | None
    startup: StartupResult | None
    log: Path | None

    @property
    def version(self) -> str:
        """The release, as the user named it."""
        return self.options.version


@contextmanager
def brought_up(options: SideOptions, work: Path, *, starts: int) -> Iterator[Side]:
    """The release, up. A command is first started and stopped `starts` times to be measured.

    `{port}`, `{images}` and `{state}` in the command are filled in: a free port, the address from
    which the suite will serve images, and a directory that lasts from one start to the next.
    Raises SideFailed.
    """
    if options.command is None:
        yield Side(options, options.url or "", options.public_url, None, options.log)
        return
    with ExitStack() as stack:
        state = stack.enter_context(tempfile.TemporaryDirectory(prefix="gate-state-"))
        images = options.public_url or f"http://127.0.0.1:{free_port()}"
        command = options.command.replace("{images}", images).replace("{state}", state)
        log = work / f"{options.version}.log"
        output = stack.enter_context(log.open("a+b"))
        try:
            startup = _measured(options, command, starts, output)
            port = free_port()
            child = stack.enter_context(running(command, port, output))
        except CommandError as error:
            raise SideFailed(f"{options.version}: {error}") from None
        url = f"http://127.0.0.1:{port}"
        _wait(child, url, options)
        yield Side(options, url, images, startup, log)


def _measured(
    options: SideOptions, command: str, starts: int, output: object
) -> StartupResult | None:
    runs = []
    for _ in range(starts):
        port = free_port()
        plan = StartPlan(
            base_url=f"http://127.0.0.1:{port}",
            health_path="/health",
            headers=headers(options.key_env),
            start_within_s=START_WITHIN_S,
            page_within_s=PAGE_WITHIN_S,
            pages=True,
        )
        run = measure_command(command, port, plan, output)  # type: ignore[arg-type]  # a binary file
        if not run.started:
            tail = f": {run.output_tail[-1]}" if run.output_tail else ""
            raise SideFailed(f"{options.version} did not start: {run.failure}{tail}")
        runs.append(run)
    if not runs:
        return None
    return StartupResult(
        subject=options.command or "",
        health_path="/health",
        runs=tuple(runs),
        spread=spread_of(tuple(runs)),
    )


def _wait(child: ChildProcess, url: str, options: SideOptions) -> None:
    """Until /health answers 200, or the command has ended."""
    with httpx.Client(headers=headers(options.key_env), trust_env=False, timeout=5.0) as client:
        until = child.started_at + START_WITHIN_S
        while True:
            try:
                if client.get(url + "/health").status_code == httpx.codes.OK:
                    return
            except httpx.TransportError:
                pass  # not listening yet
            if not wait_for_exit_or(child, until):
                raise SideFailed(f"{options.version} did not answer /health at {url}")


def headers(key_env: str | None) -> dict[str, str]:
    """The authorization that this side wants."""
    return {"Authorization": f"Bearer {os.environ[key_env]}"} if key_env else {}
