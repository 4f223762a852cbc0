"""Findings in the forms that CI systems show beside a change: annotations and code quality."""

from __future__ import annotations

import hashlib
import json
from typing import TYPE_CHECKING

from reports.standing import standing

if TYPE_CHECKING:
    from collections.abc import Iterable

    from reports.conformance_result import ConformanceResult, RequirementResult
    from reports.standing import Standing

MOST_ANNOTATIONS = 10
"""GitHub shows ten of each kind per step and drops the rest without a word."""

_SEVERITIES: dict[Standing, str] = {
    "violates": "critical",
    "warns": "minor",
    "accepted": "info",
    "harness_error": "info",
}


def github_annotations(rows: Iterable[RequirementResult]) -> list[str]:
    """Return workflow commands for violated requirements (errors) and warnings, ten of each."""
    rows = tuple(rows)
    lines = []
    for kind, wanted in (("error", "violates"), ("warning", "warns")):
        found = [row for row in rows if standing(row) == wanted]
        lines += [_annotation(kind, row) for row in found[:MOST_ANNOTATIONS]]
    return lines


def gitlab_code_quality(result: ConformanceResult, report: str) -> str:
    """Return GitLab's code quality report; every finding points at `report`, a path in the repo."""
    found = [
        {
            "description": _description(row),
            "check_name": row.id,
            "fingerprint": _fingerprint(result, row),
            "severity": _SEVERITIES[standing(row)],
            "location": {"path": report, "lines": {"begin": 1}},
        }
        for row in result.requirements
        if standing(row) in _SEVERITIES
    ]
    return json.dumps(found, indent=2, ensure_ascii=False) + "\n"


def _annotation(kind: str, row: RequirementResult) -> str:
    title = f"{row.id} ({row.level})".replace("%", "%25")
    for mark, code in (("\r", "%0D"), ("\n", "%0A"), (":", "%3A"), (",", "%2C")):
        title = title.replace(mark, code)
    message = _description(row).replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")
    return f"::{kind} title={title}::{message}"


def _description(row: RequirementResult) -> str:
    first = row.findings[0] if row.findings else None
    found = f" Expected {first.expected}, got {first.got}" if first else ""
    return f"{row.text}{found}"


def _fingerprint(result: ConformanceResult, row: RequirementResult) -> str:
    """The same for the same requirement of the same service, whatever the version and evidence."""
    return hashlib.sha256(f"{result.service}\n{row.id}".encode()).hexdigest()
