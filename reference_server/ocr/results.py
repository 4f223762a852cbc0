"""The result files: safe and distinct names, atomic writes, listing and lookup."""

from __future__ import annotations

import os
import re
import unicodedata
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

FileType = Literal["md", "json"]
MAX_STEM_BYTES = 120
"""File systems take 255 bytes; the rest is for the date, a number and the ending."""

_RESERVED = re.compile(r"(?:con|prn|aux|nul|com[0-9]|lpt[0-9])(?:\.|$)", re.IGNORECASE)
_PUNCTUATION = frozenset('/\\<>:"|?*%')


@dataclass(frozen=True, slots=True)
class ResultFiles:
    """The two files of one answer."""

    markdown: Path
    json: Path


@dataclass(frozen=True, slots=True)
class StoredFile:
    """A result as GET /files lists it."""

    filename: str
    type: FileType
    size_bytes: int
    modified: str


def safe_stem(name: str, fallback: str) -> str:
    """A stem for a file name from whatever a client sent, or `fallback`.

    Letters of every script stay; path separators, control characters, leading dots, names that
    Windows reserves and what exceeds MAX_STEM_BYTES in UTF-8 do not.
    """
    last = re.split(r"[/\\]", name.rstrip("/\\"))[-1]
    stem = last.rsplit(".", 1)[0] if "." in last.lstrip(".") else last
    kept = "".join(
        "_" if character in _PUNCTUATION or character.isspace() else character
        for character in unicodedata.normalize("NFC", stem)
        if not unicodedata.category(character).startswith("C")
    )
    kept = kept.encode("utf-8")[:MAX_STEM_BYTES].decode("utf-8", "ignore").strip(". ")
    if not kept.strip("_"):
        return fallback
    return f"_{kept}" if _RESERVED.match(kept) else kept


class ResultStore:
    """One folder of results, shared by every request and every process that uses it."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def write(self, stem: str, now: datetime, markdown: str, json_text: str) -> ResultFiles:
        """Write both files under a name that no other request has; each appears complete."""
        with self._reserved(f"{now:%Y%m%d_%H%M%S}_{stem}") as name:
            files = ResultFiles(self.folder / f"{name}.md", self.folder / f"{name}.json")
            _write_atomically(files.markdown, markdown)
            _write_atomically(files.json, json_text)
        return files

    @contextmanager
    def _reserved(self, wanted: str) -> Iterator[str]:
        number = 1
        while True:
            name = wanted if number == 1 else f"{wanted}_{number}"
            number += 1
            reservation = self.folder / f".{name}.reserved"
            try:
                os.close(os.open(reservation, os.O_CREAT | os.O_EXCL | os.O_WRONLY))
            except FileExistsError:
                continue
            try:
                if (self.folder / f"{name}.md").exists() or (self.folder / f"{name}.json").exists():
                    continue
                yield name
                return
            finally:
                reservation.unlink()

    def newest(self, file_type: FileType | None, limit: int) -> list[StoredFile]:
        """At most `limit` results, newest first."""
        found: list[tuple[float, StoredFile]] = []
        with os.scandir(self.folder) as entries:
            for entry in entries:
                kind = _type_of(entry.name)
                if kind is None or (file_type and kind != file_type) or not entry.is_file():
                    continue
                status = entry.stat()
                modified = datetime.fromtimestamp(status.st_mtime).isoformat()  # noqa: DTZ006 - naive, as all times of this contract
                found.append(
                    (status.st_mtime, StoredFile(entry.name, kind, status.st_size, modified))
                )
        found.sort(key=lambda item: (item[0], item[1].filename), reverse=True)
        return [stored for _, stored in found[:limit]]

    def find(self, file_type: FileType, filename: str) -> Path | None:
        """The result of that name, or None; a name with a path in it names nothing."""
        if _type_of(filename) != file_type or re.search(r"[/\\\x00]", filename):
            return None
        if len(filename.encode("utf-8", "surrogateescape")) > 255:  # noqa: PLR2004 - NAME_MAX
            return None
        path = self.folder / filename
        return path if path.is_file() and not path.is_symlink() else None


def _type_of(filename: str) -> FileType | None:
    if filename.startswith("."):
        return None
    if filename.endswith(".md"):
        return "md"
    return "json" if filename.endswith(".json") else None


def _write_atomically(path: Path, text: str) -> None:
    part = path.with_name(f".{path.name}.part")
    try:
        part.write_text(text, encoding="utf-8")
        part.replace(path)
    finally:
        part.unlink(missing_ok=True)
