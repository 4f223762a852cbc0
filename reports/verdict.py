"""The verdict on one release, and the exit code that says it to a script."""

from __future__ import annotations

from enum import IntEnum
from typing import TYPE_CHECKING, Literal

import msgspec

from reports import sentences

if TYPE_CHECKING:
    from reports.conformance_result import ConformanceResult, RequirementResult

VerdictName = Literal["PASS", "FAIL", "INCONCLUSIVE", "INVALID"]


class ExitCode(IntEnum):
    """What every command of this project exits with."""

    PASS = 0
    VIOLATION = 1
    USAGE = 2
    INCONCLUSIVE = 3
    INVALID_RUN = 4
    NOTHING_TESTED = 5
    UNREACHABLE = 6
    HARNESS_ERROR = 70


class Verdict(msgspec.Struct, frozen=True, kw_only=True):
    """PASS, FAIL, INCONCLUSIVE or INVALID, why, and the exit code."""

    name: VerdictName
    exit_code: ExitCode
    reasons: tuple[str, ...] = ()


def judge_conformance(result: ConformanceResult) -> Verdict:
    """Decide whether this run lets the release pass.

    A violation outweighs everything that could not be tested; after that, whatever kept a MUST
    from being decided keeps the verdict from being green.
    """
    rows = result.requirements
    violated = [row for row in rows if row.outcome == "violates" and row.deviation is None]
    reasons = [sentences.VIOLATED(id=row.id, text=row.text) for row in violated]
    reasons += result.deviation_problems
    if reasons:
        return Verdict(name="FAIL", exit_code=ExitCode.VIOLATION, reasons=tuple(reasons))
    broken = [row for row in rows if row.outcome == "harness_error"]
    if broken:
        return Verdict(
            name="INVALID",
            exit_code=ExitCode.HARNESS_ERROR,
            reasons=tuple(sentences.HARNESS_FAILED(id=row.id, reason=row.reason) for row in broken),
        )
    if result.incomplete == "target_lost":
        return Verdict(
            name="INCONCLUSIVE",
            exit_code=ExitCode.UNREACHABLE,
            reasons=(sentences.TARGET_LOST(reason=result.incomplete_reason),),
        )
    if not any(row.outcome in ("conforms", "warns", "violates") for row in rows):
        return Verdict(
            name="INCONCLUSIVE",
            exit_code=ExitCode.NOTHING_TESTED,
            reasons=(sentences.NOTHING_TESTED(),),
        )
    open_musts = [row for row in rows if blocks_green(row, result.accepted_untested)]
    reasons = [sentences.UNTESTED(id=row.id, reason=row.reason) for row in open_musts]
    if result.incomplete:
        reasons.insert(0, sentences.CUT_SHORT(reason=result.incomplete_reason))
    if reasons:
        return Verdict(name="INCONCLUSIVE", exit_code=ExitCode.INCONCLUSIVE, reasons=tuple(reasons))
    return Verdict(name="PASS", exit_code=ExitCode.PASS)


def left_out(row: RequirementResult) -> bool:
    """Whether this row is a MUST that was not even looked at: the user chose a part."""
    return row.level == "MUST" and row.untested_because == "not_selected"


def blocks_green(row: RequirementResult, accepted: tuple[str, ...]) -> bool:
    """Whether this row is a MUST that ought to have been decided and was not."""
    return (
        row.level == "MUST"
        and row.outcome == "untested"
        and row.untested_because in ("prerequisite", "cut_short")
        and row.id not in accepted
    )
