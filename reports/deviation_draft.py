"""A deviations file drafted from a run: one entry for every violation, its reason to be written."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import datetime as dt

    from reports.conformance_result import ConformanceResult, Deviation, RequirementResult

_DELETE = "\x7f"
_RULE = "# Each needs a true reason, and fails a run once it has expired or the violation is gone."


def draft(result: ConformanceResult, *, owner: str, expires: dt.date, reason: str = "") -> str:
    """The TOML text that accepts every MUST which this run found violated.

    Entries that the run had already are kept as they were. With no `reason` the new ones have an
    empty one, and the file is refused until somebody has written it.
    """
    seen = f"{_plain(result.service)} {_plain(result.version)}, seen on {_plain(result.started_at)}"
    parts = [f"# Accepted violations of {seen}.\n{_RULE}\n"]
    for row in result.requirements:
        declared = row.deviation is not None and row.outcome == "unsupported"
        if row.outcome == "violates" or declared or (row.deviation and row.outcome == "warns"):
            parts.append(_entry(row, owner, expires, reason, table=_table(declared=declared)))
    return "\n".join(parts)


def _table(*, declared: bool) -> str:
    return "unsupported" if declared else "deviation"


def _entry(row: RequirementResult, owner: str, expires: dt.date, reason: str, *, table: str) -> str:
    kept: Deviation | None = row.deviation
    lines = [f"# {row.id} ({row.level}) {_plain(row.text)}"]
    if row.findings:
        first = row.findings[0]
        lines += [f"# expected: {_plain(first.expected)}", f"# got:      {_plain(first.got)}"]
    lines += [
        f"[[{table}]]",
        f"requirement = {_quoted(row.id)}",
        f"reason = {_quoted(kept.reason if kept else reason)}",
        f"owner = {_quoted(kept.owner if kept else owner)}",
        f"expires = {kept.expires if kept else expires.isoformat()}",
    ]
    if kept and kept.link:
        lines.append(f"link = {_quoted(kept.link)}")
    return "\n".join(lines) + "\n"


def _plain(text: str) -> str:
    """The text as it may stand in a comment: on one line, without control characters."""
    return "".join(one if one.isprintable() else " " for one in text)


def _quoted(text: str) -> str:
    """A TOML basic string; JSON's escapes are TOML's, but for the delete character."""
    return json.dumps(text, ensure_ascii=False).replace(_DELETE, "\\u007F")
