"""Measured starts and the probes' judgement, for people to read."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

from rich.console import Console
from rich.markup import escape
from rich.table import Table

from reports.probes.measured import MEASURES

if TYPE_CHECKING:
    from reports.probes import ProbeJudgement, Range
    from reports.probes.measured import StartupResult

_PLAIN_WIDTH = 120  # columns, where there is no terminal to ask
_MOST_COLUMNS = 6  # runs shown one by one; more only as their spread


def console() -> Console:
    """A console that wraps for a terminal and leaves lines whole for a file or a pipe."""
    on_terminal = sys.stdout.isatty()
    return Console(
        highlight=False, soft_wrap=not on_terminal, width=None if on_terminal else _PLAIN_WIDTH
    )


def print_runs(result: StartupResult) -> None:
    """Print the times of every run and their spread, and what went wrong."""
    out = console()
    out.print(f"[bold]start of {escape(result.subject)}[/bold]")
    if not result.runs:
        return
    out.print(_runs_table(result))
    for number, run in enumerate(result.runs, start=1):
        for begin, end in run.timeline.blocked:
            out.print(
                f"[yellow]run {number}: {escape(result.health_path)} stood still for "
                f"{end - begin:.1f} s, from {begin:.1f} to {end:.1f} s[/yellow]"
            )
        if run.failure:
            out.print(f"[red]run {number}: {escape(run.failure)}[/red]")
        for line in run.output_tail:
            out.print(f"    {escape(line)}")


def _runs_table(result: StartupResult) -> Table:
    shown = result.runs if len(result.runs) <= _MOST_COLUMNS else ()
    several = len(result.runs) > 1
    table = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0), header_style="bold")
    table.add_column("seconds")
    headings = [f"run {number}" for number in range(1, len(shown) + 1)]
    for heading in headings + (["least", "median", "most"] if several else []):
        table.add_column(heading, justify="right")
    for name, label in MEASURES.items():
        spread = result.spread.get(name)
        if spread is not None:
            cells = [_seconds(run.measure(name)) for run in shown]
            summary = (spread.least_s, spread.median_s, spread.most_s) if several else ()
            table.add_row(label, *cells, *(_seconds(value) for value in summary))
    return table


def print_judgements(result: StartupResult) -> None:
    """Print what the platform would have done, and the settings recommended."""
    out = console()
    for judgement in result.probes:
        style = "green" if judgement.passes else "red"
        out.print(f"\n[bold]probes of {escape(judgement.container)}[/bold]")
        for line in sentences(judgement):
            out.print(f"  [{style}]{escape(line)}[/{style}]")
        for note in judgement.notes:
            out.print(f"  note: {escape(note)}")
    if result.recommended_probes:
        out.print("\n[bold]recommended probes[/bold]")
        out.print(escape(result.recommended_probes.rstrip()), soft_wrap=True)


def sentences(judgement: ProbeJudgement) -> list[str]:
    """Say in plain words what would have become of the container."""
    if judgement.fate == "not replayable":
        return ["cannot be judged from this measurement"]
    if judgement.fate == "exits":
        return [f"the process ends by itself after {_span(judgement.first_kill)}"]
    if judgement.fate == "survives":
        ready = f", ready after {_span(judgement.ready)}" if judgement.ready else ""
        return [f"the platform lets it start{ready}"]
    how_often = "" if judgement.fate == "killed" else f" in {judgement.share:.0%} of all cases"
    why = {"timed out": "did not answer in time", "refused": "was not listening yet"}
    reasons = [why.get(reason, "did not answer 200") for reason in judgement.why.split(" or ")]
    killed = (
        f"the platform would kill it{how_often}: the {judgement.killed_by} probe gives up after "
        f"{_span(judgement.first_kill)} because it {' or '.join(reasons)}"
    )
    return [killed, *_loop(judgement)]


def _loop(judgement: ProbeJudgement) -> list[str]:
    if judgement.loop_age is None:
        return []
    how_long = "for ever" if judgement.for_ever else "until one happens to live"
    said = [f"then {_span(judgement.loop_age)} after each restart, {how_long}"]
    if judgement.loop_period is not None:
        said.append(
            f"one SIGTERM every {judgement.loop_period.least_s:.0f} s at first, "
            f"later at longer intervals (the restarts back off)"
        )
    return said


def _span(span: Range | None) -> str:
    if span is None:
        return "an unknown time"
    low, high = span.least_s, span.most_s
    return f"{low:.0f} s" if round(low) == round(high) else f"{low:.0f}–{high:.0f} s"


def _seconds(value: float | None) -> str:
    return "-" if value is None else f"{value:.2f}"
