"""The result files of one published release: which there are, and how each is read and written."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import msgspec

from reports import conformance_result, load_result
from reports.conformance_result import ResultFileError
from reports.logs.result import LogReadings
from reports.probes.measured import StartupResult
from reports.release import Release

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

CONFORMANCE, EVIDENCE = "conformance.json", "evidence"


class ReleaseNotFoundError(ResultFileError):
    """No results of this release are stored; the message names those that are."""


def read_release(folder: Path) -> Release:
    """Return the release whose report is `folder`, whichever of its parts are there.

    Raises ReleaseNotFoundError for a folder without results, ResultFileError (one line: file,
    fault, remedy) for a file that is cut short or not ours.
    """
    if not is_release(folder):
        raise ReleaseNotFoundError(f"{folder}: holds no results (expected {', '.join(_READERS)})")
    parts = {
        field: decode((folder / name).read_bytes(), str(folder / name))
        for name, (field, decode) in _READERS.items()
        if (folder / name).is_file()
    }
    return Release(
        service=folder.parent.name,
        version=folder.name,
        evidence=evidence_in(folder),
        **parts,
    )


def is_release(folder: Path) -> bool:
    """Whether the folder holds any result."""
    return any((folder / name).is_file() for name in _READERS)


def evidence_in(folder: Path) -> tuple[str, ...]:
    """The evidence files of a release, relative to its folder, sorted."""
    return tuple(sorted(f"{EVIDENCE}/{file.name}" for file in (folder / EVIDENCE).glob("*")))


def part_names() -> tuple[str, ...]:
    """The names of a Release's parts, each of which has a file."""
    return tuple(field for field, _ in _READERS.values())


def part_files(release: Release) -> dict[str, bytes]:
    """The result files of a release by name: the same bytes for the same results."""
    parts = {name: getattr(release, field) for name, (field, _) in _READERS.items()}
    return {
        name: msgspec.json.format(msgspec.json.encode(part, order="deterministic"), indent=2)
        + b"\n"
        for name, part in parts.items()
        if part is not None
    }


def _decoder(model: type[msgspec.Struct], what: str) -> Callable[[bytes, str], Any]:
    def decode(data: bytes, name: str) -> Any:
        try:
            return msgspec.json.decode(data, type=model)
        except (msgspec.MsgspecError, UnicodeDecodeError) as error:
            raise ResultFileError(f"{name}: not {what}: {error}: measure it again") from error

    return decode


_READERS: dict[str, tuple[str, Callable[[bytes, str], Any]]] = {
    CONFORMANCE: ("conformance", conformance_result.decode),
    "load.json": ("load", load_result.decode),
    "logs.json": ("logs", _decoder(LogReadings, "a reading of logs")),
    "startup.json": ("startup", _decoder(StartupResult, "measured starts")),
}
