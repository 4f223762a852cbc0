"""The rules of the proof: what is a MUST is decided, and what decides can fail."""

from __future__ import annotations

import subprocess
import sys

import msgspec
import pytest

from conformance.checks import Check
from conformance.traceability import DOCUMENT, traceability
from schemas import contract_names
from tests.mutants.kill_matrix import MATRIX, KillMatrix, kill_matrix
from tests.mutants.mutant import every_mutant
from tests.mutants.running import ROOT


@pytest.fixture(scope="module")
def checks() -> tuple[Check, ...]:
    """Every check of the suite, collected by a process of its own."""
    command = [sys.executable, "-m", "conformance.checks"]
    said = subprocess.run(command, cwd=ROOT, check=True, capture_output=True, timeout=60)
    return tuple(msgspec.json.decode(line, type=Check) for line in said.stdout.splitlines())


@pytest.fixture(params=contract_names())
def matrix(request: pytest.FixtureRequest, checks: tuple[Check, ...]) -> KillMatrix:
    """The kill matrix of each contract."""
    return KillMatrix.of(request.param, checks, every_mutant())


def test_every_must_is_decided_or_excluded(matrix: KillMatrix) -> None:
    assert matrix.undecided_musts() == []


def test_every_must_is_proven_by_a_mutant(matrix: KillMatrix) -> None:
    assert matrix.unproven_musts() == []


def test_every_check_is_failed_by_a_mutant(matrix: KillMatrix) -> None:
    assert matrix.unproven_checks() == []


def test_mutants_name_requirements_of_their_edition(matrix: KillMatrix) -> None:
    assert matrix.unknown_kills() == []


def test_kill_matrix_is_up_to_date(checks: tuple[Check, ...]) -> None:
    remedy = "run: python -m tests.mutants.kill_matrix"
    assert MATRIX.read_text(encoding="utf-8") == kill_matrix(checks), remedy


def test_traceability_is_up_to_date(checks: tuple[Check, ...]) -> None:
    remedy = "run: python -m conformance.traceability"
    assert DOCUMENT.read_text(encoding="utf-8") == traceability(checks), remedy
