"""What to do next, derived by rules from what was measured; every line names its evidence."""

from __future__ import annotations

from reports.recommendations.comparison_facts import comparison_facts
from reports.recommendations.release_facts import release_facts
from reports.recommendations.rules import Recommendation, recommendations

__all__ = ["Recommendation", "comparison_facts", "recommendations", "release_facts"]
