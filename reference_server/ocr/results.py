"""The result files: safe and distinct names, written page by page, listing and lookup."""

from __future__ import annotations

import os
import re
import unicodedata
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from datetime import datetime
from textwrap import indent
from typing import TYPE_CHECKING, Literal
from uuid import uuid4

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


class StorageFailed(Exception):
    """The disk does not take the results; the text says why."""


class ResultWriter:
    """The two results of one image while its pages come: each page is on disk at once."""

    def __init__(self, part: Path, pages: int) -> None:
        self.markdown_part = part.with_name(part.name + ".md")
        self.json_part = part.with_name(part.name + ".json")
        self._several = pages > 1
        self._written = 0
        with ExitStack() as opened:
            self._markdown = opened.enter_context(self.markdown_part.open("w", encoding="utf-8"))
            self._json = opened.enter_context(self.json_part.open("w", encoding="utf-8"))
            self._opened = opened.pop_all()

    def add(self, markdown: str, json_text: str) -> None:
        """The next page's Markdown and its JSON object. Raises StorageFailed."""
        with _storing():
            if markdown:
                self._markdown.write("\n\n" + markdown if self._markdown.tell() else markdown)
            if self._several:
                self._json.write(",\n" if self._written else "[\n")
                json_text = indent(json_text, "    ")
            self._json.write(json_text)
            self._markdown.flush()
            self._json.flush()
        self._written += 1

    def finish(self) -> None:
        """Write what is left."""
        if self._several:
            self._json.write("\n]")
        self._opened.close()

    def close(self) -> None:
        """Remove what was not kept."""
        self._opened.close()
        self.markdown_part.unlink(missing_ok=True)
        self.json_part.unlink(missing_ok=True)


class ResultStore:
    """One folder of results, shared by every request and every process that uses it."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    @contextmanager
    def writing(self, pages: int) -> Iterator[ResultWriter]:
        """A writer of the results of an image of `pages` pages; what it does not keep is gone.

        Raises StorageFailed if the folder takes no files.
        """
        part = self.folder / f".{uuid4().hex}.part"
        with _storing():
            writer = ResultWriter(part, pages)
        try:
            yield writer
        finally:
            with _storing():
                writer.close()

    def keep(self, writer: ResultWriter, stem: str, now: datetime) -> ResultFiles:
        """Give both files a name that no other request has; each appears complete.

        Raises StorageFailed.
        """
        with _storing():
            writer.finish()
            with self._reserved(f"{now:%Y%m%d_%H%M%S}_{stem}") as name:
                files = ResultFiles(self.folder / f"{name}.md", self.folder / f"{name}.json")
                writer.markdown_part.replace(files.markdown)
                writer.json_part.replace(files.json)
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


@contextmanager
def _storing() -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise StorageFailed(error.strerror or str(error)) from None
