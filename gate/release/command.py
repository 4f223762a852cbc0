"""The command line of `inference-gate release`."""

from __future__ import annotations

import errno
import sys
from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click
from rich.console import Console

from gate.child_process import interrupted_by_sigterm
from gate.github import tell_github
from gate.release.errors import CannotJudge
from gate.release.flow import Gate
from gate.release.journal import JournalError, opened
from gate.release.plan import GatePlan, WrongPlan, plan_of
from gate.release.progress import telling
from gate.release.side import SideOptions, brought_up
from reports.conformance_result import ResultFileError
from reports.release import Release
from reports.rendering.ci import github_annotations
from reports.store import ReportStore
from reports.verdict import ExitCode

if TYPE_CHECKING:
    from collections.abc import Callable

    from gate.release.journal import Journal
    from gate.release.progress import Telling
    from gate.release.side import Side
    from reports.trials.result import Side as SideName
    from reports.verdict import Verdict

Command = TypeVar("Command", bound="Callable[..., None]")
DEFAULT_REPORTS = Path("reports/published")
_FILE = click.Path(exists=True, dir_okay=False, path_type=Path)
_NOT_A_PLACE = frozenset({errno.EACCES, errno.EROFS, errno.ENOTDIR, errno.ENOENT, errno.EPERM})
_WORTH_RESUMING = frozenset(
    {ExitCode.USAGE, ExitCode.UNREACHABLE, ExitCode.HARNESS_ERROR}
)  # fmt: skip
"""After these the user can mend something and go on: another key, a restart, room on the disk."""


def _side_options(name: str) -> Callable[[Command], Command]:
    fills = "{port}, {grpc_port}, {images}, {state} are filled in"
    options = (
        click.option(f"--{name}-url", metavar="URL", help=f"The {name}, where it is up."),
        click.option(f"--{name}-cmd", metavar="CMD", help=f"What starts the {name}; {fills}."),
        click.option(f"--{name}-version", metavar="VERSION", help="The release, as you name it."),
        click.option(f"--{name}-grpc-target", metavar="HOST:PORT", help="Where it speaks gRPC."),
        click.option(f"--{name}-log", type=_FILE, help=f"Container log of the {name}."),
    )

    def decorate(command: Command) -> Command:
        for option in reversed(options):
            command = option(command)
        return command

    return decorate


@click.command()
@_side_options("candidate")
@_side_options("baseline")
@click.option(
    "--baseline",
    type=click.Path(path_type=Path),
    metavar="FOLDER",
    help="A published report in the place of a baseline that is up: reports/published/NAME/1.0.8",
)
@click.option("--service-name", default="paddleocr-vl-service", show_default=True)
@click.option("--policy", "policy_file", type=click.Path(path_type=Path), help="gate.toml")
@click.option(
    "--reports-dir",
    type=click.Path(path_type=Path),
    default=DEFAULT_REPORTS,
    show_default=True,
)
@click.option("--api-key-env", metavar="NAME", help="Variable that holds the API key of both.")
@click.option(
    "--public-url", metavar="URL", help="Address under which the targets reach this machine."
)
@click.option("--health-path", default="/health", show_default=True, help="Says 200 when it is up.")
@click.option(
    "--seed", type=click.IntRange(0), help="Seed of everything drawn (default: new, and printed)."
)
@click.option(
    "--starts",
    type=click.IntRange(0, 20),
    default=1,
    show_default=True,
    help="Measured starts of each command.",
)
@click.option("--load/--no-load", default=True, help="Whether to compare under load.")
@click.option("--resume", is_flag=True, help="Go on with a run of this plan that was interrupted.")
def release(**given: Any) -> None:
    r"""Compare a candidate with a baseline and say whether the candidate may ship.

    \b
    Exit codes:
      0   the candidate may ship
      1   a violation, a regression, or the candidate's process crashed
      2   wrong usage, or the key is not accepted
      3   inconclusive, or interrupted
      4   invalid: the load generator was the limit, or a deployment changed in mid-run
      5   nothing was tested
      6   a release is not reachable, or stopped answering
      70  harness error, such as reports that cannot be written
    """
    try:
        plan = plan_of(given)
    except WrongPlan as error:
        raise click.UsageError(str(error)) from None
    reports: Path = given["reports_dir"]
    console = Console(stderr=True)
    try:
        with (
            interrupted_by_sigterm(),
            opened(reports, plan.service, plan.name, plan.told(), resume=given["resume"]) as (
                journal,
                goes_on,
            ),
            telling(console) as told,
        ):
            told.say(_greeting(plan, resume=given["resume"], goes_on=goes_on))
            sys.exit(_run(plan, ReportStore(reports), journal, told))
    except (JournalError, ResultFileError) as error:
        raise click.UsageError(str(error)) from None
    except KeyboardInterrupt:
        click.echo("interrupted: the finished steps are kept: go on with --resume", err=True)
        sys.exit(ExitCode.INCONCLUSIVE)
    except OSError as error:
        if error.errno in _NOT_A_PLACE and not reports.is_dir():
            raise click.UsageError(
                f"--reports-dir: cannot write to {reports}: {error.strerror}"
            ) from None
        click.echo(f"Error: {error}", err=True)
        sys.exit(ExitCode.HARNESS_ERROR)


def _run(plan: GatePlan, store: ReportStore, journal: Journal, told: Telling) -> ExitCode:
    """Bring up what has to be, run the gate, write and print what came of it."""
    gate: Gate | None = None
    with ExitStack() as stack:
        try:
            baseline = (
                _up("baseline", plan.baseline, plan, journal, told, stack)
                if isinstance(plan.baseline, SideOptions)
                else plan.baseline
            )
            candidate = _up("candidate", plan.candidate, plan, journal, told, stack)
            gate = Gate(
                baseline=baseline,
                candidate=candidate,
                service=plan.service,
                policy=plan.policy,
                store=store,
                journal=journal,
                seed=plan.seed,
                telling=told,
            )
            verdict = gate.run(load=plan.load)
        except CannotJudge as error:
            verdict = error.verdict
            if gate is None:  # nothing came up, so there is nothing to report on
                click.echo(f"{verdict.name}: {error}", err=True)
                return verdict.exit_code
    path = gate.publish(verdict)
    _show(plan, gate, verdict, path)
    if verdict.name == "INVALID" and verdict.exit_code in _WORTH_RESUMING:
        told.say("what is finished is kept: mend it and go on with --resume")
    else:
        journal.over()
    return verdict.exit_code


def _up(
    name: SideName, options: SideOptions, plan: GatePlan, journal: Journal, told: Telling,
    stack: ExitStack,
) -> Side:  # fmt: skip
    if options.command is not None:
        told.step(f"{options.version}: start")
    return stack.enter_context(
        brought_up(
            options,
            journal.folder,
            starts=plan.starts,
            measured=journal.starts(name),
            keep=lambda start: journal.keep_start(name, start),
        )
    )


def _show(plan: GatePlan, gate: Gate, verdict: Verdict, path: Path) -> None:
    judged = gate.candidate_release().conformance
    rows = judged.requirements if judged else ()
    tell_github(path.read_text(encoding="utf-8"), github_annotations(rows))
    for reason in verdict.reasons:
        click.echo(f"  {reason}")
    click.echo(f"{verdict.name} · {plan.baseline.version} → {plan.candidate.version} · {path}")


def _greeting(plan: GatePlan, *, resume: bool, goes_on: bool) -> str:
    if goes_on:
        return f"seed {plan.seed}; going on where the interrupted run ended"
    said = "; there is nothing to resume: beginning anew" if resume else ""
    stored = (
        "; the baseline is stored: speed is advisory" if isinstance(plan.baseline, Release) else ""
    )
    return f"seed {plan.seed}{said}{stored}"
