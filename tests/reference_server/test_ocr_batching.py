"""Pages of many requests in one batch: who gets what, what fails, and what is not read."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING

import httpx
import pytest
from PIL import Image

from reference_server.app import create_app
from reference_server.ocr.batching import Batcher
from reference_server.ocr.engine import Block, EngineUnavailable, OutOfMemory, Page
from reference_server.ocr.gpu import MIB, GpuMemory, gpu_of, shortage
from reference_server.ocr.recognition import Abandoned, RecognitionPool
from reference_server.running import serve_in_thread

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

TIMEOUT_S = 20
BAD_WIDTH = 13


class BatchOfSizes:
    """Reads page sizes in batches; a page 13 pixels wide is bad, `fits` pages fit into memory.

    `gate` holds every batch until it is set.
    """

    def __init__(self, at_once: int = 4) -> None:
        self.at_once = at_once
        self.fits = at_once
        self.down = False
        self.gate = threading.Event()
        self.gate.set()
        self.entered = threading.Semaphore(0)
        self.batches: list[list[int]] = []

    def load(self) -> None:
        """Be ready at once."""

    def read_batch(self, images: Sequence[Image.Image]) -> list[Page]:
        widths = [image.width for image in images]
        self.batches.append(widths)
        self.entered.release()
        assert self.gate.wait(TIMEOUT_S)
        if self.down:
            raise EngineUnavailable("the VL server does not answer")
        if len(images) > self.fits:
            raise OutOfMemory(f"out of memory with {len(images)} pages")
        if BAD_WIDTH in widths:
            raise RuntimeError("tensor shapes differ")
        return [Page(width, 1, (Block(f"width {width}", (0, 0, width, 1)),)) for width in widths]


@pytest.fixture
def engine() -> BatchOfSizes:
    return BatchOfSizes()


@pytest.fixture
def batcher(engine: BatchOfSizes) -> Iterator[Batcher]:
    batcher = Batcher(engine, wait_s=TIMEOUT_S)
    yield batcher
    engine.gate.set()
    batcher.close()


def page(width: int) -> Image.Image:
    return Image.new("RGB", (width, 1))


def test_a_full_batch_goes_at_once_and_each_page_comes_back_to_its_own(batcher, engine) -> None:
    futures = [batcher.submit(page(width)) for width in range(1, 9)]
    assert [future.result(TIMEOUT_S).width for future in futures] == list(range(1, 9))
    assert engine.batches == [[1, 2, 3, 4], [5, 6, 7, 8]]


def test_a_batch_that_is_not_full_waits_so_long_and_no_longer(engine) -> None:
    batcher = Batcher(engine, wait_s=0.01)
    assert batcher.read(page(5)).width == 5
    batcher.close()
    assert engine.batches == [[5]]


def test_what_arrives_while_a_batch_is_read_is_the_next_batch(engine) -> None:
    sizes: list[int] = []
    batcher = Batcher(engine, wait_s=0, on_batch=sizes.append)
    engine.gate.clear()
    first = batcher.submit(page(1))
    assert engine.entered.acquire(timeout=TIMEOUT_S)
    rest = [batcher.submit(page(width)) for width in (2, 3, 4)]
    engine.gate.set()
    assert [future.result(TIMEOUT_S).width for future in (first, *rest)] == [1, 2, 3, 4]
    batcher.close()
    assert sizes == [1, 3]


def test_one_bad_page_fails_alone(batcher, engine) -> None:
    futures = [batcher.submit(page(width)) for width in (1, BAD_WIDTH, 3, 4)]
    bad = futures.pop(1)
    assert str(bad.exception(TIMEOUT_S)) == "tensor shapes differ"
    assert [future.result(TIMEOUT_S).width for future in futures] == [1, 3, 4]


def test_a_batch_that_does_not_fit_into_memory_is_read_in_parts(batcher, engine) -> None:
    engine.fits = 2
    futures = [batcher.submit(page(width)) for width in (1, 2, 3, 4)]
    assert [future.result(TIMEOUT_S).width for future in futures] == [1, 2, 3, 4]
    assert engine.batches == [[1, 2, 3, 4], [1, 2], [3, 4]]


def test_an_engine_that_is_down_is_not_asked_page_by_page(batcher, engine) -> None:
    engine.down = True
    futures = [batcher.submit(page(width)) for width in (1, 2, 3, 4)]
    assert {type(future.exception(TIMEOUT_S)) for future in futures} == {EngineUnavailable}
    assert engine.batches == [[1, 2, 3, 4]]


def test_a_cancelled_page_is_not_read(batcher, engine) -> None:
    first = batcher.submit(page(1))
    assert first.cancel()
    rest = [batcher.submit(page(width)) for width in (2, 3, 4)]
    assert [future.result(TIMEOUT_S).width for future in rest] == [2, 3, 4]
    assert engine.batches == [[2, 3, 4]]


def test_an_abandoned_image_takes_its_pages_out_of_the_batches(batcher, engine) -> None:
    pool = RecognitionPool(lambda: batcher, workers=2, queue_size=0, shared=True)
    engine.gate.clear()
    decoded = threading.Event()

    def images(*widths: int) -> Iterator[Image.Image]:
        yield from map(page, widths)
        decoded.set()

    first = pool.submit(lambda read: [one.width for one in read(images(1, 2, 3, 4))])
    assert engine.entered.acquire(timeout=TIMEOUT_S)
    decoded.clear()
    left = pool.submit(lambda read: [one.width for one in read(images(5, 6, 7))])
    assert decoded.wait(TIMEOUT_S)
    left.abandon()
    engine.gate.set()
    assert first.future.result(TIMEOUT_S) == [1, 2, 3, 4]
    assert isinstance(left.future.exception(TIMEOUT_S), Abandoned)
    assert batcher.submit(page(8)).cancel()
    full = [batcher.submit(page(9)) for _ in range(4)]
    assert full[-1].result(TIMEOUT_S).width == 9
    assert engine.batches == [[1, 2, 3, 4], [9, 9, 9, 9]]
    pool.close()


@pytest.fixture
def client(engine, settings_of) -> Iterator[httpx.Client]:
    app = create_app(settings_of(batch_wait=0.05), ocr_engine=engine)
    with (
        serve_in_thread(app) as url,
        httpx.Client(base_url=url, timeout=TIMEOUT_S, trust_env=False) as client,
    ):
        yield client
        engine.gate.set()


def post(client: httpx.Client, data: bytes) -> httpx.Response:
    return client.post("/ocr", files={"file": ("a.png", data)}, data={"return_content": "true"})


def test_each_request_gets_the_pages_of_its_own_image(client, engine, image_of) -> None:
    def read(width: int) -> tuple[int, str]:
        kind = {"save_all": True, "append_images": [page(width + 100), page(width + 200)]}
        answer = post(client, image_of(width, 1, "TIFF", **kind))
        return width, answer.json()["markdown_text"]

    with ThreadPoolExecutor(8) as threads:
        for width, text in threads.map(read, range(20, 60)):
            assert text.split("\n\n") == [f"width {width + more}" for more in (0, 100, 200)]
    assert max(map(len, engine.batches)) > 1


def test_a_bad_page_is_the_500_of_its_own_request(client, engine, image_of) -> None:
    engine.gate.clear()
    with ThreadPoolExecutor(4) as threads:
        first = threads.submit(post, client, image_of(1, 1))
        assert engine.entered.acquire(timeout=TIMEOUT_S)
        others = [threads.submit(post, client, image_of(width, 1)) for width in (2, BAD_WIDTH, 3)]
        engine.gate.set()
        statuses = [answer.result(TIMEOUT_S).status_code for answer in (first, *others)]
    assert statuses == [200, 200, 500, 200]


def test_out_of_memory_is_a_503_that_may_be_tried_again_and_is_survived(
    client, engine, image_of
) -> None:
    engine.fits = 0
    answer = post(client, image_of())
    assert answer.status_code == 503
    assert answer.json()["detail"].startswith("OCR service is not available. Error: out of memory")
    assert int(answer.headers["Retry-After"]) > 0
    assert client.get("/health").status_code == 200
    engine.fits = 4
    assert post(client, image_of()).status_code == 200


def test_images_are_refused_while_gpu_memory_is_short(
    client, engine, image_of, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert post(client, image_of()).status_code == 200
    monkeypatch.setattr("reference_server.ocr.pool.gpu_memory", lambda: GpuMemory(MIB, 99 * MIB))
    refused = post(client, image_of())
    assert refused.status_code == 503
    assert "1 MiB of GPU memory are free, and 512 are kept" in refused.json()["detail"]
    assert "Retry-After" in refused.headers
    assert len(engine.batches) == 1
    assert "ocr_gpu_memory_free_bytes 1.048576e+06" in client.get("/metrics").text


def test_metrics_tell_of_batches_answers_and_the_queue(client, engine, image_of) -> None:
    engine.gate.clear()
    with ThreadPoolExecutor(1) as threads:
        answer = threads.submit(post, client, image_of())
        assert engine.entered.acquire(timeout=TIMEOUT_S)
        assert "ocr_images_pending 1.0" in client.get("/metrics").text
        engine.gate.set()
        assert answer.result(TIMEOUT_S).status_code == 200
    assert post(client, image_of(BAD_WIDTH, 1)).status_code == 500
    assert client.post("/ocr").status_code == 400
    response = client.get("/metrics")
    assert response.headers["content-type"].startswith("text/plain")
    figures = dict(
        line.rsplit(" ", 1) for line in response.text.splitlines() if not line.startswith("#")
    )
    assert figures["ocr_images_pending"] == figures["ocr_images_waiting"] == "0.0"
    assert figures["ocr_engine_ready"] == "1.0"
    assert figures["ocr_batch_pages_count"] == figures['ocr_batch_pages_bucket{le="1.0"}'] == "2.0"
    for status in ("200", "400", "500"):
        assert figures[f'ocr_request_seconds_count{{status="{status}"}}'] == "1.0"


def test_metrics_ask_for_the_key(engine, settings_of) -> None:
    app = create_app(settings_of(api_key="a-key"), ocr_engine=engine)
    with serve_in_thread(app) as url:
        assert httpx.get(f"{url}/metrics", trust_env=False).status_code == 401
        key = {"Authorization": "Bearer a-key"}
        assert httpx.get(f"{url}/metrics", headers=key, trust_env=False).status_code == 200


def test_memory_is_short_only_below_the_floor() -> None:
    assert shortage(None, 1) is None
    assert shortage(GpuMemory(512 * MIB, 999 * MIB), 512 * MIB) is None
    assert shortage(GpuMemory(511 * MIB, 999 * MIB), 512 * MIB)


def test_a_gpu_is_read_from_what_its_driver_says() -> None:
    gpu = gpu_of("NVIDIA A100-SXM4, 80GB, 550.54.15, 81920, 81002")
    assert (gpu.name, gpu.driver) == ("NVIDIA A100-SXM4, 80GB", "550.54.15")
    assert (gpu.total, gpu.free) == (81920 * MIB, 81002 * MIB)
