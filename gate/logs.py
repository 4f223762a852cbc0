"""`inference-gate logs`: what a container's log says about its starts, stops and errors."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Literal

import click
from rich.console import Console
from rich.markup import escape
from rich.table import Table

from reports.logs import load_rules, read_log, to_json
from reports.verdict import ExitCode
from schemas import DataFileError

if TYPE_CHECKING:
    from reports.logs import Attempt, ErrorGroup, LogReading, RuleBook, SigtermLoop

_ENDINGS = {
    "clean": "clean stop",
    "terminated": "SIGTERM",
    "crashed": "crashed",
    "lost": "ended without a word",
    "running": "still running",
}
_NUMBERS = ("#", "start", "up for")
_PLAIN_WIDTH = 120  # columns, where there is no terminal to ask
_STYLES = {"clean": "green", "terminated": "yellow", "crashed": "red", "lost": "red", "running": ""}


@click.command()
@click.argument("files", nargs=-1, required=True, metavar="FILE…")
@click.option("--json", "as_json", is_flag=True, help="Write one JSON document instead of tables.")
@click.option(
    "--rules",
    "rules_file",
    type=click.Path(path_type=Path, dir_okay=False),
    help="YAML rules asked before the built-in ones (same form as reports/logs/rules.yaml).",
)
def logs(files: tuple[str, ...], rules_file: Path | None, *, as_json: bool) -> None:
    """Read container logs: starts, stops, SIGTERM loops, errors grouped and weighed.

    FILE is a log in plain text, JSON lines or `kubectl logs --timestamps`; - is standard input.

    \b
    Exit codes:
      0   read, nothing critical
      1   a critical error, or a SIGTERM loop
      2   a file or the rules cannot be read
      5   nothing in a file looked like a service's log
    """  # noqa: D301 - \b is click's mark for lines it must not join
    try:
        rules = load_rules(rules_file)
    except DataFileError as error:
        raise click.UsageError(str(error)) from None
    readings = tuple(_read(name, rules) for name in files)
    if as_json:
        sys.stdout.buffer.write(to_json(readings))
    else:
        on_terminal = sys.stdout.isatty()
        console = Console(
            highlight=False, soft_wrap=not on_terminal, width=None if on_terminal else _PLAIN_WIDTH
        )
        for reading in readings:
            _print(console, reading)
    sys.exit(exit_code(readings))


def exit_code(readings: tuple[LogReading, ...]) -> ExitCode:
    """The gravest of what the readings call for."""
    if any(reading.critical for reading in readings):
        return ExitCode.VIOLATION
    if any(reading.recognised == 0 for reading in readings):
        return ExitCode.NOTHING_TESTED
    return ExitCode.PASS


def _read(name: str, rules: RuleBook) -> LogReading:
    try:
        if name == "-":
            return read_log(sys.stdin.buffer, "standard input", rules)
        with Path(name).open("rb") as stream:
            return read_log(stream, Path(name).name, rules)
    except OSError as error:
        raise click.UsageError(
            f"{name}: cannot be read ({error.strerror}); name a log file, or - for standard input"
        ) from None


def _print(console: Console, reading: LogReading) -> None:
    span = f", {reading.began} to {reading.ended}" if reading.began else ", no time stamps"
    zone = " UTC" if reading.clock == "utc" else ""
    console.print(f"[bold]{escape(reading.name)}[/bold]: {reading.lines} lines{span}{zone}")
    if reading.recognised == 0:
        console.print("  nothing here looks like a service's log; check that it is the right file")
        return
    console.print(_attempts_table(reading.attempts))
    if reading.attempts_total > len(reading.attempts):
        console.print(f"  {reading.attempts_total} attempts in all; the first and last are shown")
    if reading.sigterm_loop:
        console.print(f"[red]CRITICAL  {_loop_line(reading.sigterm_loop)}[/red]")
    for group in reading.groups:
        _print_group(console, group)
    console.print(_summary(reading))


def _attempts_table(attempts: tuple[Attempt, ...]) -> Table:
    table = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0), header_style="bold")
    for heading in ("#", "began", "start", "up for", "end", "errors", "warnings", "about"):
        justify: Literal["left", "right"] = "right" if heading in _NUMBERS else "left"
        table.add_column(heading, justify=justify, no_wrap=heading != "about")
    for attempt in attempts:
        table.add_row(
            str(attempt.number),
            (attempt.began or "?").replace("T", " "),
            _seconds(attempt.start_seconds) if attempt.became_ready else "not seen up",
            _duration(attempt.uptime_seconds),
            f"[{_STYLES[attempt.ending] or 'default'}]{_ENDINGS[attempt.ending]}[/]",
            str(attempt.errors) + (f" ({attempt.critical} critical)" if attempt.critical else ""),
            str(attempt.warnings),
            ", ".join(attempt.topics),
        )
    return table


def _print_group(console: Console, group: ErrorGroup) -> None:
    weight, style = ("CRITICAL", "red") if group.critical else (group.severity, "yellow")
    attempts = ", ".join(str(number) for number in group.attempts)
    headline = group.example.splitlines()[-1 if "Traceback" in group.example else 0]
    console.print(
        f"[{style}]{weight:<8}[/]  {group.count}× {group.topic}, attempt {attempts}, "
        f"first in line {group.first_line}"
    )
    console.print(f"          {escape(headline.strip()[:300])}")
    if group.means:
        console.print(f"          {escape(group.means)}")
    if group.remedy:
        console.print(f"          → {escape(group.remedy)}")


def _loop_line(loop: SigtermLoop) -> str:
    age = _span(loop.lifetime_min_s, loop.lifetime_max_s)
    period = _span(loop.period_min_s, loop.period_max_s)
    never = "" if loop.became_ready else ", never once up"
    return (
        f"SIGTERM loop: {loop.count} attempts killed one after another{never}"
        + (f", {age} after each start" if age else "")
        + (f", one kill every {period}" if period else "")
    )


def _summary(reading: LogReading) -> str:
    vllm = "present" if reading.vllm_problems else "none"
    return (
        f"start {_seconds(reading.start_seconds)} · vLLM problems {vllm} · errors {reading.errors} · "
        f"warnings {reading.warnings} · critical {reading.critical}\n"
    )


def _span(low: float | None, high: float | None) -> str:
    if low is None or high is None:
        return ""
    return f"{low:.0f} s" if round(low) == round(high) else f"{low:.0f}–{high:.0f} s"


def _seconds(value: float | None) -> str:
    return "?" if value is None else f"{value:.1f} s"


def _duration(value: float | None) -> str:
    if value is None:
        return "-"
    if value < 60:  # noqa: PLR2004 - a minute
        return f"{value:.1f} s"
    minutes, seconds = divmod(round(value), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours} h {minutes} min" if hours else f"{minutes} min {seconds} s"
