"""A sample of the mutants over real recognition: the proof does not hang on the instant engine."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.mutants.mutant import find_mutant

if TYPE_CHECKING:
    from pathlib import Path

    from tests.mutants.running import Suite

SAMPLE = (
    "boxes-upside-down",
    "cached-by-file-name",
    "url-before-base64",
    "files-hold-the-page-before",
)


@pytest.mark.parametrize("name", SAMPLE)
def test_mutant_is_found_out_over_real_recognition(name: str, suite: Suite, tmp_path: Path) -> None:
    mutant = find_mutant(f"ocr-service/{name}")
    run = suite.judge(mutant, tmp_path, settings={"real_engine": True})
    assert run.exit_code == 1, run.output
    assert {run.row(one).outcome for one in mutant.kills} == {"violates"}, run.output
