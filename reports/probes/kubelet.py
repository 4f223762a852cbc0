"""The kubelet's probe loop, replayed second for second on a known start.

After Kubernetes' pkg/kubelet/prober/worker.go and pkg/kubelet/kuberuntime: one worker per probe
ticks every `periodSeconds` from the moment the pod was added, not from the container's start, and
goes on ticking through restarts; a tick that falls into a running probe waits, further ones are
lost; `initialDelaySeconds` is compared with whole seconds of the container's age; liveness and
readiness begin when the startup probe has succeeded; a failed threshold sends SIGTERM at once.
Restarts back off 10, 20, 40 … 300 s, counted from the end of the container before, and a
container that a probe kills is restarted at once as long as the one before it ended longer ago.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from collections.abc import Iterator

    from reports.probes.settings import ContainerProbes, Probe
    from reports.probes.timeline import Answer, StartTimeline, Why

EndedBy = Literal["startup", "liveness", "exit"]

FIRST_BACKOFF_S, LONGEST_BACKOFF_S = 10.0, 300.0
BACKOFF_FORGOTTEN_S = 600.0
LONGEST_LOOK_S = 3_600.0  # a service that is not up after an hour will not be watched further


@dataclass(frozen=True, slots=True)
class Life:
    """One container. `began_s` counts from the first container's start, the others from its own.

    `ended_s` is when SIGTERM was sent (or the process ended by itself), None if it lives on.
    """

    began_s: float
    started_s: float | None
    ready_s: float | None
    ended_s: float | None
    ended_by: EndedBy | None
    why: Why | None


@dataclass(frozen=True, slots=True)
class _Killed:
    at_s: float
    why: Why


def replay(
    probes: ContainerProbes, timeline: StartTimeline, *, lead_s: float, restart_s: float, lives: int
) -> tuple[Life, ...]:
    """Replay up to `lives` containers in a row, ending early with one that lives on.

    `lead_s`: how long before the first container's start the workers began to tick (the time to
    make the pod, 0 to one period for all that can be known). `restart_s`: seconds from the end of
    one container to the start of the next, back-off apart.
    """
    found: list[Life] = []
    began = 0.0
    ended_before: float | None = None
    backoff = _BackOff()
    for _ in range(lives):
        life = _one_life(probes, timeline, began, lead_s)
        found.append(life)
        if life.ended_s is None:
            break
        ended = began + life.ended_s
        if life.ended_by != "exit":
            ended += min(timeline.shutdown_s, _grace(probes, life.ended_by))
        seen = ended if life.ended_by == "exit" else ended_before
        began = backoff.next_start(ended, seen) + restart_s
        ended_before = ended
    return tuple(found)


class _BackOff:
    """The kubelet's crash-loop back-off for one container."""

    def __init__(self) -> None:
        self._delay_s: float | None = None
        self._updated_s = 0.0

    def next_start(self, now_s: float, exited_s: float | None) -> float:
        """When the next container may start; `exited_s`: the end of the one that is seen as dead."""
        if exited_s is None:
            return now_s
        forgotten = self._delay_s is None or exited_s - self._updated_s > BACKOFF_FORGOTTEN_S
        if self._delay_s is None or forgotten:
            self._delay_s, self._updated_s = FIRST_BACKOFF_S, now_s
            return now_s
        start = now_s if now_s - exited_s >= self._delay_s else now_s + self._delay_s
        self._delay_s = min(2 * self._delay_s, LONGEST_BACKOFF_S)
        self._updated_s = start
        return start


def _one_life(
    probes: ContainerProbes, timeline: StartTimeline, began_s: float, lead_s: float
) -> Life:
    phase = began_s + lead_s  # how long the workers have ticked when this container starts
    started: float | None = 0.0
    killed: _Killed | None = None
    by: EndedBy = "startup"
    if probes.startup:
        started, killed = _until_success(probes.startup, timeline, phase)
    if killed is None and probes.liveness and started is not None:
        by = "liveness"
        killed = _until_failure(probes.liveness, timeline, phase, started)
    ended = killed.at_s if killed else None
    if timeline.exit_s is not None and (ended is None or timeline.exit_s <= ended):
        ended, by, killed = timeline.exit_s, "exit", None
    if started is not None and ended is not None and started >= ended:
        started = None
    ready = _ready(probes, timeline, phase, started)
    return Life(
        began_s=began_s,
        started_s=started,
        ready_s=ready if ready is not None and (ended is None or ready < ended) else None,
        ended_s=ended,
        ended_by=by if ended is not None else None,
        why=killed.why if killed else None,
    )


def _until_success(
    probe: Probe, timeline: StartTimeline, phase: float
) -> tuple[float | None, _Killed | None]:
    """Run a startup probe: (when it succeeded, None) or (None, when and why it gave up)."""
    for tries, (_, answer) in enumerate(_answers(probe, timeline, phase), start=1):
        if answer.success:
            return answer.at_s, None
        if tries >= probe.failure_threshold:
            return None, _Killed(answer.at_s, answer.why)
    return None, None


def _until_failure(
    probe: Probe, timeline: StartTimeline, phase: float, started_s: float
) -> _Killed | None:
    """Run a liveness probe until it kills, or has succeeded once nothing can go wrong any more."""
    failures = 0
    for sent_s, answer in _answers(probe, timeline, phase, after_s=started_s):
        if not answer.success:
            failures += 1
            if failures >= probe.failure_threshold:
                return _Killed(answer.at_s, answer.why)
            continue
        failures = 0
        if timeline.settled_s is not None and sent_s >= timeline.settled_s:
            return None
    return None


def _ready(
    probes: ContainerProbes, timeline: StartTimeline, phase: float, started_s: float | None
) -> float | None:
    """When the container first counts as ready."""
    probe = probes.readiness
    if started_s is None or probe is None:
        return started_s
    successes = 0
    # Having started triggers one readiness probe at once, beside the ticks.
    for _, answer in _answers(probe, timeline, phase, after_s=started_s, at_once=True):
        successes = successes + 1 if answer.success else 0
        if successes >= probe.success_threshold:
            return answer.at_s
    return None


def _answers(
    probe: Probe,
    timeline: StartTimeline,
    phase: float,
    *,
    after_s: float = 0.0,
    at_once: bool = False,
) -> Iterator[tuple[float, Answer]]:
    """Yield (when sent, what came) for every probe of one worker, by the container's age."""
    time_s = after_s if at_once else _tick_after(after_s, probe.period_s, phase)
    while time_s <= LONGEST_LOOK_S:
        tick = _tick_after(time_s, probe.period_s, phase)
        if math.floor(time_s) < probe.initial_delay_s:
            time_s = tick
            continue
        answer = timeline.answer(time_s, probe.timeout_s, probe.handler)
        yield time_s, answer
        time_s = max(tick, answer.at_s)  # a tick that fell into the probe waits for its end


def _tick_after(at_s: float, period_s: int, phase_s: float) -> float:
    """The first tick later than the age `at_s`, the ticks having begun `phase_s` before age 0."""
    passed = math.floor((at_s + phase_s) / period_s + 1e-9)
    return (passed + 1) * period_s - phase_s


def _grace(probes: ContainerProbes, by: EndedBy | None) -> float:
    probe = probes.startup if by == "startup" else probes.liveness
    return probes.grace_s if probe is None or probe.grace_s is None else probe.grace_s
