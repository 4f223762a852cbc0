"""The command line of `inference-gate release`."""

from __future__ import annotations

import os
import secrets
import sys
import tempfile
from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click

from gate.release.flow import CannotJudge, Gate
from gate.release.side import SideFailed, SideOptions, brought_up
from reports.store import ReportStore
from reports.trials.policy import Policy, PolicyError, read_policy
from reports.verdict import ExitCode

if TYPE_CHECKING:
    from collections.abc import Callable

Command = TypeVar("Command", bound="Callable[..., None]")
DEFAULT_REPORTS = Path("reports/published")


def _side_options(name: str) -> Callable[[Command], Command]:
    fills = "{port}, {images} and {state} are filled in"
    options = (
        click.option(f"--{name}-url", metavar="URL", help=f"The {name}, where it is up."),
        click.option(f"--{name}-cmd", metavar="CMD", help=f"What starts the {name}; {fills}."),
        click.option(f"--{name}-version", metavar="VERSION", required=True, help="Its name."),
        click.option(
            f"--{name}-log",
            type=click.Path(exists=True, dir_okay=False, path_type=Path),
            help=f"Container log of the {name}.",
        ),
    )

    def decorate(command: Command) -> Command:
        for option in reversed(options):
            command = option(command)
        return command

    return decorate


@click.command()
@_side_options("candidate")
@_side_options("baseline")
@click.option("--service-name", default="paddleocr-vl-service", show_default=True)
@click.option(
    "--policy", "policy_file", type=click.Path(dir_okay=False, path_type=Path), help="gate.toml"
)
@click.option(
    "--reports-dir",
    type=click.Path(file_okay=False, path_type=Path),
    default=DEFAULT_REPORTS,
    show_default=True,
)
@click.option("--api-key-env", metavar="NAME", help="Variable that holds the API key of both.")
@click.option(
    "--public-url", metavar="URL", help="Address under which the targets reach this machine."
)
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
def release(
    *, service_name: str, policy_file: Path | None, reports_dir: Path, api_key_env: str | None,
    public_url: str | None, seed: int | None, starts: int, load: bool, **given: Any,
) -> None:  # fmt: skip
    """Compare a candidate with a baseline and say whether the candidate may ship."""
    policy = _policy(policy_file)
    if api_key_env and not os.environ.get(api_key_env):
        raise click.UsageError(f"--api-key-env: the variable {api_key_env} is not set: export it")
    options = {
        name: _side(name, given, api_key_env, public_url) for name in ("baseline", "candidate")
    }
    if options["baseline"].version == options["candidate"].version:
        raise click.UsageError("--baseline-version and --candidate-version are the same")
    seed = secrets.randbelow(2**31) if seed is None else seed
    click.echo(f"seed {seed}", err=True)
    with ExitStack() as stack:
        work = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="gate-work-")))
        try:
            sides = []
            for name in ("baseline", "candidate"):
                click.echo(f"{options[name].version}: start", err=True)
                sides.append(stack.enter_context(brought_up(options[name], work, starts=starts)))
            gate = Gate(
                baseline=sides[0],
                candidate=sides[1],
                service=service_name,
                policy=policy,
                store=ReportStore(reports_dir),
                work=work,
                seed=seed,
                tell=lambda message: click.echo(message, err=True),
            )
            verdict, trial = gate.run(load=load)
        except (SideFailed, CannotJudge) as error:
            code = error.exit_code if isinstance(error, CannotJudge) else ExitCode.UNREACHABLE
            click.echo(
                f"INVALID: {error}" if code == ExitCode.INVALID_RUN else str(error), err=True
            )
            sys.exit(code)
    path = gate.publish(verdict, trial)
    for reason in verdict.reasons:
        click.echo(f"  {reason}")
    click.echo(
        f"{verdict.name} · {options['baseline'].version} → {options['candidate'].version} · {path}"
    )
    sys.exit(verdict.exit_code)


def _policy(file: Path | None) -> Policy:
    if file is None:
        return Policy()
    try:
        return read_policy(file.read_text(encoding="utf-8"), str(file))
    except OSError as error:
        raise click.UsageError(f"--policy: cannot read {file}: {error.strerror}") from None
    except PolicyError as error:
        raise click.UsageError(f"--policy: {error}") from None


def _side(
    name: str, given: dict[str, Any], key_env: str | None, public_url: str | None
) -> SideOptions:
    url, command = given[f"{name}_url"], given[f"{name}_cmd"]
    if (url is None) == (command is None):
        raise click.UsageError(f"give either --{name}-url or --{name}-cmd")
    return SideOptions(
        version=given[f"{name}_version"],
        url=url,
        command=command,
        key_env=key_env,
        public_url=public_url,
        log=given[f"{name}_log"],
    )
