"""A baseline that is not up any more: its published report, read back."""

from __future__ import annotations

from typing import TYPE_CHECKING

from reports.comparison import compare
from reports.conformance_result import ResultFileError
from reports.stored_files import read_release

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from reports.release import Release

_UNITS = {"ms": "ms", "s": "s", "1/s": "/s", "share": ""}


class StoredBaselineError(ValueError):
    """A folder cannot serve as a baseline; the message names it and the remedy."""


def read_baseline(folder: Path, version: str | None) -> Release:
    """The release whose report is `folder`. Raises StoredBaselineError in one line."""
    if not folder.is_dir():
        raise StoredBaselineError(
            f"{folder} is no folder: give one such as reports/published/paddleocr-vl-service/1.0.8"
        )
    try:
        release = read_release(folder.resolve())
    except ResultFileError as error:
        raise StoredBaselineError(str(error)) from None
    if release.conformance is None:
        raise StoredBaselineError(
            f"{folder} holds no conformance.json: judge that release with the suite first"
        )
    if version not in (None, release.version):
        raise StoredBaselineError(f"{folder} is of {release.version}, not of {version}")
    return release


def advisory(baseline: Release, candidate: Release) -> Iterator[str]:
    """Lines about speed that decide nothing: two runs at different times differ by chance."""
    comparison = compare(baseline, candidate)
    if baseline.load is None:
        yield "advisory: the stored baseline has no load run, so nothing is said about speed"
        return
    for figure in comparison.load:
        if figure.a is None or figure.b is None:
            continue
        unit = _UNITS[figure.unit]
        change = f" ({figure.change:+.0%})" if figure.change is not None else ""
        yield (
            f"advisory, decides nothing: {figure.operation} {figure.measure} "
            f"{figure.a:.4g} {unit} stored, {figure.b:.4g} {unit} now{change}"
        )
