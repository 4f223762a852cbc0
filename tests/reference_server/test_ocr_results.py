"""The result files: their names, their contents, /files, and the answer that points to them."""

from __future__ import annotations

import errno
import json
import re
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime
from pathlib import Path
from urllib.parse import quote

import pytest

from reference_server.ocr.results import ResultFiles, ResultStore, safe_stem

EDITION_1_0 = {"status", "input_type", "local_files", "timestamp"}


def test_edition_1_0_answers_with_two_files(serve, image_of, tmp_path: Path) -> None:
    answer = serve().post("/ocr", files={"file": ("Счёт 7.png", image_of())}).json()
    assert answer.keys() == EDITION_1_0
    assert answer["status"] == "success"
    markdown = Path(answer["local_files"]["markdown"])
    assert re.fullmatch(r"\d{8}_\d{6}_Счёт_7\.md", markdown.name)
    assert markdown.parent == tmp_path / "state" / "output"
    assert markdown.read_text(encoding="utf-8") == "30 by 20"
    assert datetime.fromisoformat(answer["timestamp"]).tzinfo is None
    document = json.loads(Path(answer["local_files"]["json"]).read_text(encoding="utf-8"))
    (block,) = document["parsing_res_list"]
    assert (document["width"], document["height"]) == (30, 20)
    assert block["block_content"] == "30 by 20"
    assert block["block_bbox"] == [0, 0, 30, 20]


def test_edition_1_0_answers_with_the_text_on_request(serve, image_of) -> None:
    answer = serve().post(
        "/ocr", files={"file": ("a.png", image_of())}, data={"return_content": "true"}
    )
    full = answer.json()
    assert full.keys() == EDITION_1_0 | {"markdown_text", "json_data"}
    assert full["markdown_text"] == "30 by 20"
    assert full["json_data"] == json.loads(Path(full["local_files"]["json"]).read_text())


def test_edition_1_3_adds_time_and_storage_and_text_on_request(serve, image_of) -> None:
    client = serve(release="1.3.6")
    plain = client.post("/ocr", files={"file": ("a.png", image_of())}).json()
    assert plain.keys() == EDITION_1_0 | {"elapsed_sec", "s3_files"}
    assert plain["s3_files"] == {"status": "skipped", "reason": "credentials_not_configured"}
    assert 0 <= plain["elapsed_sec"] < 20
    full = client.post(
        "/ocr", files={"file": ("a.png", image_of())}, data={"return_content": "true"}
    ).json()
    assert full.keys() == plain.keys() | {"markdown_text", "json_data"}
    assert full["markdown_text"] == "30 by 20"
    assert full["json_data"] == json.loads(Path(full["local_files"]["json"]).read_text())


def test_simultaneous_requests_of_one_name_keep_their_own_results(serve, image_of) -> None:
    client = serve(workers=8)

    def post(width: int) -> tuple[int, dict[str, str]]:
        answer = client.post("/ocr", files={"file": ("same.png", image_of(width, 9))})
        return width, answer.json()["local_files"]

    with ThreadPoolExecutor(12) as threads:
        stored = list(threads.map(post, range(1, 41)))
    assert len({files["markdown"] for _, files in stored}) == 40
    for width, files in stored:
        assert Path(files["markdown"]).read_text() == f"{width} by 9"
        assert json.loads(Path(files["json"]).read_text())["width"] == width
        assert Path(files["markdown"]).stem == Path(files["json"]).stem


@pytest.mark.parametrize(
    ("sent", "stem"),
    [
        ("page.png", "page"),
        ("../../etc/passwd", "passwd"),
        ("..\\..\\boot.ini", "boot"),
        ("Привет.мир.png", "Привет.мир"),
        (".hidden", "hidden"),
        ("CON", "_CON"),
        ("aux.txt.png", "_aux.txt"),
        ("a\x00b\nc.png", "abc"),
        ("a:b|c?.png", "a_b_c_"),
        ("\u202egnp.exe", "gnp"),
        ("..", "fallback"),
        ("///", "fallback"),
        ("", "fallback"),
        ("   .png", "fallback"),
        ("x" * 300 + ".png", "x" * 120),
        ("Ж" * 300 + ".png", "Ж" * 60),
    ],
)
def test_any_name_becomes_a_safe_stem(sent: str, stem: str) -> None:
    assert safe_stem(sent, "fallback") == stem


@pytest.mark.parametrize("name", ["../../x.png", "Ж" * 300 + ".png", "CON", "a/b\\c"])
def test_a_hostile_name_stays_inside_the_folder(serve, image_of, tmp_path, name: str) -> None:
    answer = serve().post("/ocr", files={"file": (name, image_of())})
    assert answer.status_code == 200, answer.text
    output = tmp_path / "state" / "output"
    paths = [Path(path) for path in answer.json()["local_files"].values()]
    assert sorted(path.name for path in output.iterdir()) == sorted(path.name for path in paths)


def stored(folder: Path, now: datetime, *pages: str) -> ResultFiles:
    """The files of an image of these pages."""
    store = ResultStore(folder)
    with store.writing(len(pages)) as writer:
        for page in pages:
            writer.add(page, json.dumps({"text": page}))
        return store.keep(writer, "a", now)


def test_a_name_taken_by_another_process_is_left_alone(tmp_path: Path) -> None:
    now = datetime(2025, 12, 5, 9, 0, 34)  # noqa: DTZ001 - the contract's times are naive
    first, second = (stored(tmp_path, now, text) for text in ("one", "two"))
    assert first.markdown.name == "20251205_090034_a.md"
    assert (first.markdown.read_text(), second.markdown.read_text()) == ("one", "two")
    assert len(list(tmp_path.iterdir())) == 4


def test_a_disk_that_takes_nothing_is_a_500_that_says_so(
    serve, image_of, monkeypatch, tmp_path
) -> None:
    def full(*_: object) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    client = serve()
    monkeypatch.setattr(Path, "replace", full)
    answer = client.post("/ocr", files={"file": ("a.png", image_of())})
    assert answer.status_code == 500
    assert answer.json() == {
        "detail": "OCR processing failed: results cannot be stored: No space left on device"
    }
    assert list((tmp_path / "state" / "output").iterdir()) == []


def test_a_result_folder_that_went_away_is_a_500_that_says_so(serve, image_of, tmp_path) -> None:
    client = serve()
    (tmp_path / "state" / "output").rmdir()
    answer = client.post("/ocr", files={"file": ("a.png", image_of())})
    assert answer.status_code == 500
    assert "No such file or directory" in answer.json()["detail"]


def test_each_page_is_on_disk_before_the_next_is_read(tmp_path: Path) -> None:
    pages = ["one", "", "three\n\nlines"]
    with ResultStore(tmp_path).writing(len(pages)) as writer:
        for number, page in enumerate(pages):
            writer.add(page, json.dumps({"text": page}, indent=4))
            on_disk = writer.json_part.read_text()
            assert json.loads(on_disk + "]")[number] == {"text": page}
        assert writer.markdown_part.read_text() == "one\n\nthree\n\nlines"
    assert list(tmp_path.iterdir()) == []
    files = stored(tmp_path, datetime(2025, 12, 5), *pages)  # noqa: DTZ001 - as above
    assert json.loads(files.json.read_text()) == [{"text": page} for page in pages]


def test_files_lists_the_newest_and_gives_each(serve, image_of) -> None:
    client = serve()
    for name in ("a.png", "Б.png"):
        client.post("/ocr", files={"file": (name, image_of())})
    listed = client.get("/files", params={"file_type": "md"}).json()
    assert listed["count"] == len(listed["files"]) == 2
    newest = listed["files"][0]
    assert newest["filename"].endswith("_Б.md")
    assert newest["type"] == "md"
    assert newest["size_bytes"] == len("30 by 20")
    assert client.get("/files", params={"limit": 1}).json()["count"] == 1
    file = client.get(f"/files/md/{quote(newest['filename'])}")
    assert (file.status_code, file.text) == (200, "30 by 20")
    assert file.headers["content-type"].startswith("text/markdown")
    assert "content-disposition" not in file.headers
    saved = client.get(f"/files/md/{quote(newest['filename'])}", params={"download": "true"})
    assert saved.headers["content-disposition"].startswith("attachment")


@pytest.mark.parametrize("query", ["limit=0", "limit=201", "limit=x", "file_type=exe"])
def test_files_refuses_a_query_out_of_range(serve, query: str) -> None:
    assert serve().get(f"/files?{query}").status_code == 422


@pytest.mark.parametrize(
    "path",
    [
        "/files/md/../secret.md",
        "/files/md/..%2fsecret.md",
        "/files/md/%2e%2e%2fsecret.md",
        "/files/md/..%5csecret.md",
        "/files/md/%00.md",
        "/files/md/.hidden.md",
        "/files/md/link.md",
        "/files/json/plain.md",
        "/files/md/" + "x" * 400 + ".md",
    ],
)
def test_files_gives_nothing_from_elsewhere(serve, tmp_path: Path, path: str) -> None:
    client = serve()
    output = tmp_path / "state" / "output"
    (output.parent / "secret.md").write_text("secret")
    (output / ".hidden.md").write_text("secret")
    (output / "plain.md").write_text("plain")
    (output / "link.md").symlink_to(output.parent / "secret.md")
    answer = client.get(path)
    assert answer.status_code == 404
    assert answer.json() == {"detail": "Not Found"}
    assert client.get("/files/md/plain.md").text == "plain"
