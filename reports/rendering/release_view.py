"""What a report of one release says, decided before any format writes it down."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

from reports.standing import standing
from reports.verdict import Verdict, VerdictName, blocks_green, judge_conformance, left_out

if TYPE_CHECKING:
    from collections.abc import Iterable

    from reports.conformance_result import (
        ContractResult,
        Endpoint,
        Outcome,
        RequirementResult,
        UntestedBecause,
    )
    from reports.logs.result import ErrorGroup, SigtermLoop
    from reports.release import Release

_WORST_FIRST: tuple[VerdictName, ...] = ("FAIL", "INVALID", "INCONCLUSIVE", "PASS")


@dataclass(frozen=True)
class Tally:
    """How many requirements came out how. `accepted` are violations under a deviation."""

    counts: Counter[Outcome]
    accepted: int

    @classmethod
    def of(cls, rows: Iterable[RequirementResult]) -> Tally:
        rows = tuple(rows)
        return cls(
            counts=Counter(row.outcome for row in rows),
            accepted=sum(row.outcome == "violates" and standing(row) == "accepted" for row in rows),
        )

    @property
    def total(self) -> int:
        return self.counts.total()

    @property
    def tested(self) -> int:
        return self.counts["conforms"] + self.counts["violates"] + self.counts["warns"]

    @property
    def critical(self) -> int:
        return self.counts["violates"] - self.accepted

    @property
    def problems(self) -> int:
        return self.counts["violates"] + self.counts["warns"] + self.counts["harness_error"]

    @property
    def open(self) -> int:
        """Neither conforming nor a problem: not tested or not offered."""
        return self.counts["untested"] + self.counts["unsupported"]


@dataclass(frozen=True)
class GroupView:
    """One group of requirements of one contract."""

    title: str
    title_ru: str
    rows: tuple[RequirementResult, ...]

    @cached_property
    def tally(self) -> Tally:
        return Tally.of(self.rows)

    @property
    def worst(self) -> Outcome:
        """The outcome by which a reader should know the group."""
        counts = self.tally.counts
        for outcome in ("violates", "harness_error", "warns", "conforms", "untested"):
            if counts[outcome]:
                return outcome
        return "unsupported"


@dataclass(frozen=True)
class OpenReason:
    """Requirements without an answer that share one reason."""

    outcome: Outcome
    because: UntestedBecause | None
    reason: str
    rows: tuple[RequirementResult, ...]


@dataclass(frozen=True)
class Cause:
    """Requirements that failed by the very same evidence: one fault shows in many clauses."""

    rows: tuple[RequirementResult, ...]

    @property
    def first(self) -> RequirementResult:
        return self.rows[0]


def causes(rows: Iterable[RequirementResult]) -> tuple[Cause, ...]:
    """Join the requirements whose evidence is the same, in the order of the first of each."""
    by_evidence: dict[object, list[RequirementResult]] = {}
    for row in rows:
        seen = tuple((one.expected, one.got, one.reproduce) for one in row.findings)
        by_evidence.setdefault(seen or row.id, []).append(row)
    return tuple(Cause(tuple(joined)) for joined in by_evidence.values())


@dataclass(frozen=True)
class ReleaseView:
    """The release as its report tells it."""

    release: Release

    @cached_property
    def rows(self) -> tuple[RequirementResult, ...]:
        conformance = self.release.conformance
        return conformance.requirements if conformance else ()

    @cached_property
    def tally(self) -> Tally:
        return Tally.of(self.rows)

    @cached_property
    def conformance_verdict(self) -> Verdict | None:
        return judge_conformance(self.release.conformance) if self.release.conformance else None

    @property
    def verdict(self) -> VerdictName:
        """The worst of what was measured; INCONCLUSIVE when the contract was not judged."""
        names: list[VerdictName] = [
            self.conformance_verdict.name if self.conformance_verdict else "INCONCLUSIVE"
        ]
        if self.release.load:
            names.append(self.release.load.verdict)
        return min(names, key=_WORST_FIRST.index)

    @property
    def critical(self) -> tuple[RequirementResult, ...]:
        return tuple(r for r in self.rows if standing(r) == "violates")

    @property
    def accepted(self) -> tuple[RequirementResult, ...]:
        return tuple(row for row in self.rows if standing(row) == "accepted")

    @property
    def warnings(self) -> tuple[RequirementResult, ...]:
        return tuple(r for r in self.rows if standing(r) == "warns")

    @property
    def harness_errors(self) -> tuple[RequirementResult, ...]:
        return tuple(row for row in self.rows if row.outcome == "harness_error")

    @property
    def deviation_problems(self) -> tuple[str, ...]:
        """Deviations that are expired or stale: each fails the run."""
        return self.release.conformance.deviation_problems if self.release.conformance else ()

    @property
    def critical_in_log(self) -> tuple[ErrorGroup, ...]:
        return tuple(group for group in self._log_errors if group.critical)

    @property
    def not_critical_in_log(self) -> tuple[ErrorGroup, ...]:
        return tuple(group for group in self._log_errors if not group.critical)

    @property
    def killed_again_and_again(self) -> tuple[SigtermLoop, ...]:
        readings = self.release.logs.readings if self.release.logs else ()
        return tuple(one.sigterm_loop for one in readings if one.sigterm_loop)

    @property
    def has_problems(self) -> bool:
        return bool(
            self.tally.problems
            or self.deviation_problems
            or self._log_errors
            or self.killed_again_and_again
        )

    @property
    def _log_errors(self) -> tuple[ErrorGroup, ...]:
        readings = self.release.logs.readings if self.release.logs else ()
        return tuple(group for reading in readings for group in reading.groups)

    @property
    def blocking(self) -> tuple[RequirementResult, ...]:
        """The MUSTs that ought to have been decided and were not."""
        conformance = self.release.conformance
        if not conformance:
            return ()
        return tuple(r for r in self.rows if blocks_green(r, conformance.accepted_untested))

    @property
    def left_out(self) -> tuple[RequirementResult, ...]:
        """The MUSTs that were not asked for."""
        return tuple(row for row in self.rows if left_out(row))

    @property
    def endpoints(self) -> tuple[Endpoint, ...]:
        contracts = self.release.conformance.contracts if self.release.conformance else ()
        return tuple(endpoint for contract in contracts for endpoint in contract.endpoints)

    @property
    def open_reasons(self) -> tuple[OpenReason, ...]:
        """Why requirements were left without an answer, the most frequent reason first."""
        by_reason: dict[tuple[Outcome, UntestedBecause | None, str], list[RequirementResult]] = {}
        for row in self.rows:
            if row.outcome in ("untested", "unsupported"):
                key = (row.outcome, row.untested_because, row.reason)
                by_reason.setdefault(key, []).append(row)
        found = [OpenReason(*key, tuple(rows)) for key, rows in by_reason.items()]
        return tuple(sorted(found, key=lambda one: (one.outcome, -len(one.rows))))


def groups(contract: ContractResult) -> tuple[GroupView, ...]:
    """The groups of a contract that have requirements, in the catalogue's order."""
    titles = {group.id: group for group in contract.groups}
    by_group: dict[str, list[RequirementResult]] = {group.id: [] for group in contract.groups}
    for row in contract.requirements:
        by_group.setdefault(row.group, []).append(row)
    return tuple(
        GroupView(
            title=titles[name].title if name in titles else name,
            title_ru=titles[name].title_ru if name in titles else name,
            rows=tuple(rows),
        )
        for name, rows in by_group.items()
        if rows
    )
