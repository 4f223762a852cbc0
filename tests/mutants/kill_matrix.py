"""The kill matrix: `python -m tests.mutants.kill_matrix` writes docs/kill-matrix.md.

Which mutants prove which requirement and which check. It is made of what the catalogues declare;
that each mutant is found out at what it declares is what test_mutants runs.
"""

from __future__ import annotations

import sys
from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING

from conformance.checks import Check, collect_checks
from conformance.traceability import DOCUMENT, cell, checks_by_requirement, levels
from schemas import contract_names, load_contract
from tests.mutants.mutant import Mutant, every_mutant

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from schemas import Contract, Requirement

MATRIX = DOCUMENT.with_name("kill-matrix.md")
HEAD = """# Kill matrix

Written by `python -m tests.mutants.kill_matrix` from the mutants under `tests/mutants/` and the
checks under `conformance/`. Do not edit.

A mutant is the bundled server with one planted defect. `tests/mutants/test_mutants.py` runs the
suite against each: it must fail, and at the requirement that stands here.
"""


def proven(mutant: Mutant) -> tuple[str, ...]:
    """The requirements that this mutant is certain to violate: one of several is none."""
    return mutant.kills if mutant.all_of or len(mutant.kills) == 1 else ()


@dataclass(frozen=True)
class KillMatrix:
    """What is decided by what, and proven by what, in one contract."""

    contract: Contract
    checks: tuple[Check, ...]
    mutants: tuple[Mutant, ...]

    @classmethod
    def of(cls, name: str, checks: Iterable[Check], mutants: Iterable[Mutant]) -> KillMatrix:
        """The matrix of the contract of this name."""
        contract = load_contract(name)
        known = {row.id for row in contract.requirements}
        return cls(
            contract,
            tuple(check for check in checks if known & set(check.requirements)),
            tuple(mutant for mutant in mutants if mutant.contract == name),
        )

    def killers(self, requirement: str) -> list[Mutant]:
        """The mutants that prove this requirement."""
        return [mutant for mutant in self.mutants if requirement in proven(mutant)]

    def undecided_musts(self) -> list[str]:
        """MUSTs that no check decides and no reason excludes."""
        decided = checks_by_requirement(self.checks)
        return [row.id for row in self._musts() if row.id not in decided and not row.excluded]

    def unproven_musts(self) -> list[str]:
        """MUSTs that a check decides and no mutant violates."""
        decided = checks_by_requirement(self.checks)
        return [row.id for row in self._musts() if row.id in decided and not self.killers(row.id)]

    def unproven_checks(self) -> list[str]:
        """Checks that no mutant is certain to fail."""
        decided_by = Counter(one for check in self.checks for one in check.requirements)
        return [
            check.id
            for check in self.checks
            if not any(
                check.id.endswith(mutant.check) if mutant.check else decided_by[requirement] == 1
                for requirement in check.requirements
                for mutant in self.killers(requirement)
            )
        ]

    def unknown_kills(self) -> list[str]:
        """Mutants that name a requirement which does not exist in their edition."""
        rows = {row.id: row for row in self.contract.requirements}
        return [
            mutant.id
            for mutant in self.mutants
            for one in mutant.kills
            if one not in rows or (mutant.edition and not rows[one].holds_in(mutant.edition))
        ]

    def _musts(self) -> list[Requirement]:
        return [
            row
            for row in self.contract.requirements
            if any(row.level_in(edition) == "MUST" for edition in row.editions)
        ]

    def section(self) -> str:
        """The section of this contract, in Markdown."""
        decided = checks_by_requirement(self.checks)
        lines = [
            "",
            f"## {self.contract.title} (`{self.contract.name}`)",
            "",
            (
                f"{len(self.mutants)} mutants, {len(self.checks)} checks, "
                f"{len(decided)} requirements decided by them."
            ),
            "",
            "| requirement | level | decided by | proven by |",
            "|---|---|---|---|",
        ]
        for row in self.contract.requirements:
            if row.id in decided:
                by = "<br>".join(f"`{one.partition('/')[2]}`" for one in decided[row.id])
                killed = "<br>".join(mutant.name for mutant in self.killers(row.id)) or "–"
                lines.append(f"| {row.id} | {levels(row)} | {cell(by)} | {killed} |")
        lines += ["", "| mutant | its one defect | edition | violates |", "|---|---|---|---|"]
        for mutant in self.mutants:
            how = " or ".join(mutant.kills) if not proven(mutant) else ", ".join(mutant.kills)
            lines.append(
                f"| {mutant.name} | {cell(mutant.defect)} | {mutant.edition or 'all'} | {how} |"
            )
        return "\n".join(lines) + "\n"


def kill_matrix(checks: Sequence[Check]) -> str:
    """The document, in Markdown."""
    mutants = every_mutant()
    matrices = [KillMatrix.of(name, checks, mutants) for name in contract_names()]
    return HEAD + "".join(matrix.section() for matrix in matrices)


def main() -> None:
    """Write the document and say where."""
    MATRIX.write_text(kill_matrix(collect_checks()), encoding="utf-8")
    sys.stdout.write(f"{MATRIX}\n")


if __name__ == "__main__":
    main()
