"""Every mutant of every catalogue is found out by the suite, at a requirement that fits."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from reports.verdict import judge_conformance
from tests.mutants.mutant import Mutant, every_mutant

if TYPE_CHECKING:
    from pathlib import Path

    from tests.mutants.running import Suite


@pytest.mark.parametrize("mutant", every_mutant(), ids=lambda mutant: mutant.id)
def test_mutant_is_found_out(mutant: Mutant, suite: Suite, tmp_path: Path) -> None:
    run = suite.judge(mutant, tmp_path)
    told = f"{mutant.defect}\n{run.output[-3000:]}"
    assert run.result is not None, told
    found = {
        one: run.row(one).outcome
        for one in mutant.kills
        if any(finding.check.endswith(mutant.check) for finding in run.row(one).findings)
    }
    hits = [found.get(one) == mutant.outcome for one in mutant.kills]
    assert all(hits) if mutant.all_of else any(hits), f"{found}: {told}"
    assert not run.with_outcome("harness_error"), told
    if mutant.outcome == "violates":
        assert (run.exit_code, judge_conformance(run.result).name) == (1, "FAIL"), told
    else:
        assert run.exit_code != 1, f"a SHOULD must not fail the run: {told}"
