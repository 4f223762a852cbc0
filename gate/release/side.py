"""One of the two releases: where it is, or how it is started."""

from __future__ import annotations

import tempfile
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, BinaryIO

import httpx

from gate.child_process import CommandError, free_port, running, wait_for_exit_or
from gate.release.errors import CannotJudge
from gate.release.secrets import authorization, redactor
from gate.start_measurement import StartPlan, measure_command
from reports import sentences
from reports.probes.measured import StartupResult, spread_of
from reports.verdict import ExitCode

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from pathlib import Path

    from gate.child_process import ChildProcess
    from reports.trials.policy import LoadPolicy

START_WITHIN_S = 300.0
PAGE_WITHIN_S = 300.0


@dataclass(frozen=True, kw_only=True)
class SideOptions:
    """A release as the user names it: a URL that is up, or a command that starts it."""

    version: str
    url: str | None = None
    command: str | None = None
    key_env: str | None = None
    public_url: str | None = None
    grpc_target: str | None = None
    health_path: str = "/health"
    pages: bool = True
    log: Path | None = None


@dataclass(frozen=True)
class Side:
    """A release that is up. `process` is there if the gate started it."""

    options: SideOptions
    url: str
    images_url: str | None
    grpc_target: str | None = None
    startup: StartupResult | None = None
    log: Path | None = None
    process: ChildProcess | None = None

    @property
    def version(self) -> str:
        """The release, as the user named it."""
        return self.options.version

    def load_host(self, policy: LoadPolicy) -> str:
        """Where this scenario sends its requests; gRPC with TLS where the URL has it."""
        if not policy.scenario.endswith("_grpc"):
            return self.url
        scheme = "grpcs" if self.url.startswith("https:") else "grpc"
        return f"{scheme}://{self.grpc_target}"

    def crash(self) -> str | None:
        """How its process ended, None while it runs or where it is not ours."""
        if self.process is None or self.process.exit_code is None:
            return None
        tail = redactor(self.options.key_env)(" / ".join(self.process.tail(2)))
        return sentences.CRASHED(code=self.process.exit_code) + (f": {tail}" if tail else "")


@contextmanager
def brought_up(
    options: SideOptions,
    work: Path,
    *,
    starts: int,
    measured: tuple[StartupResult, ...] = (),
    keep: Callable[[StartupResult], None],
) -> Iterator[Side]:
    """The release, up.

    A command is first started and stopped until `starts` starts are measured, those `measured`
    by an interrupted run included; each new one is handed to `keep`. `{port}`, `{grpc_port}`,
    `{images}` and `{state}` in it are filled in: free ports, the address from which the suite
    will serve images, and a directory that lasts from one start to the next. Raises CannotJudge.
    """
    if options.command is None:
        yield Side(
            options, options.url or "", options.public_url, options.grpc_target, None, options.log
        )
        return
    with ExitStack() as stack:
        state = stack.enter_context(tempfile.TemporaryDirectory(prefix="gate-state-"))
        images = options.public_url or f"http://127.0.0.1:{free_port()}"
        command = options.command.replace("{images}", images).replace("{state}", state)
        grpc_target = options.grpc_target
        if "{grpc_port}" in command:
            grpc_port = free_port()
            command = command.replace("{grpc_port}", str(grpc_port))
            grpc_target = grpc_target or f"127.0.0.1:{grpc_port}"
        log = work / f"{options.version}.log"
        output = stack.enter_context(log.open("a+b"))
        try:
            known = list(measured)
            while len(known) < starts:
                known.append(_measured_start(options, command, output))
                keep(known[-1])
            startup = _joined(known)
            port = free_port()
            child = stack.enter_context(running(command, port, output))
        except CommandError as error:
            raise CannotJudge(f"{options.version}: {error}", ExitCode.USAGE) from None
        url = f"http://127.0.0.1:{port}"
        _wait(child, url, options)
        yield Side(options, url, images, grpc_target, startup, log, child)


def _measured_start(options: SideOptions, command: str, output: BinaryIO) -> StartupResult:
    """Start and stop the command once. Raises CannotJudge when it does not come up."""
    clean = redactor(options.key_env)
    port = free_port()
    plan = StartPlan(
        base_url=f"http://127.0.0.1:{port}",
        health_path=options.health_path,
        headers=authorization(options.key_env),
        start_within_s=START_WITHIN_S,
        page_within_s=PAGE_WITHIN_S,
        pages=options.pages,
    )
    run = measure_command(command, port, plan, output)
    if not run.started:
        tail = f": {clean(run.output_tail[-1])}" if run.output_tail else ""
        raise CannotJudge(
            sentences.NOT_STARTED(version=options.version, reason=f"{run.failure}{tail}"),
            ExitCode.UNREACHABLE,
        )
    return StartupResult(
        subject=clean(options.command or ""),
        health_path=options.health_path,
        runs=(run,),
        spread=spread_of((run,)),
    )


def _joined(starts: Sequence[StartupResult]) -> StartupResult | None:
    """Several measured starts of one command as one result."""
    if not starts:
        return None
    runs = tuple(run for one in starts for run in one.runs)
    return StartupResult(
        subject=starts[0].subject,
        health_path=starts[0].health_path,
        runs=runs,
        spread=spread_of(runs),
    )


def _wait(child: ChildProcess, url: str, options: SideOptions) -> None:
    """Until its health path answers 200, or the command has ended."""
    with httpx.Client(
        headers=authorization(options.key_env), trust_env=False, timeout=5.0
    ) as client:
        until = child.started_at + START_WITHIN_S
        while True:
            try:
                if client.get(url + options.health_path).status_code == httpx.codes.OK:
                    return
            except httpx.TransportError:
                pass  # not listening yet
            if not wait_for_exit_or(child, until):
                tail = redactor(options.key_env)(" / ".join(child.tail(1)))
                ended = child.exit_code is not None
                reason = (
                    sentences.COMMAND_ENDED(code=child.exit_code)
                    if ended
                    else sentences.NEVER_HEALTHY(path=options.health_path, url=url)
                ) + (f": {tail}" if tail else "")
                raise CannotJudge(
                    sentences.NOT_UP(version=options.version, reason=reason), ExitCode.UNREACHABLE
                )
