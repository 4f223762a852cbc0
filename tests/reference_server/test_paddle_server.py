"""Way 3: the real paddleocr package before an OpenAI-compatible server that reads pages."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import httpx
import pytest
from judging import judge
from vl_server import MODEL, VlServer, serving

from reference_server.app import create_app
from reference_server.running import serve_in_thread
from reference_server.settings import Settings
from schemas.ocr_service.pages import draw

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

pytest.importorskip("paddleocr", reason="paddleocr is not installed; tox -e paddle runs these")

TIMEOUT_S = 60
AT_ONCE = 3


@pytest.fixture(scope="module")
def vl_server() -> VlServer:
    return VlServer(threads=2)


@pytest.fixture(scope="module")
def vl_url(vl_server: VlServer) -> Iterator[str]:
    with serving(vl_server) as url:
        yield url


@pytest.fixture(scope="module")
def client(vl_url: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[httpx.Client]:
    with forwarding(vl_url, tmp_path_factory.mktemp("state")) as client:
        yield client


@contextmanager
def forwarding(vl_url: str, folder: Path) -> Iterator[httpx.Client]:
    """A client of a server that forwards to `vl_url`."""
    settings = Settings(
        engine="paddleocr-vl", vl_server_url=vl_url, layout_detection=False, batch_size=AT_ONCE,
        state_dir=folder, vl_server_api_key="a-vl-key",
    )  # fmt: skip
    with (
        serve_in_thread(create_app(settings)) as url,
        httpx.Client(base_url=url, timeout=TIMEOUT_S, trust_env=False) as client,
    ):
        yield client


def post(client: httpx.Client, data: bytes) -> httpx.Response:
    return client.post("/ocr", files={"file": ("a.png", data)}, data={"return_content": "true"})


@pytest.mark.parametrize("kind", ["medium", "numbers", "two_columns"])
def test_the_text_of_a_page_is_read(client: httpx.Client, kind: str) -> None:
    from rapidfuzz.distance import Levenshtein

    page = draw(kind, 3, "en")  # type: ignore[arg-type]  # one of PAGE_KINDS
    answer = post(client, page.image).json()
    want, got = (" ".join(text.split()) for text in (page.text, answer["markdown_text"]))
    assert Levenshtein.distance(want, got) <= 0.05 * len(want)


def test_the_page_data_is_what_the_library_writes(client: httpx.Client, image_of) -> None:
    page = draw("medium", 4, "en")
    data = post(client, page.image).json()["json_data"]
    (block,) = data["parsing_res_list"]
    assert block["block_bbox"] == [0, 0, data["width"], data["height"]]
    assert (block["block_label"], block["block_id"], block["block_order"]) == ("ocr", 0, 1)
    assert data["page_index"] is None
    assert data["model_settings"]["use_layout_detection"] is False
    assert "markdown_ignore_labels" in data["model_settings"]  # the library's own, not ours
    several = image_of(60, 30, "TIFF", save_all=True, append_images=[_blank(90, 40)])
    pages = post(client, several).json()["json_data"]
    assert [(one["page_index"], one["page_count"]) for one in pages] == [(0, 2), (1, 2)]
    assert [(one["width"], one["height"]) for one in pages] == [(60, 30), (90, 40)]


def _blank(width: int, height: int) -> Any:
    from PIL import Image

    return Image.new("RGB", (width, height))


def test_the_vl_server_gets_its_model_and_its_key(client, vl_server, image_of) -> None:
    vl_server.requests.clear()
    vl_server.keys.clear()
    assert post(client, image_of()).status_code == 200
    (request,) = vl_server.requests
    assert request["model"] == MODEL
    assert request["max_completion_tokens"] == 4096
    assert vl_server.keys == ["Bearer a-vl-key"]


def test_pages_are_under_way_together_and_health_answers(client, vl_server, image_of) -> None:
    assert post(client, image_of()).status_code == 200
    while vl_server.entered.acquire(blocking=False):
        pass
    vl_server.gate.clear()
    with ThreadPoolExecutor(AT_ONCE + 1) as threads:
        answers = [threads.submit(post, client, image_of()) for _ in range(AT_ONCE + 1)]
        for _ in range(AT_ONCE):
            assert vl_server.entered.acquire(timeout=TIMEOUT_S)
        assert not vl_server.entered.acquire(blocking=False)
        assert client.get("/health").json()["paddleocr"] == "ready"
        vl_server.gate.set()
        assert {answer.result(TIMEOUT_S).status_code for answer in answers} == {200}


def test_a_vl_server_that_fails_is_a_503_and_a_page_that_it_refuses_a_500(
    client, vl_server, image_of
) -> None:
    vl_server.refusals[:] = [500, 500, 500]  # the library tries three times
    answer = post(client, image_of())
    assert answer.status_code == 503
    assert "the VL server fails: InternalServerError" in answer.json()["detail"]
    vl_server.refusals[:] = [400]
    refused = post(client, image_of())
    assert refused.status_code == 500
    assert "BadRequestError" in refused.json()["detail"]
    assert post(client, image_of()).status_code == 200


def test_a_vl_server_that_is_not_there_is_a_503(tmp_path: Path, image_of) -> None:
    with forwarding("http://127.0.0.1:9/v1", tmp_path) as client:
        answer = post(client, image_of())
        assert answer.status_code == 503
        assert "the VL server fails: APIConnectionError" in answer.json()["detail"]
        assert client.get("/health").json()["paddleocr"] == "ready"


def test_the_whole_suite_passes(vl_url: str, tmp_path: Path) -> None:
    flags = ["--engine", "paddleocr-vl", "--vl-server-url", vl_url, "--layout-detection", "false"]
    judged = judge(tmp_path, [*flags, "--release", "1.3.6"])
    assert judged.exit_code == 0, judged.output
    assert judged.outcomes["OCR-ACC-1"] == judged.outcomes["OCR-CONC-2"] == "conforms"
    assert judged.outcomes["OCR-AUTH-1"] == "conforms"
