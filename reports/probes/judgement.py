"""Whether the platform would have killed a start: every phase of its clocks tried, in one answer.

When the workers' ticks fall cannot be known beforehand, so each start is replayed for every half
second of it and for quick and slow restarts; what is said is a range, and "sometimes" is said.
"""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING, Literal

import msgspec

from reports.probes.kubelet import replay
from reports.probes.settings import KINDS

if TYPE_CHECKING:
    from collections.abc import Iterable

    from reports.probes.kubelet import Life
    from reports.probes.settings import ContainerProbes
    from reports.probes.timeline import StartTimeline

Fate = Literal["survives", "sometimes killed", "killed", "exits", "not replayable"]

_LEAD_STEP_S = 0.5
RESTARTS_S = (1.0, 2.0, 3.0)
"""Seconds from one container's end to the next one's start on a node that has the image."""
LIVES = 8  # past the fifth the back-off decides when, not whether


class Range(msgspec.Struct, frozen=True):
    """The least and the most of something, in seconds."""

    least_s: float
    most_s: float


class ProbeJudgement(msgspec.Struct, frozen=True, kw_only=True):
    """What the platform would do to one container that starts like this.

    `first_kill`: its age when SIGTERM came, over all phases. `loop_age`: the age of the second
    container and those after it; `loop_period`: from one SIGTERM to the next, back-off included.
    `for_ever`: no container of the loop would have lived, in any phase. `share`: the part of the
    phases in which the first container is killed, 0 to 1.
    """

    container: str
    fate: Fate
    share: float
    killed_by: str
    why: str
    first_kill: Range | None
    loop_age: Range | None
    loop_period: Range | None
    for_ever: bool
    ready: Range | None
    notes: tuple[str, ...]

    @property
    def passes(self) -> bool:
        return self.fate == "survives"


def judge(
    probes: ContainerProbes, timeline: StartTimeline, *, path: str = "/health"
) -> ProbeJudgement:
    """Replay `timeline`, measured at the HTTP `path`, against `probes`."""
    unknown = [
        kind for kind in KINDS if (p := probes.probe(kind)) and p.handler in ("exec", "grpc")
    ]
    notes = _notes(probes, timeline, path)
    if unknown:
        note = f"{', '.join(unknown)}: an exec or grpc probe cannot be replayed from /health times"
        return _nothing_known(probes, (*notes, note))
    lines = [
        replay(probes, timeline, lead_s=lead, restart_s=restart, lives=LIVES)
        for lead in _leads(probes)
        for restart in RESTARTS_S
    ]
    ends = [line[0] for line in lines if line[0].ended_s is not None]
    kills = [life for life in ends if life.ended_by != "exit"]
    later = [life for line in lines for life in line[1:] if life.ended_s is not None]
    share = len(kills) / len(lines)
    return ProbeJudgement(
        container=probes.container,
        fate=_fate(len(kills), len(ends), len(lines)),
        share=round(share, 3),
        killed_by=" or ".join(sorted({str(life.ended_by) for life in kills})),
        why=" or ".join(sorted({str(life.why) for life in kills})),
        first_kill=_range(life.ended_s for life in ends),
        loop_age=_range(life.ended_s for life in later),
        loop_period=_range(period for line in lines for period in _periods(line)),
        for_ever=all(len(line) == LIVES and line[-1].ended_s is not None for line in lines),
        ready=_range(line[0].ready_s for line in lines) if probes.readiness else None,
        notes=notes,
    )


def _leads(probes: ContainerProbes) -> list[float]:
    longest = max((p.period_s for kind in KINDS if (p := probes.probe(kind))), default=1)
    return [step * _LEAD_STEP_S for step in range(int(longest / _LEAD_STEP_S))]


def _fate(kills: int, ends: int, tried: int) -> Fate:
    if ends > kills:
        return "exits"
    if kills == 0:
        return "survives"
    return "killed" if kills == tried else "sometimes killed"


def _periods(line: tuple[Life, ...]) -> Iterable[float]:
    """Seconds from each SIGTERM to the next."""
    moments = [life.began_s + life.ended_s for life in line if life.ended_s is not None]
    return (after - before for before, after in pairwise(moments))


def _notes(probes: ContainerProbes, timeline: StartTimeline, path: str) -> tuple[str, ...]:
    notes = [
        f"{kind}: the probe asks {probe.path}, the start was measured at {path}"
        for kind in KINDS
        if (probe := probes.probe(kind)) and probe.handler == "http" and probe.path != path
    ]
    notes += [
        f"{kind}: a TCP probe succeeds while the event loop is blocked; it would not notice a hang"
        for kind in KINDS
        if (probe := probes.probe(kind)) and probe.handler == "tcp"
    ]
    if timeline.healthy_s is None:
        notes.append("the service never answered 200 in this timeline")
    if probes.readiness is None and probes.startup is None and (timeline.healthy_s or 0) > 1:
        notes.append(
            f"no readiness probe: requests are sent to it {timeline.healthy_s:.0f} s before it answers"
        )
    if probes.liveness is None and probes.startup is None:
        notes.append("no startup or liveness probe: a service that hangs would never be restarted")
    return tuple(notes)


def _nothing_known(probes: ContainerProbes, notes: tuple[str, ...]) -> ProbeJudgement:
    return ProbeJudgement(
        container=probes.container,
        fate="not replayable",
        share=0.0,
        killed_by="",
        why="",
        first_kill=None,
        loop_age=None,
        loop_period=None,
        for_ever=False,
        ready=None,
        notes=notes,
    )


def _range(values: Iterable[float | None]) -> Range | None:
    known = [value for value in values if value is not None]
    return Range(round(min(known), 1), round(max(known), 1)) if known else None
