"""What measuring starts found: the result model of `inference-gate startup --json`."""

from __future__ import annotations

from statistics import median
from typing import Literal

import msgspec

from reports.probes.judgement import ProbeJudgement  # noqa: TC001 - msgspec reads it at run time
from reports.probes.timeline import StartTimeline  # noqa: TC001 - msgspec reads it at run time

Measure = Literal[
    "listening_s",
    "healthy_s",
    "ready_s",
    "first_page_s",
    "first_page_took_s",
    "second_page_took_s",
    "shutdown_s",
]
MEASURES: dict[Measure, str] = {
    "listening_s": "listening",
    "healthy_s": "first 200 on the health path",
    "ready_s": "engine ready",
    "first_page_s": "first page answered",
    "first_page_took_s": "first page took",
    "second_page_took_s": "second page took",
    "shutdown_s": "stopped after SIGTERM in",
}
"""Each measure and its name for readers, in the order of a start."""


class StartRun(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One start, seconds since the process was started (or since the watch of a URL began).

    `ready_s` is when /health first called the engine ready, which a lazy engine does only after
    its first page. The `…_took_s` are durations. None: it did not come to that, or does not apply.
    `failure` says in one line what went wrong.
    """

    timeline: StartTimeline
    listening_s: float | None = None
    healthy_s: float | None = None
    ready_s: float | None = None
    first_page_s: float | None = None
    first_page_took_s: float | None = None
    second_page_took_s: float | None = None
    shutdown_s: float | None = None
    slowest_health_s: float | None = None
    failure: str = ""
    output_tail: tuple[str, ...] = ()

    @property
    def started(self) -> bool:
        """Whether it came as far as being sent pages."""
        return self.timeline.loaded_s is not None

    def measure(self, name: Measure) -> float | None:
        value: float | None = getattr(self, name)
        return value


class Spread(msgspec.Struct, frozen=True, kw_only=True):
    """How far the runs lie apart, seconds; `runs` is how many have the measure."""

    runs: int
    least_s: float
    median_s: float
    most_s: float


class StartupResult(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The document of `inference-gate startup --json`; `subject` is the command or the URL."""

    subject: str
    health_path: str
    runs: tuple[StartRun, ...]
    spread: dict[str, Spread]
    probes: tuple[ProbeJudgement, ...] = ()
    recommended_probes: str = ""
    format: Literal["inference-gate/startup/1"] = "inference-gate/startup/1"


def spread_of(runs: tuple[StartRun, ...]) -> dict[str, Spread]:
    """Return the spread of every measure that at least one run has."""
    found: dict[str, Spread] = {}
    for name in MEASURES:
        values = [value for run in runs if (value := run.measure(name)) is not None]
        if values:
            found[name] = Spread(
                runs=len(values),
                least_s=min(values),
                median_s=round(median(values), 3),
                most_s=max(values),
            )
    return found


def slowest(timelines: tuple[StartTimeline, ...]) -> StartTimeline:
    """The start that took longest to settle; one that never did is the slowest of all."""
    return max(timelines, key=lambda t: (t.settled_s is None, t.settled_s or 0.0))
