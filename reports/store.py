"""The published reports: one folder per release, changed as a whole or not at all.

`<root>/<service>/<version>/` holds the results as JSON, the documents rendered from them, and the
files that curl lines refer to; the comparisons of a service lie beside its versions. The same
results give the same bytes, so the folders are worth committing.
"""

from __future__ import annotations

import contextlib
import shutil
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING, Any

from reports.comparison import compare
from reports.comparison.gate_record import decode_record, encode_record
from reports.conformance_result import ResultFileError
from reports.folder_swap import locked, replace_files, replacing
from reports.logs.result import LogReading, LogReadings
from reports.redacted import redacted
from reports.release import Release
from reports.release_name import folder_name, in_order
from reports.rendering.documents import comparison_documents, release_documents
from reports.rendering.index import index_documents
from reports.rendering.index_view import Published, ServiceView
from reports.stored_files import (
    CONFORMANCE,
    EVIDENCE,
    ReleaseNotFoundError,
    evidence_in,
    is_release,
    part_files,
    part_names,
    read_release,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from reports.comparison.gate_record import GateRecord
    from reports.conformance_result import ConformanceResult
    from reports.load_result import LoadResult
    from reports.probes.measured import StartupResult

__all__ = [
    "CONFORMANCE",
    "ReleaseNotFoundError",
    "ReportStore",
    "ReportWriteError",
    "comparison_name",
    "read_release",
    "unredacted",
]


class ReportWriteError(OSError):
    """A report could not be written; whatever was published before is untouched."""


def unredacted(text: str) -> str:
    """The redactor of somebody who has no secrets."""
    return text


class ReportStore:
    """The reports under one root folder, which is made on the first write.

    Every `write_…` puts its part into the release's folder, keeps the other parts that are there,
    renders all documents anew and returns the folder. `redact` goes over every text. They raise
    BadNameError for a service or version that no folder may be called, ResultFileError when a part
    that is there already cannot be read, and ReportWriteError when the disk refuses.
    """

    def __init__(self, root: Path) -> None:
        self.root = Path(root)

    def write_conformance(
        self,
        result: ConformanceResult,
        evidence: Mapping[str, bytes],
        redact: Callable[[str], str] = unredacted,
    ) -> Path:
        """Publish a conformance run with the files its curl lines need, named `evidence/…`."""
        files = {
            _evidence_name(name): _redact_bytes(data, redact) for name, data in evidence.items()
        }
        return self._change(
            result.service, result.version, redact, evidence=files, conformance=result
        )

    def write_load(
        self,
        service: str,
        version: str,
        result: LoadResult,
        redact: Callable[[str], str] = unredacted,
    ) -> Path:
        """Publish a load run of a release; it takes the place of an earlier one."""
        return self._change(service, version, redact, load=result)

    def write_logs(
        self,
        service: str,
        version: str,
        readings: tuple[LogReading, ...],
        redact: Callable[[str], str] = unredacted,
    ) -> Path:
        """Publish what the container logs of a release say."""
        document = LogReadings(readings=readings, critical=sum(one.critical for one in readings))
        return self._change(service, version, redact, logs=document)

    def write_startup(
        self,
        service: str,
        version: str,
        result: StartupResult,
        redact: Callable[[str], str] = unredacted,
    ) -> Path:
        """Publish the measured starts of a release."""
        return self._change(service, version, redact, startup=result)

    def write_comparison(
        self,
        a: Release,
        b: Release,
        record: GateRecord | None = None,
        redact: Callable[[str], str] = unredacted,
    ) -> Path:
        """Publish the comparison of release `b` with the older `a`; return its Markdown file.

        It lies beside the versions of b's service. `record` is what the release gate decided; it
        is kept, and a later comparison without one shows it again.
        """
        name = comparison_name(a, b)
        folder = self.root / folder_name("service", b.service)
        if record is not None:
            record = redacted(record, redact)
        with _writing(folder / name):
            folder.mkdir(parents=True, exist_ok=True)
            with locked(folder):
                kept = folder / f"{name}.json"
                if record is None and kept.is_file():
                    record = decode_record(kept.read_bytes(), str(kept))
                files = {} if record is None else {kept.name: encode_record(record)}
                for file, text in comparison_documents(compare(a, b), record, name).items():
                    files[file] = text.encode() if isinstance(text, str) else text
                replace_files(folder, files)
            self._write_index()
        return folder / f"{name}.md"

    def read(self, service: str, version: str) -> Release:
        """Return what is stored of a release.

        Raises ReleaseNotFoundError when there is nothing, ResultFileError (one line: file, fault,
        remedy) when a file is cut short or not ours.
        """
        folder = self.folder(service, version)
        if not folder.is_dir():
            known = ", ".join(self.versions(service)) or "none"
            raise ReleaseNotFoundError(
                f"{folder}: no such release is stored (of this service: {known})"
            )
        with locked(folder.parent, shared=True):
            return read_release(folder)

    def folder(self, service: str, version: str) -> Path:
        """Return where the report of a release lies or will lie."""
        return self.root / folder_name("service", service) / folder_name("version", version)

    def services(self) -> tuple[str, ...]:
        """Return the services of which a release is stored, sorted."""
        return tuple(name for name in _folders(self.root) if self.versions(name))

    def versions(self, service: str) -> tuple[str, ...]:
        """Return the stored versions of a service, from old to new."""
        folder = self.root / service
        return in_order(name for name in _folders(folder) if is_release(folder / name))

    def _write_index(self) -> None:
        """Write the index over everything that is stored, a release that cannot be read included."""
        with locked(self.root):
            views = tuple(self._service_view(name) for name in self.services())
            documents = index_documents(views)
            replace_files(self.root, {name: text.encode() for name, text in documents.items()})

    def _service_view(self, service: str) -> ServiceView:
        found = []
        for version in self.versions(service):
            try:
                found.append(Published(version, self.read(service, version)))
            except ResultFileError as error:
                found.append(Published(version, None, str(error).removeprefix(f"{self.root}/")))
        comparisons = [file.stem for file in (self.root / service).glob("*-vs-*.md")]
        names = in_order(name for name in comparisons if not name.endswith(".ru"))
        return ServiceView(service, tuple(found), names)

    def _change(
        self,
        service: str,
        version: str,
        redact: Callable[[str], str],
        evidence: Mapping[str, bytes] | None = None,
        **parts: Any,
    ) -> Path:
        folder = self.folder(service, version)
        clean = {name: redacted(part, redact) for name, part in parts.items()}
        with _writing(folder):
            folder.parent.mkdir(parents=True, exist_ok=True)
            with locked(folder.parent):
                before = read_release(folder) if is_release(folder) else None
                with replacing(folder) as fresh:
                    _keep(folder, fresh, with_evidence=evidence is None)
                    for name, data in (evidence or {}).items():
                        _write(fresh / name, data)
                    release = _joined(service, version, before, clean, fresh)
                    for name, data in part_files(release).items():
                        _write(fresh / name, data)
                    for name, document in release_documents(release).items():
                        _write(fresh / name, document)
            self._write_index()
        return folder


def comparison_name(a: Release, b: Release) -> str:
    """Return the name, without suffix, of the files that hold the comparison of two releases."""
    older = a.version if a.service == b.service else f"{a.service} {a.version}"
    return f"{folder_name('version', older)}-vs-{folder_name('version', b.version)}"


def _joined(
    service: str, version: str, before: Release | None, parts: Mapping[str, Any], folder: Path
) -> Release:
    fields = set(part_names())
    kept = {name: getattr(before, name) for name in fields - set(parts)} if before else {}
    return Release(service=service, version=version, evidence=evidence_in(folder), **kept, **parts)


def _keep(folder: Path, fresh: Path, *, with_evidence: bool) -> None:
    """Carry over what this run does not write: the user's own files, evidence of other parts."""
    if not folder.is_dir():
        return
    for entry in sorted(folder.iterdir()):
        if entry.name == EVIDENCE and not with_evidence:
            continue
        if entry.is_dir():
            shutil.copytree(entry, fresh / entry.name, symlinks=True)
        else:
            shutil.copy2(entry, fresh / entry.name, follow_symlinks=False)


def _write(path: Path, data: bytes | str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(data.encode() if isinstance(data, str) else data)


@contextlib.contextmanager
def _writing(folder: Path) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise ReportWriteError(
            f"{folder}: the report could not be written ({error.strerror or error}); what was "
            "there before is untouched: make room or name another --reports-dir"
        ) from error


def _evidence_name(name: str) -> str:
    path = PurePosixPath(name)
    if path.parts[:1] != (EVIDENCE,) or len(path.parts) != 2 or path.name.startswith("."):  # noqa: PLR2004 - folder and file
        raise ValueError(f"evidence must be named evidence/FILE, not {name!r}")
    return name


def _redact_bytes(data: bytes, redact: Callable[[str], str]) -> bytes:
    """Redact bytes that may or may not be text; what is not UTF-8 stays as it was."""
    return redact(data.decode(errors="surrogateescape")).encode(errors="surrogateescape")


def _folders(folder: Path) -> list[str]:
    if not folder.is_dir():
        return []
    return sorted(
        entry.name for entry in folder.iterdir() if entry.is_dir() and entry.name[0] != "."
    )
