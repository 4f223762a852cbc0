"""What an interrupted run had finished, kept beside the reports until the run is over.

`<reports>/.gate/<service>/<baseline>-vs-<candidate>/` holds the plan of the run and one file for
each finished step; every file is written whole or not at all, so a run may end at any moment.
"""

from __future__ import annotations

import contextlib
import errno
import fcntl
import hashlib
import os
import shutil
from typing import TYPE_CHECKING, Any

import msgspec

from reports import load_result
from reports.conformance_result import ResultFileError
from reports.folder_swap import replace_files
from reports.probes.measured import StartupResult
from reports.release_name import folder_name

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from reports.load_result import LoadResult
    from reports.trials.result import Side

FOLDER = ".gate"
_PLAN, _IGNORE = "plan.json", ".gitignore"
_SIDES: tuple[Side, Side] = ("baseline", "candidate")


class JournalError(ValueError):
    """A run cannot be begun or continued in this folder; the message says what to do."""


class Journal:
    """The finished steps of one run. Make one with `opened`."""

    def __init__(self, folder: Path) -> None:
        """Take over a folder that holds this run's plan."""
        self.folder = folder

    def starts(self, side: Side) -> tuple[StartupResult, ...]:
        """The starts measured so far."""
        return tuple(
            msgspec.json.decode(file.read_bytes(), type=StartupResult)
            for file in sorted(self.folder.glob(f"start-{side}-*.json"))
        )

    def keep_start(self, side: Side, start: StartupResult) -> None:
        """Keep one measured start."""
        self._write(f"start-{side}-{len(self.starts(side)):03}.json", msgspec.json.encode(start))

    def was_judged(self, side: Side, report: Path) -> int | None:
        """The suite's exit code, if it judged this side and its report is still the one it wrote."""
        kept = self._read(f"judged-{side}.json", dict[str, Any])
        if kept is None or not report.is_file() or kept["sha256"] != _sha256(report):
            return None
        code: int = kept["exit_code"]
        return code

    def keep_judged(self, side: Side, exit_code: int, report: Path) -> None:
        """Note that the suite has judged this side."""
        row = {"exit_code": exit_code, "sha256": _sha256(report)}
        self._write(f"judged-{side}.json", msgspec.json.encode(row))

    def identity(self, side: Side) -> dict[str, str] | None:
        """What the deployment said of itself when the run began."""
        facts: dict[str, str] | None = self._read(f"identity-{side}.json", dict[str, str])
        return facts

    def keep_identity(self, side: Side, facts: dict[str, str]) -> None:
        """Keep what the deployment says of itself."""
        self._write(f"identity-{side}.json", msgspec.json.encode(facts))

    def block_file(self, pair: int, side: Side) -> Path:
        """Where the load run of this block leaves its result."""
        return self.folder / f"block-{pair:03}-{side}.json"

    def blocks(self, sides: tuple[Side, ...] = _SIDES) -> dict[tuple[int, Side], LoadResult]:
        """The finished blocks, in the order of their pairs.

        Both sides of a pair must have run next to each other, so a half is dropped.
        """
        found: dict[tuple[int, Side], LoadResult] = {}
        for pair in range(len(list(self.folder.glob("block-*.json")))):
            files = {side: self.block_file(pair, side) for side in sides}
            if not all(file.is_file() for file in files.values()):
                for file in files.values():
                    file.unlink(missing_ok=True)
                break
            for side, file in files.items():
                found[pair, side] = load_result.decode(file.read_bytes(), str(file))
        return found

    def over(self) -> None:
        """The run has come to its end: there is nothing left to resume."""
        shutil.rmtree(self.folder, ignore_errors=True)
        service, root = self.folder.parent, self.folder.parent.parent
        with contextlib.suppress(OSError):  # another run's journal lies there too
            service.rmdir()
        if root.is_dir() and {one.name for one in root.iterdir()} <= {_IGNORE}:
            shutil.rmtree(root, ignore_errors=True)

    def _write(self, name: str, data: bytes) -> None:
        replace_files(self.folder, {name: data})

    def _read(self, name: str, kind: Any) -> Any:
        file = self.folder / name
        if not file.is_file():
            return None
        try:
            return msgspec.json.decode(file.read_bytes(), type=kind)
        except msgspec.MsgspecError as error:
            raise ResultFileError(f"{file}: not a step of a gate's run: {error}") from error


@contextlib.contextmanager
def opened(
    reports: Path, service: str, name: str, plan: dict[str, Any], *, resume: bool
) -> Iterator[tuple[Journal, bool]]:
    """The journal of this run, and whether it continues an interrupted one.

    Raises JournalError if the interrupted run had another plan, or is still running.
    """
    folder = reports / FOLDER / folder_name("service", service) / name
    folder.mkdir(parents=True, exist_ok=True)
    replace_files(reports / FOLDER, {_IGNORE: b"*\n"})
    with _alone(folder):
        kept = folder / _PLAN
        before = msgspec.json.decode(kept.read_bytes()) if kept.is_file() else None
        if not resume or before is None:
            for file in folder.iterdir():
                file.unlink()
            replace_files(folder, {_PLAN: msgspec.json.encode(plan)})
            yield Journal(folder), False
            return
        now = msgspec.json.decode(msgspec.json.encode(plan))
        if changed := [field for field in now if now[field] != before.get(field)]:
            raise JournalError(
                f"--resume: the interrupted run had another {' and another '.join(changed)}: "
                "give it as it was, or begin anew without --resume"
            )
        yield Journal(folder), True


def seed_of(reports: Path, service: str, name: str) -> int | None:
    """The seed of the interrupted run, if there is one."""
    file = reports / FOLDER / folder_name("service", service) / name / _PLAN
    if not file.is_file():
        return None
    seed: int = msgspec.json.decode(file.read_bytes())["seed"]
    return seed


@contextlib.contextmanager
def _alone(folder: Path) -> Iterator[None]:
    """Hold the folder; nobody else may run the same comparison meanwhile."""
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError as error:
        os.close(descriptor)
        if error.errno not in (errno.EAGAIN, errno.EACCES):
            raise
        raise JournalError(
            f"{folder}: another gate is at this very comparison: wait for it"
        ) from None
    try:
        yield
    finally:
        os.close(descriptor)


def _sha256(file: Path) -> str:
    return hashlib.sha256(file.read_bytes()).hexdigest()
