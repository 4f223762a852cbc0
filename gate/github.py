"""What a command says to GitHub Actions when it runs there: a step summary and annotations."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from collections.abc import Iterable

LARGEST_SUMMARY = 1 << 20
"""GitHub refuses a step summary of more bytes."""


def tell_github(summary: str, annotations: Iterable[str]) -> None:
    """Append `summary` (Markdown) to the step's summary and print `annotations`.

    Elsewhere than in a GitHub job nothing happens. What goes beyond GitHub's limit is cut off at
    a line, with a word that the report has the rest.
    """
    if os.environ.get("GITHUB_ACTIONS") != "true":
        return
    for line in annotations:
        click.echo(line)
    file = os.environ.get("GITHUB_STEP_SUMMARY")
    if file:
        with Path(file).open("a", encoding="utf-8") as stream:
            stream.write(_within_limit(summary))


def _within_limit(summary: str) -> str:
    whole = summary.encode()
    if len(whole) < LARGEST_SUMMARY:
        return summary
    note = "\n\n… the report beside the results has the rest.\n"
    kept = whole[: LARGEST_SUMMARY - len(note.encode()) - 1].decode(errors="ignore")
    return kept.rpartition("\n")[0] + note
