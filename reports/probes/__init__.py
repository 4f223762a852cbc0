"""Would the platform have killed it? A measured start replayed against probe settings."""

from __future__ import annotations

from reports.probes.judgement import ProbeJudgement, Range, judge
from reports.probes.recommendation import as_yaml, recommend
from reports.probes.settings import ContainerProbes, Probe, ProbeError, probes_from_manifest
from reports.probes.timeline import Poll, StartTimeline, read_timelines, timeline_from_polls

__all__ = [
    "ContainerProbes",
    "Poll",
    "Probe",
    "ProbeError",
    "ProbeJudgement",
    "Range",
    "StartTimeline",
    "as_yaml",
    "judge",
    "probes_from_manifest",
    "read_timelines",
    "recommend",
    "timeline_from_polls",
]
