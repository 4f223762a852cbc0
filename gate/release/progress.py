"""What the user sees while a gate runs: a live line on a terminal, plain lines in CI."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING, Protocol

from rich.markup import escape
from rich.progress import BarColumn, MofNCompleteColumn, Progress, SpinnerColumn, TextColumn
from rich.progress import TimeElapsedColumn as Elapsed

if TYPE_CHECKING:
    from collections.abc import Iterator

    from rich.console import Console


class Telling(Protocol):
    """Tells the user what happens."""

    def say(self, message: str) -> None:
        """Something has happened: a line that stays."""

    def step(self, name: str, done: int = 0, of: int | None = None) -> None:
        """Something begins, and takes a while; `done` of `of` such are behind us."""


class PlainLines:
    """One line for each thing that happened, and no other characters: for logs."""

    def __init__(self, console: Console) -> None:
        """Write to this console."""
        self._console = console

    def say(self, message: str) -> None:
        """Something has happened."""
        self._console.print(escape(message), soft_wrap=True, highlight=False)

    def step(self, name: str, done: int = 0, of: int | None = None) -> None:
        """A step begins."""
        self.say(f"{name} …" if of is None else f"{name} … ({done + 1} of at most {of})")


class LiveLine:
    """Lines that stay, and below them one that says what is being done and for how long."""

    def __init__(self, progress: Progress) -> None:
        """Write through this rich progress."""
        self._progress = progress
        self._task = progress.add_task("", total=None)

    def say(self, message: str) -> None:
        """Something has happened."""
        self._progress.console.print(escape(message), soft_wrap=True, highlight=False)

    def step(self, name: str, done: int = 0, of: int | None = None) -> None:
        """A step begins."""
        self._progress.update(self._task, description=escape(name), completed=done, total=of)


@contextmanager
def telling(console: Console) -> Iterator[Telling]:
    """A live line if the console is a terminal, else plain lines."""
    if not console.is_terminal:
        yield PlainLines(console)
        return
    columns = (
        SpinnerColumn(),
        TextColumn("{task.description}"),
        BarColumn(bar_width=20),
        MofNCompleteColumn(),
        Elapsed(),
    )
    with Progress(*columns, console=console, transient=True) as progress:
        yield LiveLine(progress)
