"""What the terminal shows at the end of a run."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Any

from reports.verdict import left_out

if TYPE_CHECKING:
    from reports.conformance_result import ConformanceResult
    from reports.verdict import Verdict

_COLOURS = {"PASS": "green", "FAIL": "red", "INCONCLUSIVE": "yellow", "INVALID": "red"}
_MOST_REASONS = 20


def print_summary(terminal: Any, result: ConformanceResult, verdict: Verdict, written: str) -> None:
    """Print contracts, outcomes, verdict and the report's path."""
    terminal.section("inference-gate", "=")
    for contract in result.contracts:
        counts = Counter(row.outcome for row in contract.requirements)
        terminal.write_line(
            f"{contract.contract} {contract.edition} ({contract.edition_known_from}): "
            + ", ".join(f"{count} {outcome}" for outcome, count in sorted(counts.items()))
        )
    for row in result.requirements:
        if row.outcome == "warns":
            terminal.write_line(f"  warns: {row.id} ({row.level}) {row.text}", yellow=True)
    terminal.write_line(
        f"service {result.service} {result.version}, depth {result.depth}, seed {result.seed}, "
        f"{result.cost.requests} requests in {result.cost.duration_s:.1f} s"
    )
    if unasked := sum(map(left_out, result.requirements)):
        terminal.write_line(f"  {unasked} MUSTs were left out by choice; the report says why")
    for reason in verdict.reasons[:_MOST_REASONS]:
        terminal.write_line(f"  {reason}")
    terminal.write_line(
        f"{verdict.name} · report: {written}", bold=True, **{_COLOURS[verdict.name]: True}
    )
