"""The suite judges `transformers serve`: a server of others, with its own true deviations."""

from __future__ import annotations

import os
import subprocess
import sys
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from reports.conformance_result import ConformanceResult, decode
from tests.independent.serving import Independent, transformers_serve
from tests.independent.tiny_model import CONTEXT_TOKENS

REQUIRED = "INFERENCE_GATE_INDEPENDENT_REQUIRED"
"""Set where the server has to be there: its absence is then a failure and no skip."""

if not os.environ.get(REQUIRED) and (
    find_spec("torch") is None or find_spec("transformers") is None
):
    pytest.skip(
        "transformers and torch are not installed; run: tox -e independent",
        allow_module_level=True,
    )

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

ROOT = Path(__file__).parents[2]
DEVIATIONS = Path(__file__).with_name("transformers-serve.toml")
LIMIT_S = 900


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Independent]:
    with transformers_serve(tmp_path_factory.mktemp("independent")) as running:
        yield running


@dataclass(frozen=True)
class Run:
    exit_code: int
    output: str
    result: ConformanceResult


@pytest.fixture(scope="module")
def judge(server: Independent, tmp_path_factory: pytest.TempPathFactory) -> Callable[..., Run]:
    """Runs the whole suite with further arguments and reads its result."""

    def judged(*arguments: str) -> Run:
        reports = tmp_path_factory.mktemp("reports")
        done = subprocess.run(
            [
                sys.executable, "-m", "pytest", "conformance/openai", "-q",
                "-p", "no:cacheprovider", "--contract", "openai",
                "--base-url", server.base_url, "--model-uri", f"chat={server.model}",
                "--service-name", "transformers", "--service-version", "0",
                "--context-length", str(CONTEXT_TOKENS), "--concurrency", "2", "--seed", "1",
                "--reports-dir", str(reports), *arguments,
            ],
            cwd=ROOT, capture_output=True, text=True, timeout=LIMIT_S, check=False,
        )  # fmt: skip
        written = reports / "transformers/0/conformance.json"
        assert written.exists(), done.stdout + done.stderr
        return Run(done.returncode, done.stdout, decode(written.read_bytes()))

    return judged


@pytest.fixture(scope="module")
def accepted(judge: Callable[..., Run]) -> Run:
    return judge("--deviations", str(DEVIATIONS))


def test_passes_with_its_deviations_listed(accepted: Run) -> None:
    assert accepted.exit_code == 0, accepted.output[-6000:]
    assert accepted.result.deviation_problems == ()


def test_what_it_deviates_in_is_still_seen(accepted: Run) -> None:
    violated = {row.id: row for row in accepted.result.requirements if row.outcome == "violates"}
    assert {"OAI-MODELS-1", "OAI-STREAM-4"} <= set(violated)
    for row in violated.values():
        assert row.deviation is not None
        assert row.findings, row.id


def test_what_weights_without_sense_cannot_do_is_declared(accepted: Run) -> None:
    rows = {row.id: row for row in accepted.result.requirements}
    for requirement in ("OAI-CONTEXT-1", "OAI-CONC-1"):
        assert rows[requirement].outcome == "unsupported"
        assert rows[requirement].reason.startswith("declared: ")


def test_most_of_the_contract_was_judged_and_held(accepted: Run) -> None:
    outcomes = [row.outcome for row in accepted.result.requirements]
    assert outcomes.count("conforms") > 70
    assert outcomes.count("harness_error") == 0
