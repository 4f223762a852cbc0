"""The store: whole folders or none, whoever else writes, whatever the disk does."""

from __future__ import annotations

import multiprocessing
import resource
import signal
from pathlib import Path

import pytest
from report_samples import conformance, violated

from reports import conformance_result
from reports.conformance_result import ResultFileError
from reports.folder_swap import replacing
from reports.release_name import BadNameError
from reports.store import ReleaseNotFoundError, ReportStore, ReportWriteError


def files(folder: Path) -> dict[str, bytes]:
    return {
        str(path.relative_to(folder)): path.read_bytes()
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }


def test_a_release_is_read_back_as_it_was_written(tmp_path: Path) -> None:
    store, result = ReportStore(tmp_path), conformance()
    folder = store.write_conformance(result, {"evidence/ab12.bin": b"\x89PNG\xff"})
    assert folder == tmp_path / "paddleocr-vl-service" / "1.0.9"
    assert set(files(folder)) >= {
        *("conformance.json", "report.md", "report.ru.md", "junit.xml", "evidence/ab12.bin")
    }
    release = store.read("paddleocr-vl-service", "1.0.9")
    assert release.conformance == result
    assert release.evidence == ("evidence/ab12.bin",)
    assert (folder / "evidence/ab12.bin").read_bytes() == b"\x89PNG\xff"


def test_the_same_results_give_the_same_bytes(tmp_path: Path) -> None:
    first = ReportStore(tmp_path / "a").write_conformance(conformance(), {})
    second = ReportStore(tmp_path / "b").write_conformance(conformance(), {})
    again = ReportStore(tmp_path / "b").write_conformance(conformance(), {})
    assert files(first) == files(second) == files(again)


def test_a_later_run_replaces_its_evidence_and_keeps_foreign_files(tmp_path: Path) -> None:
    store = ReportStore(tmp_path)
    folder = store.write_conformance(conformance(), {"evidence/old.bin": b"1"})
    (folder / "NOTES.txt").write_text("ours")
    store.write_conformance(conformance(), {"evidence/new.bin": b"2"})
    assert (folder / "NOTES.txt").read_text() == "ours"
    assert [file.name for file in (folder / "evidence").iterdir()] == ["new.bin"]


@pytest.mark.parametrize(
    "name",
    ["", " ", ".", "..", "../x", "a/b", "a\\b", "/etc", "x\0", "-rf", ".git", "a\nb", "1.0-vs-2.0",
     "index.md", "CON", "nul.txt", "trailing.", "x" * 101, "\u202egpj"],
)  # fmt: skip
def test_a_name_that_no_folder_may_have_is_refused(tmp_path: Path, name: str) -> None:
    store = ReportStore(tmp_path)
    for service, version in ((name, "1.0.8"), ("service", name)):
        with pytest.raises(BadNameError) as error:
            store.write_conformance(conformance(service=service, version=version), {})
        assert "\n" not in str(error.value)
    assert list(tmp_path.rglob("*")) == []


@pytest.mark.parametrize("name", ["1.0.8", "v2.0 rc1", "распознавание", "2024-06-01+build.5", "ё"])
def test_names_of_any_script_are_folders(tmp_path: Path, name: str) -> None:
    store = ReportStore(tmp_path)
    store.write_conformance(conformance(service=name, version=name), {})
    assert store.services() == (name,)
    assert store.versions(name) == (name,)
    assert store.read(name, name).version == name


@pytest.mark.parametrize(
    "name", ["../evil", "evidence/../../evil", "evidence", "x/y", "evidence/.x"]
)
def test_evidence_stays_in_its_folder(tmp_path: Path, name: str) -> None:
    with pytest.raises(ValueError, match="evidence"):
        ReportStore(tmp_path).write_conformance(conformance(), {name: b""})


def test_a_missing_release_names_those_there_are(tmp_path: Path) -> None:
    store = ReportStore(tmp_path)
    store.write_conformance(conformance(version="1.0.8"), {})
    with pytest.raises(ReleaseNotFoundError, match=r"1\.0\.8"):
        store.read("paddleocr-vl-service", "1.0.9")


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (b"", "not a conformance result"),
        (b"[]", "not a conformance result"),
        (b'{"format_version": 99}', "format version 99"),
        (b'{"hello": "world"}', "not a conformance result"),
        (b"\xff\xfe", "not a conformance result"),
    ],
)
def test_a_foreign_file_is_one_clear_line(tmp_path: Path, content: bytes, says: str) -> None:
    folder = tmp_path / "service" / "1.0"
    folder.mkdir(parents=True)
    (folder / "conformance.json").write_bytes(content)
    with pytest.raises(ResultFileError) as error:
        ReportStore(tmp_path).read("service", "1.0")
    assert says in str(error.value)
    assert str(folder / "conformance.json") in str(error.value)
    assert "\n" not in str(error.value)


def test_every_truncation_is_noticed(tmp_path: Path) -> None:
    whole = conformance_result.encode(conformance())
    folder = tmp_path / "service" / "1.0"
    folder.mkdir(parents=True)
    for length in range(0, len(whole) - 2, max(1, len(whole) // 40)):
        (folder / "conformance.json").write_bytes(whole[:length])
        with pytest.raises(ResultFileError):
            ReportStore(tmp_path).read("service", "1.0")


def _write_on_a_small_disk(
    root: Path, limit: int, answer: multiprocessing.SimpleQueue[str]
) -> None:
    signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_FSIZE, (limit, limit))
    try:
        ReportStore(root).write_conformance(violated(), {"evidence/new.bin": b"2" * 4000})
    except ReportWriteError as error:
        answer.put(str(error))
    else:
        answer.put("written")


@pytest.mark.parametrize("limit", [0, 100, 3000])
def test_a_full_disk_leaves_the_earlier_report_whole(tmp_path: Path, limit: int) -> None:
    folder = ReportStore(tmp_path).write_conformance(conformance(), {"evidence/old.bin": b"1"})
    before = files(folder)
    context = multiprocessing.get_context("fork")
    answer = context.SimpleQueue()
    process = context.Process(target=_write_on_a_small_disk, args=(tmp_path, limit, answer))
    process.start()
    said = answer.get()
    process.join(30)
    assert "could not be written (File too large)" in said
    assert files(folder) == before
    assert [entry.name for entry in folder.parent.iterdir()] == ["1.0.9"]


def test_an_interruption_leaves_the_earlier_report_whole(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    store = ReportStore(tmp_path)
    folder = store.write_conformance(conformance(), {})
    before = files(folder)

    def interrupted(*_: object) -> None:
        raise KeyboardInterrupt

    for step in ("reports.store.release_documents", "reports.folder_swap._swap"):
        with monkeypatch.context() as patch:
            patch.setattr(step, interrupted)
            with pytest.raises(KeyboardInterrupt):
                store.write_conformance(violated(), {"evidence/x.bin": b"x"})
        assert files(folder) == before
        assert [entry.name for entry in folder.parent.iterdir()] == ["1.0.9"]


def test_what_a_killed_writer_left_is_mended(tmp_path: Path) -> None:
    store = ReportStore(tmp_path)
    folder = store.write_conformance(conformance(), {"evidence/old.bin": b"1"})
    (folder / "NOTES.txt").write_text("ours")
    folder.rename(folder.parent / ".1.0.9.old")  # killed between the two renames …
    half = folder.parent / ".1.0.9.0badcafe.new"  # … and another one while it wrote
    half.mkdir()
    (half / "conformance.json").write_text("{")
    store.write_conformance(violated(), {})
    assert (folder / "NOTES.txt").read_text() == "ours"
    assert [entry.name for entry in folder.parent.iterdir()] == ["1.0.9"]


def _write_many(root: Path, label: str, times: int) -> None:
    for _ in range(times):
        result = conformance(notes=(label,))
        ReportStore(root).write_conformance(result, {f"evidence/{label}.bin": label.encode()})


def test_two_runs_at_once_never_mix_their_files(tmp_path: Path) -> None:
    context = multiprocessing.get_context("fork")
    writers = [
        context.Process(target=_write_many, args=(tmp_path, label, 4)) for label in ("one", "two")
    ]
    for writer in writers:
        writer.start()
    store, seen = ReportStore(tmp_path), set()
    while any(writer.is_alive() for writer in writers):
        try:
            release = store.read("paddleocr-vl-service", "1.0.9")
        except ReleaseNotFoundError:
            continue
        assert release.conformance is not None
        (label,) = release.conformance.notes
        assert release.evidence == (f"evidence/{label}.bin",)
        seen.add(label)
    for writer in writers:
        writer.join(30)
        assert writer.exitcode == 0
    folder = store.folder("paddleocr-vl-service", "1.0.9")
    (label,) = conformance_result.decode((folder / "conformance.json").read_bytes()).notes
    assert label in (folder / "report.md").read_text()
    assert [entry.name for entry in folder.parent.iterdir()] == ["1.0.9"]


def test_a_swap_that_fails_puts_the_old_folder_back(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    target = tmp_path / "t"
    target.mkdir()
    (target / "old").write_text("old")
    rename = Path.rename

    def refuse_the_new(self: Path, to: Path) -> Path:
        if self.name.endswith(".new"):
            raise OSError(5, "Input/output error")
        return rename(self, to)

    monkeypatch.setattr(Path, "rename", refuse_the_new)
    with pytest.raises(OSError, match="Input/output"), replacing(target):
        pass
    assert [entry.name for entry in tmp_path.iterdir()] == ["t"]
    assert (target / "old").read_text() == "old"
