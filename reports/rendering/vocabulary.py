"""The fixed words and marks of the reports, one place for all formats.

`mark` only tells the extraction of translations that a text will be looked up later.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from reports.conformance_result import Incomplete, Outcome, UntestedBecause
    from reports.verdict import VerdictName


def mark(text: str) -> str:
    """Return the text; it is translated where it is shown."""
    return text


OUTCOMES: dict[Outcome, str] = {
    "conforms": mark("conforms"),
    "violates": mark("violated"),
    "warns": mark("warning"),
    "unsupported": mark("not offered"),
    "untested": mark("not tested"),
    "harness_error": mark("harness error"),
}

OUTCOME_MARKS: dict[Outcome, str] = {
    "conforms": "✅",
    "violates": "❌",
    "warns": "⚠️",
    "unsupported": "➖",
    "untested": "❔",
    "harness_error": "🛠️",
}

VERDICT_MARKS: dict[VerdictName, str] = {
    "PASS": "✅",
    "FAIL": "❌",
    "INCONCLUSIVE": "❔",
    "INVALID": "🛠️",
}

UNTESTED_BECAUSE: dict[UntestedBecause, str] = {
    "prerequisite": mark("Something was missing that you can provide"),
    "cut_short": mark("The run ended first"),
    "not_selected": mark("Not selected for this run"),
    "not_observed": mark("The target never came into the state that this is about"),
    "excluded": mark("No check decides it"),
}

INCOMPLETE: dict[Incomplete, str] = {
    "interrupted": mark("the run was interrupted"),
    "target_lost": mark("the target stopped answering"),
    "requests_spent": mark("the limit on requests was reached"),
    "time_spent": mark("the limit on time was reached"),
}

AUTHORIZATION: dict[str, str] = {
    "required": mark("yes"),
    "not_required": mark("no"),
    "unknown": mark("not found out"),
}

ENDINGS: dict[str, str] = {
    "clean": mark("clean stop"),
    "terminated": mark("killed by SIGTERM"),
    "crashed": mark("crashed"),
    "lost": mark("ended without a word"),
    "running": mark("still running"),
}
