"""One release reduced to what people wrote into their comparison tables by hand, measured."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from reports.standing import standing, works

if TYPE_CHECKING:
    from reports.release import Release

Functionality = Literal["full", "as_far_as_tested", "partial"]


@dataclass(frozen=True)
class Side:
    """None throughout means not measured.

    `works`: every operation that was asked properly answered with success at least once, and the
    service was there to the end. `functionality`: full when every MUST conforms or is excused;
    as_far_as_tested when some MUST could not be tested; partial when one is violated or not
    offered. `missing` counts the MUSTs behind that. `log_errors` counts lines, `log_critical`
    kinds of error.
    """

    works: bool | None
    vllm_problems: bool | None
    start_seconds: float | None
    log_errors: int | None
    log_critical: int | None
    functionality: Functionality | None
    missing: int


def side_of(release: Release) -> Side:
    """Return the row values of one release."""
    readings = release.logs.readings if release.logs else None
    functionality, missing = _functionality(release)
    return Side(
        works=_works(release),
        vllm_problems=None if readings is None else any(one.vllm_problems for one in readings),
        start_seconds=release.start_seconds,
        log_errors=None if readings is None else sum(one.errors for one in readings),
        log_critical=None if readings is None else sum(one.critical for one in readings),
        functionality=functionality,
        missing=missing,
    )


def _works(release: Release) -> bool | None:
    if release.conformance is None:
        return None
    if release.conformance.incomplete == "target_lost":
        return False
    endpoints = [one for contract in release.conformance.contracts for one in contract.endpoints]
    answers = [answer for one in endpoints if (answer := works(one)) is not None]
    return all(answers) if answers else None


def _functionality(release: Release) -> tuple[Functionality | None, int]:
    if release.conformance is None:
        return None, 0
    musts = [row for row in release.conformance.requirements if row.level == "MUST"]
    lost = [row for row in musts if standing(row) in ("violates", "unsupported")]
    if lost:
        return "partial", len(lost)
    unknown = [
        row
        for row in musts
        if row.outcome in ("untested", "harness_error")
        and row.untested_because not in ("excluded", "not_observed")
    ]
    if unknown:
        return "as_far_as_tested", len(unknown)
    return "full", 0
