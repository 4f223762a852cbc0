"""What was read from one container log: the result model that reports and comparisons use."""

from __future__ import annotations

from typing import Literal

import msgspec

Ending = Literal["clean", "terminated", "crashed", "lost", "running"]
"""clean: shut down in order; terminated: ended by SIGTERM without an orderly shutdown; crashed: the
start or the process failed; lost: the next start came without a word (SIGKILL, out of memory, a
cut log); running: the log ends while it ran."""

Severity = Literal["error", "warning"]

Clock = Literal["utc", "unzoned", "none"]
"""utc: stamps named their zone and are given in UTC; unzoned: as written; none: no stamps."""


class Milestone(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A line that says how far a start has come; `seconds` counts from the attempt's first line."""

    id: str
    label: str
    line: int
    at: str | None = None
    seconds: float | None = None


class Attempt(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One life of the container: from its first line to its end.

    Times are ISO 8601, in the log's own clock; `start_seconds` is the time from the first line to
    the first that says the service is up, `uptime_seconds` from the first line to the end.
    """

    number: int
    first_line: int
    began: str | None
    ended: str | None
    ending: Ending
    start_seconds: float | None
    uptime_seconds: float | None
    became_ready: bool
    milestones: tuple[Milestone, ...]
    errors: int
    warnings: int
    critical: int
    topics: tuple[str, ...]


class SigtermLoop(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A container that is killed again and again: how often, how old it got, how far apart."""

    count: int
    lifetime_min_s: float | None
    lifetime_max_s: float | None
    period_min_s: float | None
    period_max_s: float | None
    became_ready: bool


class ErrorGroup(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Errors or warnings that differ only in numbers, addresses, paths and the like.

    `message` is the folded text by which they were grouped, `example` the first of them as
    written (several lines for a traceback), secrets replaced. `attempts` lists the first few.
    """

    message: str
    example: str
    severity: Severity
    critical: bool
    topic: str
    rule: str | None
    count: int
    first_line: int
    last_line: int
    first_at: str | None
    last_at: str | None
    attempts: tuple[int, ...]
    means: str = ""
    means_ru: str = ""
    remedy: str = ""
    remedy_ru: str = ""


class LogReading(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One container log, read.

    `recognised` counts the lines that a rule or an error level picked out; 0 means that nothing
    in the file looked like a service's log. Very long logs keep their first and last attempts:
    `attempts_total` says how many there were.
    """

    name: str
    lines: int
    recognised: int
    clock: Clock
    began: str | None
    ended: str | None
    attempts_total: int
    attempts: tuple[Attempt, ...]
    sigterm_loop: SigtermLoop | None
    groups: tuple[ErrorGroup, ...]
    errors: int
    warnings: int
    ungrouped: int
    vllm_problems: bool

    @property
    def critical(self) -> int:
        """How many critical groups there are; a SIGTERM loop counts as one."""
        return sum(group.critical for group in self.groups) + (self.sigterm_loop is not None)

    @property
    def start_seconds(self) -> float | None:
        """The last measured start, in seconds: what the release does now."""
        measured = [a.start_seconds for a in self.attempts if a.start_seconds is not None]
        return measured[-1] if measured else None


class LogReadings(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The document that `inference-gate logs --json` writes: one reading per file."""

    readings: tuple[LogReading, ...]
    critical: int
    format: Literal["inference-gate/logs/1"] = "inference-gate/logs/1"


def to_json(readings: tuple[LogReading, ...]) -> bytes:
    """Return the readings as the bytes of one indented JSON document, a newline at its end."""
    document = LogReadings(readings=readings, critical=sum(r.critical for r in readings))
    return msgspec.json.format(msgspec.json.encode(document), indent=2) + b"\n"
