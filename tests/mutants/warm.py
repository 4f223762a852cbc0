"""A warm interpreter: everything is imported once, then each job runs in a fork of its own.

Reads one job a line (JSON) on standard input and answers each with its exit code; ends when the
input does. Started by tests.mutants.running.
"""

from __future__ import annotations

import gc
import os
import signal
import sys
import traceback
from functools import cache
from importlib import import_module
from pathlib import Path
from pkgutil import iter_modules
from tempfile import TemporaryDirectory
from typing import Any

import msgspec
import pytest

import conformance
from conformance.ledger import Ledger
from conformance.recognition import Recognition
from conformance.results import contract_result
from reports.conformance_result import ConformanceResult, Cost, Limits, Machine
from reports.store import ReportStore
from schemas import contract_names, load_contract
from tests.mutants.mutant import Contract, find_mutant
from tests.mutants.selection import Selection
from tests.mutants.stage import API_KEY, stage_of

JOB_LIMIT_S = 150
CRASHED = 99
KEY_VARIABLE = "MUTANTS_API_KEY"


class Job(msgspec.Struct, frozen=True):
    """One run of the suite. `requirements` None runs every check."""

    contract: Contract
    edition: str | None
    folder: str
    mutant: str | None = None
    requirements: tuple[str, ...] | None = None
    check: str = ""
    seed: int = 1
    arguments: tuple[str, ...] = ()
    settings: dict[str, Any] = {}


def main() -> None:
    """Answer jobs until there are no more."""
    os.environ["PYTEST_DISABLE_PLUGIN_AUTOLOAD"] = "1"
    os.environ[KEY_VARIABLE] = API_KEY
    print("warm", flush=True)  # noqa: T201 - the protocol
    for line in sys.stdin:
        job = msgspec.json.decode(line, type=Job)
        _warm_up(job.contract)
        child = os.fork()
        if child == 0:
            os._exit(_perform_apart(job))
        _, status = os.waitpid(child, 0)
        print(os.waitstatus_to_exitcode(status), flush=True)  # noqa: T201 - the protocol


@cache
def _warm_up(contract: Contract) -> None:
    """Import, read and compile what every run of this contract needs."""
    stage_of(contract)
    for name in contract_names():
        load_contract(name).validator("error")
    package = import_module(f"conformance.{contract.replace('-', '_')}")
    for module in iter_modules(package.__path__, f"{package.__name__}."):
        import_module(module.name)
    with TemporaryDirectory() as folder:
        ReportStore(Path(folder)).write_conformance(_nothing_tested(contract), {})
    gc.collect()
    gc.freeze()  # what is here stays: no fork need look through it


def _nothing_tested(contract: Contract) -> ConformanceResult:
    """A result to render, so that the templates are compiled."""
    recognition = Recognition(contract, load_contract(contract).editions[-1], "nothing")
    judged = contract_result(recognition, [], {}, Ledger())
    return ConformanceResult(
        harness_version="0",
        service="mutant",
        version="0",
        target="",
        started_at="2025-01-01T00:00:00+00:00",
        depth="quick",
        seed=0,
        limits=Limits(),
        cost=Cost(requests=0, sent_bytes=0, received_bytes=0, duration_s=0.0),
        machine=Machine(platform="", python="", cpus=1),
        contracts=(judged,),
    )


def _perform_apart(job: Job) -> int:
    """Run the job with its output in a file; a hang ends by the alarm."""
    signal.alarm(JOB_LIMIT_S)
    folder = Path(job.folder)
    folder.mkdir(parents=True, exist_ok=True)
    output = os.open(folder / "output.txt", os.O_CREAT | os.O_WRONLY | os.O_TRUNC)
    for stream in (1, 2):
        os.dup2(output, stream)
    os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
    sys.stdin = open(0, closefd=False, encoding="utf-8")  # noqa: SIM115 - as long as the process
    try:
        code = _perform(job, folder)
    except BaseException:  # noqa: BLE001 - the outermost edge of a process
        traceback.print_exc()
        code = CRASHED
    sys.stdout.flush()
    sys.stderr.flush()
    return code


def _perform(job: Job, folder: Path) -> int:
    mutant = find_mutant(job.mutant) if job.mutant else None
    playing = stage_of(job.contract)
    settings = (dict(mutant.settings) if mutant else {}) | job.settings
    if mutant is not None and mutant.kind == "patch":
        mutant.plant()
    with playing(mutant, job.edition, folder, **settings) as of_stage:
        chosen = [] if job.requirements is None else [Selection(job.requirements, job.check)]
        suite = Path(conformance.__file__).parent / job.contract.replace("-", "_")
        key = ["--api-key-env", KEY_VARIABLE] if settings.get("guarded", True) else []
        edition = [] if job.edition is None else ["--edition", job.edition]
        return int(
            pytest.main(
                [
                    str(suite), "-q", "-p", "no:cacheprovider", "--contract", job.contract, *edition,
                    *key, "--seed", str(job.seed),
                    "--reports-dir", str(folder / "reports"), "--service-name", "mutant",
                    "--service-version", "0", *of_stage, *job.arguments,
                ],
                plugins=chosen,
            )
        )  # fmt: skip


if __name__ == "__main__":
    main()
