"""`inference-gate compare`: two stored releases, side by side."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from gate.github import tell_github
from reports.comparison import MOVE_KINDS
from reports.comparison import compare as compared
from reports.conformance_result import ResultFileError
from reports.release_name import BadNameError
from reports.rendering.ci import github_annotations
from reports.rendering.comparison_text import ComparisonText
from reports.rendering.words import LANGUAGES, words
from reports.store import ReportStore, ReportWriteError, read_release
from reports.verdict import ExitCode

if TYPE_CHECKING:
    from reports.comparison import Comparison
    from reports.release import Release
    from reports.rendering.words import Language

DEFAULT_REPORTS = Path("reports/published")


@click.command()
@click.argument("a")
@click.argument("b")
@click.option(
    "--reports-dir",
    type=click.Path(path_type=Path, file_okay=False),
    default=DEFAULT_REPORTS,
    show_default=True,
    help="Where the releases are stored and the comparison is written.",
)
@click.option("--service", help="Of which service A and B are versions, if there are several.")
@click.option("--lang", type=click.Choice(LANGUAGES), default="en", show_default=True)
def compare(a: str, b: str, reports_dir: Path, service: str | None, lang: Language) -> None:
    r"""Compare release B with the older release A.

    A and B are versions (1.0.8), a service and a version (paddleocr-vl-service/1.0.8), or folders
    of published reports.

    \b
    Exit codes:
      0   nothing that A keeps is violated in B
      1   a requirement is violated in B that was not in A
      2   wrong usage, or results that cannot be read
      3   the two cannot be compared, or B was not seen to keep what A keeps
      70  the comparison could not be written
    """
    store = ReportStore(reports_dir)
    try:
        older, newer = (_release(store, name, service) for name in (a, b))
        path = store.write_comparison(older, newer)
    except (ResultFileError, BadNameError) as error:
        raise click.UsageError(str(error)) from None
    except ReportWriteError as error:
        click.echo(f"Error: {error}", err=True)
        sys.exit(ExitCode.HARNESS_ERROR)
    comparison = compared(older, newer)
    for line in _summary(comparison, lang):
        click.echo(line)
    document = path if lang == "en" else path.with_suffix(f".{lang}.md")
    worse = [move.row for move in comparison.moved("newly_violated", "newly_warned")]
    tell_github(document.read_text(encoding="utf-8"), github_annotations(worse))
    click.echo(document)
    sys.exit(comparison.verdict.exit_code)


def _release(store: ReportStore, name: str, service: str | None) -> Release:
    folder = Path(name)
    if len(folder.parts) > 1 and folder.is_dir():
        return read_release(folder.resolve())
    named, _, version = name.rpartition("/")
    owner = named or service or _only_owner(store, version)
    return store.read(owner, version)


def _only_owner(store: ReportStore, version: str) -> str:
    """The one service that has such a version; it need not be named then."""
    owners = [one for one in store.services() if version in store.versions(one)]
    if len(owners) > 1:
        raise click.UsageError(f"{', '.join(owners)} all have a version {version}: add --service")
    if not owners:
        known = [f"{one}/{v}" for one in store.services() for v in store.versions(one)]
        raise click.UsageError(
            f"{store.root}: no release {version!r} is stored (there are: {', '.join(known) or 'none'})"
        )
    return owners[0]


def _summary(comparison: Comparison, language: Language) -> list[str]:
    text = ComparisonText(comparison, words(language))
    rows = [("", comparison.a.version, comparison.b.version), *text.side_rows()]
    first, second = (max(len(row[i]) for row in rows) for i in (0, 1))
    lines = [f"{comparison.verdict.name}: {text.headline()}"]
    lines += [f"  {row[0]:{first}}  {row[1]:{second}}  {row[2]}".rstrip() for row in rows]
    lines += [
        f"  {text.move_title(kind)}: {', '.join(move.row.id for move in moves)}"
        for kind in MOVE_KINDS
        if (moves := comparison.moved(kind))
    ]
    lines += [f"  ! {text.caveat(caveat)}" for caveat in comparison.caveats]
    return lines
