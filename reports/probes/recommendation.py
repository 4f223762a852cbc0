"""Probe settings under which a measured start lives, with room for a slower machine."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import yaml

from reports.probes.settings import KINDS, ContainerProbes, Probe, ProbeError

if TYPE_CHECKING:
    from reports.probes.timeline import StartTimeline

MARGIN = 1.5
"""How much slower than measured a start may be: another node, a cold disk, a busy neighbour."""

_STARTUP_PERIOD_S = 5
_LIVENESS_PERIOD_S = 10
_READINESS_PERIOD_S = 5
_LEAST_TIMEOUT_S = 5
_LEAST_THRESHOLD = 3
_LEAST_STARTUP_S = 30
"""However quick the start was here: a cold node first reads the image and the models from disk."""


def recommend(
    timeline: StartTimeline, *, margin: float = MARGIN, path: str = "/health", port: int = 8081
) -> ContainerProbes:
    """Return settings that let this start live though everything takes `margin` times as long.

    The startup probe waits for the start, so that the liveness probe may be quick to notice a
    hang. Raises `ProbeError` when the start never came to an answer.
    """
    if timeline.healthy_s is None or timeline.settled_s is None:
        raise ProbeError("the service never answered 200; no probe settings can help that")
    slower = timeline.stretched(margin)
    timeout = max(_LEAST_TIMEOUT_S, math.ceil(timeline.answer_s * margin) + 1)
    settled = slower.settled_s or 0.0
    longest = max((end - begin for begin, end in _working(slower, timeout)), default=0.0)
    tolerated = math.ceil(max(0.0, longest - timeout) / _LIVENESS_PERIOD_S) + 2
    # A service that answers and then blocks while it loads passes the startup probe too early:
    # only a delay keeps the liveness probe away from the rest of the loading.
    delay = (
        math.ceil(_loading_ends(slower)) if _loading_ends(slower) > (slower.healthy_s or 0.0) else 0
    )
    return ContainerProbes(
        startup=Probe(
            period_s=_STARTUP_PERIOD_S,
            timeout_s=timeout,
            failure_threshold=math.ceil(max(_LEAST_STARTUP_S, settled) / _STARTUP_PERIOD_S) + 1,
            path=path,
            port=port,
        ),
        liveness=Probe(
            initial_delay_s=delay,
            period_s=_LIVENESS_PERIOD_S,
            timeout_s=timeout,
            failure_threshold=max(_LEAST_THRESHOLD, tolerated),
            path=path,
            port=port,
        ),
        readiness=Probe(
            period_s=_READINESS_PERIOD_S,
            timeout_s=timeout,
            failure_threshold=_LEAST_THRESHOLD,
            path=path,
            port=port,
        ),
    )


def as_yaml(probes: ContainerProbes, timeline: StartTimeline, *, margin: float = MARGIN) -> str:
    """Return the settings as the part of a Kubernetes container that holds them, reasons above."""
    settled = timeline.settled_s or 0.0
    lines = [
        f"# measured: answers 200 after {timeline.healthy_s or 0:.1f} s; margin: {margin:g} times"
    ]
    if settled > (timeline.healthy_s or 0.0):
        lines.append(
            f"# but is blocked again, the last time until {settled:.1f} s: better mended in the service"
        )
    body = {f"{kind}Probe": _fields(probe) for kind in KINDS if (probe := probes.probe(kind))}
    return "\n".join(lines) + "\n" + yaml.safe_dump(body, sort_keys=False)


def _fields(probe: Probe) -> dict[str, object]:
    fields: dict[str, object] = {"httpGet": {"path": probe.path, "port": probe.port}}
    if probe.initial_delay_s:
        fields["initialDelaySeconds"] = probe.initial_delay_s
    fields["periodSeconds"] = probe.period_s
    fields["timeoutSeconds"] = probe.timeout_s
    fields["failureThreshold"] = probe.failure_threshold
    return fields


def _loading_ends(timeline: StartTimeline) -> float:
    """When the last block of the loading ends; without `loaded_s` every block is taken for one."""
    return max(
        (e for b, e in timeline.blocked if timeline.loaded_s is None or b < timeline.loaded_s),
        default=0.0,
    )


def _working(timeline: StartTimeline, timeout_s: float) -> list[tuple[float, float]]:
    """The blocks that come from work; two that a probe may hit one after the other are one."""
    if timeline.loaded_s is None:
        return []
    joined: list[tuple[float, float]] = []
    for begin, end in sorted(timeline.blocked):
        if begin < timeline.loaded_s:
            continue
        if joined and begin - joined[-1][1] < _LIVENESS_PERIOD_S + timeout_s:
            joined[-1] = (joined[-1][0], max(end, joined[-1][1]))
        else:
            joined.append((begin, end))
    return joined
