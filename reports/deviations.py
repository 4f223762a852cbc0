"""Deviations: known violations that somebody has accepted for a reason, and for a time.

A deviation excuses a violation only while it is true and in force: an expired entry, an entry
whose violation no longer occurs, and one that names no requirement each fail the run.
"""

from __future__ import annotations

import datetime as dt
import tomllib
from typing import TYPE_CHECKING

import msgspec

from reports import sentences
from reports.conformance_result import Deviation

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable

    from reports.conformance_result import RequirementResult


class DeviationFileError(ValueError):
    """A deviations file cannot be used; the message names the entry and the remedy."""


class _Entry(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    requirement: str
    reason: str
    owner: str
    expires: dt.date
    link: str = ""


class _File(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    deviation: tuple[_Entry, ...] = ()
    unsupported: tuple[_Entry, ...] = ()


class Deviations(msgspec.Struct, frozen=True, kw_only=True):
    """What a file accepts.

    `accepted` are violations; `declared_unsupported` are requirements that this target is
    declared not to offer, so that they are reported `unsupported` instead of violated.
    """

    accepted: tuple[Deviation, ...] = ()
    declared_unsupported: tuple[Deviation, ...] = ()


def read_deviations(text: str, name: str, known: Collection[str]) -> Deviations:
    """Parse a deviations file. Raises DeviationFileError naming file, entry and remedy."""
    try:
        file = msgspec.convert(tomllib.loads(text), _File)
    except (tomllib.TOMLDecodeError, msgspec.ValidationError) as error:
        raise DeviationFileError(f"{name}: {error}") from None
    seen: set[str] = set()
    for entry in (*file.deviation, *file.unsupported):
        if entry.requirement not in known:
            raise DeviationFileError(
                f"{name}: there is no requirement {entry.requirement!r}: give its exact id"
            )
        if entry.requirement in seen:
            raise DeviationFileError(f"{name}: {entry.requirement} stands twice: keep one entry")
        if not entry.reason.strip() or not entry.owner.strip():
            raise DeviationFileError(f"{name}: {entry.requirement} needs a reason and an owner")
        seen.add(entry.requirement)
    return Deviations(
        accepted=tuple(_deviation(entry) for entry in file.deviation),
        declared_unsupported=tuple(_deviation(entry) for entry in file.unsupported),
    )


def _deviation(entry: _Entry) -> Deviation:
    return Deviation(
        requirement=entry.requirement,
        reason=entry.reason,
        owner=entry.owner,
        expires=entry.expires.isoformat(),
        link=entry.link,
    )


def apply_deviations(
    rows: Iterable[RequirementResult], deviations: Deviations, today: dt.date
) -> tuple[tuple[RequirementResult, ...], tuple[str, ...]]:
    """Attach each deviation in force to the violation it accepts.

    `rows` are all of one contract. Returns them and the problems: entries that are expired or
    stale, and those about clauses that are no part of the edition judged.
    """
    accepted = {one.requirement: one for one in deviations.accepted}
    declared = {one.requirement: one for one in deviations.declared_unsupported}
    rows = tuple(rows)
    problems = _about_nothing(rows, (*deviations.accepted, *deviations.declared_unsupported))
    judged: list[RequirementResult] = []
    for row in rows:
        entry = accepted.get(row.id) or declared.get(row.id)
        judged.append(row if entry is None else _excused(row, entry, today, problems, declared))
    return tuple(judged), tuple(problems)


def _about_nothing(
    rows: tuple[RequirementResult, ...], entries: tuple[Deviation, ...]
) -> list[str]:
    known = {row.id for row in rows}
    contracts = {_contract_of(one) for one in known}
    return [
        sentences.ABOUT_NOTHING(id=entry.requirement)
        for entry in entries
        if entry.requirement not in known and _contract_of(entry.requirement) in contracts
    ]


def _contract_of(requirement: str) -> str:
    return requirement.partition("-")[0]


def _excused(
    row: RequirementResult,
    entry: Deviation,
    today: dt.date,
    problems: list[str],
    declared: Collection[str],
) -> RequirementResult:
    if dt.date.fromisoformat(entry.expires) < today:
        problems.append(sentences.EXPIRED(id=row.id, day=entry.expires, reason=entry.reason))
        return row
    if row.outcome == "conforms" or (row.outcome == "unsupported" and row.id not in declared):
        problems.append(sentences.STALE(id=row.id, outcome=row.outcome))
        return row
    if row.outcome in ("violates", "warns"):
        if row.id in declared:
            return msgspec.structs.replace(
                row,
                outcome="unsupported",
                reason=sentences.DECLARED(reason=entry.reason),
                deviation=entry,
            )
        return msgspec.structs.replace(row, deviation=entry)
    return row
