"""Ship or do not ship: everything that was found, weighed by the policy."""

from __future__ import annotations

from typing import TYPE_CHECKING

from reports import sentences
from reports.verdict import ExitCode, Verdict

if TYPE_CHECKING:
    from reports.trials.policy import Policy
    from reports.trials.result import Trial

_PERFORMANCE_EXIT = {
    "PASS": ExitCode.PASS,
    "FAIL": ExitCode.VIOLATION,
    "INCONCLUSIVE": ExitCode.INCONCLUSIVE,
    "INVALID": ExitCode.INVALID_RUN,
}
_WORST_FIRST = (
    ExitCode.VIOLATION,
    ExitCode.HARNESS_ERROR,
    ExitCode.INVALID_RUN,
    ExitCode.UNREACHABLE,
    ExitCode.NOTHING_TESTED,
    ExitCode.INCONCLUSIVE,
    ExitCode.PASS,
)


def decide(
    policy: Policy,
    *,
    contract: Verdict,
    change: Verdict | None,
    trial: Trial | None,
    start_s: float | None = None,
) -> Verdict:
    """The verdict on the candidate.

    `contract` is about the candidate alone, `change` about what moved since the baseline, `trial`
    about speed and correctness under load, `start_s` the candidate's start.
    """
    parts = [(sentences.CONTRACT, contract)]
    if change is not None:
        parts.append((sentences.AGAINST_THE_BASELINE, change))
    if trial is not None:
        parts.append((sentences.UNDER_LOAD, _performance(trial, policy)))
    if policy.max_start_s is not None:
        parts.append((sentences.START, _start(start_s, policy.max_start_s)))
    worst = min(
        (verdict for _, verdict in parts), key=lambda one: _WORST_FIRST.index(one.exit_code)
    )
    reasons = tuple(
        dict.fromkeys(
            f"{name()}: {reason}" for name, verdict in parts for reason in verdict.reasons
        )
    )
    return Verdict(name=worst.name, exit_code=worst.exit_code, reasons=reasons)


def _performance(trial: Trial, policy: Policy) -> Verdict:
    if trial.verdict == "INCONCLUSIVE" and policy.inconclusive == "pass":
        reasons = tuple(sentences.LET_PASS(reason=reason) for reason in trial.reasons)
        return Verdict(name="PASS", exit_code=ExitCode.PASS, reasons=reasons)
    return Verdict(
        name=trial.verdict, exit_code=_PERFORMANCE_EXIT[trial.verdict], reasons=trial.reasons
    )


def _start(start_s: float | None, limit_s: float) -> Verdict:
    if start_s is None:
        return Verdict(
            name="INCONCLUSIVE",
            exit_code=ExitCode.INCONCLUSIVE,
            reasons=(sentences.START_NOT_MEASURED(),),
        )
    if start_s > limit_s:
        return Verdict(
            name="FAIL",
            exit_code=ExitCode.VIOLATION,
            reasons=(sentences.START_TOO_LONG(took=f"{start_s:.1f}", limit=f"{limit_s:g}"),),
        )
    return Verdict(name="PASS", exit_code=ExitCode.PASS)
