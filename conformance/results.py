"""From the claims of all checks to the outcome of every requirement: pure."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal

from reports.conformance_result import (
    OUTCOMES,
    ContractResult,
    Endpoint,
    Finding,
    GroupTitle,
    Outcome,
    RequirementResult,
    UntestedBecause,
)
from schemas import load_contract

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from conformance.judging import Claim
    from conformance.ledger import Ledger
    from conformance.recognition import Recognition
    from reports.conformance_result import Level
    from schemas import Requirement

NOT_SELECTED = "not selected for this run"
_MOST_FINDINGS = 5
_AUTHORIZATION: dict[bool | None, Literal["unknown", "not_required", "required"]] = {
    None: "unknown",
    True: "not_required",
    False: "required",
}


@dataclass
class CheckRecord:
    """One check as it went: the claims it made."""

    check: str
    claims: list[Claim] = field(default_factory=list)


@dataclass(frozen=True)
class Untested:
    """Why a requirement has no claim."""

    reason: str
    because: UntestedBecause


def contract_result(
    recognition: Recognition,
    records: Iterable[CheckRecord],
    unclaimed: Mapping[str, Untested],
    ledger: Ledger,
) -> ContractResult:
    """The outcome of every requirement of this contract that holds in this edition.

    `unclaimed` says for requirement ids why no claim was made about them.
    """
    contract = load_contract(recognition.contract)
    claims: dict[str, list[tuple[str, Claim]]] = {}
    for record in records:
        for claim in record.claims:
            claims.setdefault(claim.requirement, []).append((record.check, claim))
    rows = tuple(
        _row(
            row,
            row.level_in(recognition.edition),
            claims.get(row.id, []),
            unclaimed.get(row.id, Untested(NOT_SELECTED, "not_selected")),
        )
        for row in contract.requirements
        if row.holds_in(recognition.edition)
    )
    return ContractResult(
        contract=contract.name,
        title=contract.title,
        edition=recognition.edition,
        edition_known_from=recognition.known_from,
        groups=tuple(
            GroupTitle(id=group.id, title=group.title, title_ru=group.title_ru)
            for group in contract.groups
        ),
        requirements=rows,
        endpoints=_endpoints(contract.openapi.get("paths", {}), ledger),
    )


def outcome_of(claim: Claim, level: Level) -> Outcome:
    """The outcome that one check's claim amounts to."""
    if claim.failures:
        return "violates" if level == "MUST" else "warns"
    if claim.harness_error:
        return "harness_error"
    if claim.untested:
        return "untested"
    if claim.unsupported:
        return "unsupported"
    return "conforms"


def _row(
    row: Requirement, level: Level, claims: list[tuple[str, Claim]], missing: Untested
) -> RequirementResult:
    outcome: Outcome
    findings: tuple[Finding, ...] = ()
    because: UntestedBecause | None = None
    if row.excluded is not None:
        outcome, reason, because = "untested", row.excluded, "excluded"
    elif not claims:
        outcome, reason, because = "untested", missing.reason, missing.because
    else:
        worst = min((outcome_of(claim, level) for _, claim in claims), key=OUTCOMES.index)
        said = [claim for _, claim in claims if outcome_of(claim, level) == worst]
        outcome, reason = worst, _reason(said[0], worst)
        because = said[0].untested_because if worst == "untested" else None
        findings = tuple(one for claim in said for one in claim.findings)[:_MOST_FINDINGS]
    return RequirementResult(
        id=row.id,
        group=row.group,
        level=level,
        text=row.text,
        text_ru=row.text_ru,
        source=row.source,
        outcome=outcome,
        reason=reason,
        untested_because=because,
        checks=tuple(sorted({check for check, _ in claims})),
        findings=findings,
    )


def _reason(claim: Claim, outcome: Outcome) -> str:
    return {
        "untested": claim.untested,
        "unsupported": claim.unsupported,
        "harness_error": claim.harness_error,
    }.get(outcome, "")


def _endpoints(paths: Mapping[str, Mapping[str, object]], ledger: Ledger) -> tuple[Endpoint, ...]:
    """The operations of the contract, with what they answered in this run."""
    rows = []
    for path, operations in paths.items():
        for method in (name.upper() for name in operations if name in ("get", "post")):
            log = ledger.operations.get((method, path))
            if log is None:
                continue
            rows.append(
                Endpoint(
                    method=method,
                    path=path,
                    requests=log.statuses.total(),
                    statuses=dict(sorted(log.statuses.items())),
                    authorization=_AUTHORIZATION[log.open_without_key],
                    sample_request=log.sample_request,
                    sample_answer=log.sample_answer,
                )
            )
    return tuple(rows)
