"""`inference-gate deviations`: files of accepted violations, checked before a run trips over them."""

from __future__ import annotations

import datetime as dt
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from reports.deviations import DeviationFileError, read_deviations
from reports.verdict import ExitCode
from schemas import contract_names, load_contract

if TYPE_CHECKING:
    from reports.conformance_result import Deviation


@click.command()
@click.argument("files", nargs=-1, required=True, type=click.Path(path_type=Path))
@click.option(
    "--within",
    "days",
    type=click.IntRange(0),
    default=0,
    show_default=True,
    help="Also fail for what expires within so many days.",
)
def deviations(files: tuple[Path, ...], days: int) -> None:
    r"""Say of each accepted violation in FILES whose it is and how long it holds.

    \b
    Exit codes:
      0  every entry is in force
      1  an entry has expired, or will within --within days
      2  a file cannot be read, or names a requirement that there is not
    """
    known = {
        row.id: row.text for name in contract_names() for row in load_contract(name).requirements
    }
    today = dt.datetime.now(dt.UTC).date()
    late = False
    for file in files:
        try:
            held = read_deviations(file.read_text(encoding="utf-8"), str(file), known)
        except OSError as error:
            raise click.UsageError(f"cannot read {file}: {error.strerror}") from None
        except UnicodeDecodeError:
            raise click.UsageError(f"{file} is not UTF-8 text") from None
        except DeviationFileError as error:
            raise click.UsageError(str(error)) from None
        for entry in (*held.accepted, *held.declared_unsupported):
            left = (dt.date.fromisoformat(entry.expires) - today).days
            late = late or left < days
            click.echo(_line(entry, left))
            click.echo(f"    {known[entry.requirement]}")
    sys.exit(ExitCode.VIOLATION if late else ExitCode.PASS)


def _line(entry: Deviation, left: int) -> str:
    holds = f"expired on {entry.expires}" if left < 0 else f"{left} days left, to {entry.expires}"
    return f"{entry.requirement}: {holds} · {entry.owner} · {entry.reason}"
