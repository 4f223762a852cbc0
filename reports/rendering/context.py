"""What the templates of one document are given, the same for Markdown and HTML."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from reports.comparison import MOVE_KINDS
from reports.load_figures import success_latency
from reports.recommendations import comparison_facts, recommendations, release_facts
from reports.rendering.comparison_text import MEASURES, ComparisonText
from reports.rendering.load_text import LoadText
from reports.rendering.recommendation_text import advice
from reports.rendering.release_text import ReleaseText
from reports.rendering.release_view import ReleaseView, causes, groups
from reports.rendering.trial_text import TrialText

if TYPE_CHECKING:
    from reports.comparison import Comparison
    from reports.comparison.gate_record import GateRecord
    from reports.release import Release
    from reports.rendering.words import Words

_RELEASE_SENTENCES = (
    "answers",
    "ending",
    "endpoint_status",
    "error_count",
    "group_remark",
    "meaning",
    "outcome_counts",
    "purpose",
)
_LOAD_SENTENCES = ("capacity", "load_summary", "overload", "percentile")
_COMPARISON_SENTENCES = ("change", "measure", "move_title", "value")


def release_context(release: Release, words: Words) -> dict[str, Any]:
    """Return what the templates of a release's report need, the charts apart."""
    view = ReleaseView(release)
    text, load = ReleaseText(view, words), LoadText(words)
    return {
        "release": release,
        "view": view,
        "headline": text.headline(),
        "start_time": text.start_time(),
        "log_errors": text.log_errors(),
        "measured": text.measured(),
        "recommended": advice(recommendations(release_facts(release), "release"), words),
        "start_measures": MEASURES,
        "causes": causes,
        "groups": groups,
        "success_latency": success_latency,
        **{name: getattr(text, name) for name in _RELEASE_SENTENCES},
        **{name: getattr(load, name) for name in _LOAD_SENTENCES},
    }


def comparison_context(
    comparison: Comparison, record: GateRecord | None, words: Words
) -> dict[str, Any]:
    """Return what the templates of a comparison need, charts and links apart.

    With the record of a release gate, the verdict is the gate's.
    """
    text = ComparisonText(comparison, words)
    facts = comparison_facts(comparison)
    return {
        "comparison": comparison,
        "record": record,
        "trial": TrialText(record.trial, words) if record and record.trial else None,
        "verdict": record.verdict if record else comparison.verdict.name,
        "headline": text.headline(),
        "side_rows": text.side_rows(),
        "causes": causes,
        "caveat_sentence": text.caveat,
        "moved": [(kind, moves) for kind in MOVE_KINDS if (moves := comparison.moved(kind))],
        "before": advice(recommendations(facts, "before"), words),
        "after": advice(recommendations(facts, "after"), words),
        **{name: getattr(text, name) for name in _COMPARISON_SENTENCES},
    }
