"""What a CI system shows of a gate beside the change: GitHub's step summary and annotations.

GitLab reads `code-quality.json` and `junit.xml` of the candidate's report as they are.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from reports.rendering.ci import github_annotations

if TYPE_CHECKING:
    from collections.abc import Mapping

    from reports.release import Release

MOST_SUMMARY_BYTES = 1_000_000
"""GitHub drops a step summary of more than 1 MiB altogether."""
_CUT = "\n\n(cut here: GitHub shows no more; the whole report is among the artifacts)\n"


def workflow_commands(candidate: Release, environment: Mapping[str, str]) -> list[str]:
    """The workflow commands for what the candidate violates; none outside of GitHub Actions."""
    if environment.get("GITHUB_ACTIONS") != "true" or candidate.conformance is None:
        return []
    return github_annotations(candidate.conformance.requirements)


def append_summary(report: Path, environment: Mapping[str, str]) -> None:
    """Add the comparison to the step summary, if there is one. Raises OSError."""
    target = environment.get("GITHUB_STEP_SUMMARY")
    if not target:
        return
    text = report.read_bytes()
    if len(text) > MOST_SUMMARY_BYTES:
        text = text[:MOST_SUMMARY_BYTES].decode("utf-8", errors="ignore").encode() + _CUT.encode()
    with Path(target).open("ab") as summary:
        summary.write(text)
