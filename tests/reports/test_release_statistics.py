"""The verdict's error rates, simulated: a short form of the table in docs/statistics.md."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parents[2] / "benchmarks"))

from release_statistics import IDENTICAL, REGRESSIONS, SPREADS, Truth, shares

COMPARISONS = 25
SEED = 20250101


@pytest.mark.parametrize("spread", SPREADS)
def test_identical_releases_are_not_called_worse(spread: float) -> None:
    row = shares(IDENTICAL, spread, COMPARISONS, SEED)
    assert row.fail == 0.0
    assert spread > 0.05 or row.passed > 0.9


@pytest.mark.parametrize("spread", SPREADS)
@pytest.mark.parametrize("truth", REGRESSIONS, ids=lambda truth: truth.name)
def test_planted_regressions_are_found(truth: Truth, spread: float) -> None:
    row = shares(truth, spread, COMPARISONS, SEED)
    assert row.fail >= 0.95, row
    assert row.passed <= 0.04, row


def test_the_published_table_keeps_what_is_promised() -> None:
    page = (Path(__file__).parents[2] / "docs/statistics.md").read_text()
    cells = [
        [cell.strip() for cell in line.strip("|").split("|")]
        for line in page.splitlines()
        if line.startswith(("| identical", *(f"| {truth.name} |" for truth in REGRESSIONS)))
    ]
    assert len(cells) == (1 + len(REGRESSIONS)) * len(SPREADS)
    for name, _, fail, *_ in cells:
        share = float(fail.rstrip("%"))
        assert share <= 1 if name == IDENTICAL.name else share >= 95
