"""`inference-gate deviations`: files of accepted violations, drafted from a run."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import click

from reports.conformance_result import ConformanceResult, ResultFileError, decode
from reports.deviation_draft import draft

DEFAULT_LIFE = dt.timedelta(days=90)


@click.group()
def deviations() -> None:
    """Work with files of accepted violations (pytest conformance --deviations FILE)."""


@deviations.command()
@click.argument("result_file", metavar="RESULT", type=click.Path(path_type=Path, dir_okay=False))
@click.option("--owner", required=True, metavar="WHO", help="Who answers for the new entries.")
@click.option(
    "--expires",
    type=click.DateTime(["%Y-%m-%d"]),
    metavar="YYYY-MM-DD",
    help="Until when they are accepted (default: 90 days from now).",
)
@click.option("--reason", default="", help="Reason of every new entry; else each is to be written.")
@click.option(
    "--out",
    type=click.Path(path_type=Path, dir_okay=False),
    help="File to write; it must not exist yet (default: standard output).",
)
def new(
    result_file: Path, owner: str, expires: dt.datetime | None, reason: str, out: Path | None
) -> None:
    r"""Write a deviations file that accepts every violation of a run.

    RESULT is the conformance.json of the run. Entries that the run had already are kept.

    \b
    Exit codes:
      0   written
      2   the result cannot be read, or the file exists
    """
    today = dt.datetime.now(dt.UTC).date()
    until = expires.date() if expires else today + DEFAULT_LIFE
    if until < today:
        raise click.UsageError(f"--expires: {until} has passed: give a day to come")
    if not owner.strip():
        raise click.UsageError("--owner: say who answers for the entries")
    text = draft(_read(result_file), owner=owner, expires=until, reason=reason)
    if out is None:
        click.echo(text, nl=False)
        return
    try:
        with out.open("x", encoding="utf-8") as file:
            file.write(text)
    except FileExistsError:
        raise click.UsageError(f"--out: {out} exists: choose another name") from None
    except OSError as error:
        raise click.UsageError(f"--out: cannot write {out}: {error.strerror}") from None
    click.echo(f"{out}: {text.count('[[')} entries")


def _read(path: Path) -> ConformanceResult:
    try:
        return decode(path.read_bytes(), str(path))
    except OSError as error:
        raise click.UsageError(f"{path}: cannot be read ({error.strerror})") from None
    except ResultFileError as error:
        raise click.UsageError(str(error)) from None
