"""How a service started, in seconds since its process did, and what it would answer when."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Literal

import msgspec
import yaml

from reports.probes.settings import ProbeError

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    from reports.probes.settings import Handler

Why = Literal["ok", "refused", "timed out", "not 200"]

SLOW_ANSWER_S = 1.0
"""An answer that takes longer counts as blocked: it is Kubernetes' default timeout."""


class Answer(msgspec.Struct, frozen=True):
    """What came of one probe: whether it succeeded, when that was known, and why not."""

    success: bool
    at_s: float
    why: Why


class StartTimeline(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A start. `blocked` are the intervals in which connections are taken and not answered.

    `listening_s` or `healthy_s` None: it never came to that. `loaded_s`: when loading was over;
    blocked intervals after it come from work. `exit_s`: when the process ended by itself.
    """

    listening_s: float | None = None
    healthy_s: float | None = None
    loaded_s: float | None = None
    blocked: tuple[tuple[float, float], ...] = ()
    answer_s: float = 0.0
    exit_s: float | None = None
    shutdown_s: float = 0.0

    def __post_init__(self) -> None:
        """Refuse times that run backwards."""
        for begin, end in self.blocked:
            if not 0 <= begin <= end:
                raise ValueError(f"blocked [{begin}, {end}] must run forwards from 0")
        if self.healthy_s is not None and (
            self.listening_s is None or self.listening_s > self.healthy_s
        ):
            raise ValueError("healthy_s needs a listening_s that is not later")
        if min(self.listening_s or 0, self.answer_s, self.shutdown_s, self.exit_s or 0) < 0:
            raise ValueError("times count from the start of the process and are not negative")

    @property
    def settled_s(self) -> float | None:
        """From when on it always answers; None if it never does."""
        if self.healthy_s is None:
            return None
        return max([self.healthy_s, *(end for _, end in self.blocked)])

    def stretched(self, factor: float) -> StartTimeline:
        """The same start on a machine that is `factor` times slower."""
        return msgspec.structs.replace(
            self,
            listening_s=_times(self.listening_s, factor),
            healthy_s=_times(self.healthy_s, factor),
            loaded_s=_times(self.loaded_s, factor),
            blocked=tuple((begin * factor, end * factor) for begin, end in self.blocked),
            exit_s=_times(self.exit_s, factor),
        )

    def answer(self, at_s: float, timeout_s: float, handler: Handler) -> Answer:
        """What a probe sent at `at_s` gets: HTTP needs a 200 in time, TCP a listening socket."""
        if self.listening_s is None or at_s < self.listening_s:
            return Answer(success=False, at_s=at_s, why="refused")
        if handler == "tcp":  # the kernel takes the connection, however busy the process is
            return Answer(success=True, at_s=at_s, why="ok")
        done = at_s
        for begin, end in sorted(self.blocked):
            if begin <= done < end:
                done = end
        done += self.answer_s
        if done - at_s > timeout_s:
            return Answer(success=False, at_s=at_s + timeout_s, why="timed out")
        healthy = self.healthy_s is not None and done >= self.healthy_s
        return Answer(success=healthy, at_s=done, why="ok" if healthy else "not 200")


class Poll(msgspec.Struct, frozen=True):
    """One look at the health path: sent and settled (seconds since the start), the HTTP status.

    `status` is None when nothing answered; `connected` says whether the connection was taken;
    `engine` is what the answer says of the engine ("ready", "initializing", …), if it does.
    """

    sent_s: float
    settled_s: float
    connected: bool
    status: int | None
    engine: str | None = None


def timeline_from_polls(
    polls: Iterable[Poll], *, loaded_s: float | None = None, shutdown_s: float = 0.0
) -> StartTimeline:
    """Return the start that these polls saw.

    A poll that took longer than `SLOW_ANSWER_S`, or that a listening service did not answer at
    all, means that it was blocked from when the poll was sent until it settled; such intervals
    are joined where they touch.
    """
    seen = list(polls)
    listening = min((poll.sent_s for poll in seen if poll.connected), default=None)
    since = [poll for poll in seen if listening is not None and poll.sent_s >= listening]
    healthy = [poll for poll in since if poll.status == 200]  # noqa: PLR2004 - OK
    blocked = [p for p in since if p.settled_s - p.sent_s > SLOW_ANSWER_S or p.status is None]
    quick = sorted(poll.settled_s - poll.sent_s for poll in healthy if poll not in blocked)
    return StartTimeline(
        listening_s=listening,
        healthy_s=min((poll.settled_s for poll in healthy), default=None),
        loaded_s=loaded_s,
        blocked=_joined((poll.sent_s, poll.settled_s) for poll in blocked),
        answer_s=round(quick[len(quick) // 2], 4) if quick else 0.0,
        shutdown_s=shutdown_s,
    )


def read_timelines(path: Path) -> tuple[StartTimeline, ...]:
    """Read start timelines from a file: one written by hand (YAML or JSON), or the runs of an
    `inference-gate startup --json` document.

    Raises `ProbeError`, one line that names the file and the field.
    """
    try:
        document = yaml.safe_load(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError) as error:
        reason = getattr(error, "strerror", None) or "not UTF-8 text"
        raise ProbeError(f"{path}: cannot be read ({reason}); name a timeline file") from None
    except yaml.YAMLError:
        raise ProbeError(
            f"{path}: neither YAML nor JSON; write listening_s, healthy_s, blocked"
        ) from None
    rows = (
        [run.get("timeline") for run in document["runs"]] if _is_measured(document) else [document]
    )
    timelines = tuple(_timeline(path, row) for row in rows)
    if not timelines:
        raise ProbeError(f"{path}: no runs in it; measure a start first")
    return timelines


def _timeline(path: Path, row: Any) -> StartTimeline:
    try:
        return msgspec.convert(row, StartTimeline)
    except msgspec.ValidationError as error:
        raise ProbeError(
            f"{path}: not a start timeline: {error}; see docs/logs-and-probes.md"
        ) from None


def _is_measured(document: Any) -> bool:
    return (
        isinstance(document, dict)
        and isinstance(document.get("runs"), list)
        and all(isinstance(run, dict) for run in document["runs"])
    )


def _joined(intervals: Iterable[tuple[float, float]]) -> tuple[tuple[float, float], ...]:
    joined: list[tuple[float, float]] = []
    for begin, end in sorted(intervals):
        if joined and begin <= joined[-1][1] + SLOW_ANSWER_S:
            joined[-1] = (joined[-1][0], max(joined[-1][1], end))
        else:
            joined.append((begin, end))
    return tuple(joined)


def _times(value: float | None, factor: float) -> float | None:
    return None if value is None else value * factor
