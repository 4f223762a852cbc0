"""Runs the real suite against the bundled server, mutated or not, and reads what it found."""

from __future__ import annotations

import os
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import msgspec

from reports.conformance_result import ConformanceResult, RequirementResult, decode
from tests.mutants.warm import Job

if TYPE_CHECKING:
    from tests.mutants.mutant import Mutant

ROOT = Path(__file__).parents[2]


@dataclass(frozen=True)
class SuiteRun:
    """One run of the suite: its exit code, what it printed, and its result if it wrote one."""

    exit_code: int
    output: str
    result: ConformanceResult | None

    def row(self, requirement: str) -> RequirementResult:
        """What became of one requirement."""
        assert self.result is not None, self.output
        return next(row for row in self.result.requirements if row.id == requirement)

    def with_outcome(self, *outcomes: str) -> dict[str, str]:
        """The requirements of these outcomes, each with its reason or first finding."""
        assert self.result is not None, self.output
        return {
            row.id: row.findings[0].got if row.findings else row.reason
            for row in self.result.requirements
            if row.outcome in outcomes
        }


class Suite:
    """The suite in a warm interpreter: a run costs a fork instead of a start."""

    def __init__(self) -> None:
        kept = {name: value for name, value in os.environ.items() if not name.startswith("PYTEST_")}
        self._process = subprocess.Popen(
            [sys.executable, "-m", "tests.mutants.warm"],
            cwd=ROOT, env=kept, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
        )  # fmt: skip
        if self._answer() != "warm":
            raise RuntimeError("the warm interpreter did not start; what it printed says why")

    def run(self, job: Job) -> SuiteRun:
        """Do one job."""
        assert self._process.stdin is not None
        self._process.stdin.write(msgspec.json.encode(job).decode() + "\n")
        self._process.stdin.flush()
        exit_code = int(self._answer())
        folder = Path(job.folder)
        written = folder / "reports/mutant/0/conformance.json"
        return SuiteRun(
            exit_code,
            (folder / "output.txt").read_text(errors="replace"),
            decode(written.read_bytes()) if written.exists() else None,
        )

    def judge(self, mutant: Mutant, folder: Path, **about: Any) -> SuiteRun:
        """Run the checks that decide what the mutant violates, or all of them."""
        return self.run(
            Job(
                contract=mutant.contract,
                edition=mutant.edition,
                folder=str(folder),
                mutant=mutant.id,
                requirements=None if mutant.whole else mutant.kills,
                check=mutant.check,
                arguments=mutant.arguments,
                **about,
            )
        )

    def close(self) -> None:
        """End the interpreter."""
        assert self._process.stdin is not None
        self._process.stdin.close()
        self._process.wait(10)

    def _answer(self) -> str:
        assert self._process.stdout is not None
        line = self._process.stdout.readline()
        if not line:
            raise RuntimeError(f"the warm interpreter ended with {self._process.wait(10)}")
        return line.strip()
