"""The traceability table: `python -m conformance.traceability` writes docs/traceability.md.

Every clause of every contract, with the checks that decide it or the reason why none does: joined
from the catalogues and from what the checks declare, never written by hand.
"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING

from conformance.checks import collect_checks
from schemas import contract_names, load_contract

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from conformance.checks import Check
    from schemas import Contract, Requirement

DOCUMENT = Path(__file__).parents[1] / "docs" / "traceability.md"
HEAD = """# Traceability

Written by `python -m conformance.traceability` from `schemas/*/requirements.yaml` and the checks
under `conformance/`. Do not edit.
"""


def checks_by_requirement(checks: Iterable[Check]) -> dict[str, list[str]]:
    """The ids of the checks that decide each requirement."""
    found: dict[str, list[str]] = {}
    for check in checks:
        for requirement in check.requirements:
            found.setdefault(requirement, []).append(check.id)
    return found


def traceability(checks: Iterable[Check]) -> str:
    """The document, in Markdown."""
    by_requirement = checks_by_requirement(checks)
    contracts = [load_contract(name) for name in contract_names()]
    return HEAD + "".join(_section(contract, by_requirement) for contract in contracts)


def levels(row: Requirement) -> str:
    """The level of a requirement, with its editions where they differ or are not all."""
    by_edition = [f"{row.level_in(edition)} in {edition}" for edition in row.editions]
    return row.level if not row.levels else ", ".join(by_edition)


def cell(text: str) -> str:
    """A text as a cell of a Markdown table."""
    return text.replace("|", "\\|").replace("\n", " ")


def _section(contract: Contract, checks: Mapping[str, list[str]]) -> str:
    decided = sum(row.id in checks for row in contract.requirements)
    excluded = sum(row.excluded is not None for row in contract.requirements)
    lines = [
        "",
        f"## {contract.title} (`{contract.name}`)",
        "",
        (
            f"Editions {', '.join(contract.editions)}. {len(contract.requirements)} requirements: "
            f"{decided} decided by checks, {excluded} excluded with a reason."
        ),
    ]
    for group in contract.groups:
        lines += ["", f"### {group.title}", ""]
        lines += ["| requirement | level | editions | text | decided by |", "|---|---|---|---|---|"]
        for row in contract.requirements:
            if row.group == group.id:
                by = "<br>".join(f"`{one}`" for one in checks.get(row.id, ()))
                by = by or (f"– {cell(row.excluded)}" if row.excluded else "**nothing**")
                lines.append(
                    f"| {row.id} | {levels(row)} | {', '.join(row.editions)} "
                    f"| {cell(row.text)} | {cell(by)} |"
                )
    return "\n".join(lines) + "\n"


def main() -> None:
    """Write the document and say where."""
    DOCUMENT.write_text(traceability(collect_checks()), encoding="utf-8")
    sys.stdout.write(f"{DOCUMENT}\n")


if __name__ == "__main__":
    main()
