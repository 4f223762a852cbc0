"""`inference-gate env`: what a set of environment variables means to a release of the service."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import click
from rich.markup import escape
from rich.table import Table

from gate.startup_output import console
from reports.environment import (
    EnvironmentReading,
    UnknownReleaseError,
    VariableSet,
    assess,
    from_env_file,
    from_manifest,
    from_process,
    to_json,
)
from reports.environment.sources import SourceError
from reports.manifests import ManifestError
from reports.verdict import ExitCode

_VERDICTS = {
    "needed": "needed",
    "optional": "optional",
    "obsolete": "obsolete",
    "image": "set by the image",
    "unused": "unused",
    "unknown": "unknown",
}
_FILE = click.Path(path_type=Path)


@click.command()
@click.option("--release", required=True, help="Release of the service, such as 1.3.6.")
@click.option("--file", "files", type=_FILE, multiple=True, help="An .env file.")
@click.option("--manifest", "manifests", type=_FILE, multiple=True, help="Kubernetes or compose.")
@click.option("--container", metavar="NAME", help="Only this container or service of --manifest.")
@click.option("--process", is_flag=True, help="The environment of this process (the default).")
@click.option("--json", "as_json", is_flag=True, help="Write one JSON document.")
def env(
    *,
    release: str,
    files: tuple[Path, ...],
    manifests: tuple[Path, ...],
    container: str | None,
    process: bool,
    as_json: bool,
) -> None:
    """Say of environment variables which the release needs, ignores, or misses.

    Values are never printed.

    \b
    Exit codes:
      0   fine
      1   something is wrong: a group is incomplete, a value cannot be used
      2   wrong usage, or a file that cannot be read
    """  # noqa: D301 - \b is click's mark for lines it must not join
    try:
        sets = _sets(files, manifests, container, process=process)
        readings = tuple(assess(found, release) for found in sets)
    except (UnknownReleaseError, SourceError, ManifestError) as error:
        raise click.UsageError(str(error)) from None
    if as_json:
        sys.stdout.buffer.write(to_json(readings))
    else:
        for reading in readings:
            _print(reading)
    fine = all(reading.fine for reading in readings)
    sys.exit(ExitCode.PASS if fine else ExitCode.VIOLATION)


def _sets(
    files: tuple[Path, ...], manifests: tuple[Path, ...], container: str | None, *, process: bool
) -> list[VariableSet]:
    if container is not None and not manifests:
        raise click.UsageError("--container needs --manifest")
    sets = [from_env_file(path) for path in files]
    for path in manifests:
        sets += from_manifest(path, container)
    if process or not sets:
        sets.append(from_process(os.environ))
    return sets


def _print(reading: EnvironmentReading) -> None:
    out = console()
    out.print(f"[bold]{escape(reading.source)}[/bold], release {reading.release}")
    out.print(f"  {escape(reading.says)}")
    if reading.variables:
        table = Table(box=None, pad_edge=False, padding=(0, 2, 0, 2), header_style="bold")
        for heading in ("variable", "is", "state", "remark"):
            table.add_column(heading, no_wrap=heading != "remark")
        for row in reading.variables:
            table.add_row(
                escape(row.name),
                _VERDICTS[row.verdict],
                "set" if row.is_set else "empty",
                escape(row.wrong or row.remark or row.does),
            )
        out.print(table)
    for group in reading.groups:
        out.print(f"  {escape(group.title)}: {group.state}. {escape(group.then)}")
    for problem in reading.problems:
        out.print(f"  [red]wrong: {escape(problem)}[/red]")
    if not reading.problems:
        out.print("  [green]nothing is wrong[/green]")
