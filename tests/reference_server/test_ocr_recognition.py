"""The engine behind the routes: loading, the bounded queue, cancellation, failure, health."""

from __future__ import annotations

import socket
import threading
from concurrent.futures import Future, ThreadPoolExecutor
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

import pytest

from reference_server.ocr.engine import ENGINES, EngineUnavailable, find_engine
from reference_server.ocr.recognition import QueueFull, RecognitionPool

if TYPE_CHECKING:
    import httpx

    from reference_server.ocr.engine import Page


def post(client: httpx.Client, data: bytes) -> httpx.Response:
    return client.post("/ocr", files={"file": ("a.png", data)})


def words(client: httpx.Client) -> tuple[str, str]:
    health = client.get("/health")
    assert health.status_code == 200
    return health.json()["status"], health.json()["paddleocr"]


def test_edition_1_0_loads_on_the_first_request(serve, image_of) -> None:
    client = serve(release="1.0.8")
    assert words(client) == ("healthy", "not_initialized")
    assert post(client, image_of()).status_code == 200
    assert words(client) == ("healthy", "ready")


def test_edition_1_3_loads_in_the_background(serve, engine, image_of, monkeypatch) -> None:
    loading = threading.Event()
    loaded = threading.Event()

    def load() -> None:
        loading.set()
        assert loaded.wait(20)

    monkeypatch.setattr(engine, "load", load)
    client = serve(release="1.3.6")
    assert loading.wait(20)
    assert words(client) == ("starting", "initializing")
    loaded.set()
    assert post(client, image_of()).status_code == 200
    assert words(client) == ("healthy", "ready")


@pytest.mark.parametrize("release", ["1.0.9", "1.3.6"])
def test_an_engine_that_cannot_load_is_a_503_and_health_answers(
    serve, engine, image_of, release: str
) -> None:
    engine.failure = "weights are missing"
    client = serve(release=release)
    answer = post(client, image_of())
    assert answer.status_code == 503
    assert answer.json() == {"detail": "OCR service is not available. Error: weights are missing"}
    assert words(client) in {("healthy", "not_initialized"), ("starting", "initializing")}
    assert post(client, b"no image").status_code == 400


def test_an_engine_that_crashes_is_a_500_for_that_request_alone(serve, engine, image_of) -> None:
    client = serve()
    engine.crash = RuntimeError("tensor shapes differ")
    answer = post(client, image_of())
    assert answer.status_code == 500
    assert answer.json()["detail"] == "OCR processing failed: RuntimeError: tensor shapes differ"
    engine.crash = None
    assert post(client, image_of()).status_code == 200


def test_a_full_queue_is_a_503_with_retry_after_and_health_answers(serve, engine, image_of) -> None:
    client = serve(workers=1, queue_size=0)
    engine.gate.clear()
    with ThreadPoolExecutor(1) as threads:
        first = threads.submit(post, client, image_of())
        assert engine.entered.acquire(timeout=20)
        refused = post(client, image_of())
        assert refused.status_code == 503
        assert refused.json()["detail"].startswith("OCR service is not available. Error: ")
        assert int(refused.headers["Retry-After"]) > 0
        assert words(client)[0] == "healthy"
        engine.gate.set()
        assert first.result(20).status_code == 200
    assert post(client, image_of()).status_code == 200


def test_a_client_that_leaves_takes_its_image_out_of_the_queue(
    serve, engine, image_of, monkeypatch
) -> None:
    left = threading.Event()

    class Watched(RecognitionPool):
        def _leave(self, future) -> None:
            super()._leave(future)
            if future.cancelled():
                left.set()

    monkeypatch.setattr("reference_server.ocr.pool.RecognitionPool", Watched)
    client = serve(workers=1, queue_size=1)
    engine.gate.clear()
    with ThreadPoolExecutor(1) as threads:
        first = threads.submit(post, client, image_of(11, 11))
        assert engine.entered.acquire(timeout=20)
        leave_after_sending(str(client.base_url), image_of(22, 22))
        assert left.wait(20)
        engine.gate.set()
        assert first.result(20).status_code == 200
    assert post(client, image_of(33, 33)).status_code == 200
    assert engine.sizes == [(11, 11), (33, 33)]


def leave_after_sending(url: str, data: bytes) -> None:
    """Send a whole request and close the connection without reading the answer."""
    parts = urlsplit(url)
    body = (
        b'--b\r\nContent-Disposition: form-data; name="file"; filename="a.png"\r\n\r\n'
        + data
        + b"\r\n--b--\r\n"
    )
    head = (
        f"POST /ocr HTTP/1.1\r\nHost: x\r\nContent-Length: {len(body)}\r\n"
        "Content-Type: multipart/form-data; boundary=b\r\n\r\n"
    )
    with socket.create_connection((parts.hostname, parts.port)) as connection:
        connection.sendall(head.encode() + body)


def test_an_abandoned_image_stops_after_the_page_it_is_at(engine) -> None:
    from PIL import Image

    pool = RecognitionPool(lambda: engine, workers=1, queue_size=0)
    engine.gate.clear()
    images = (Image.new("RGB", (n + 1, 1)) for n in range(5))
    reading = pool.submit(lambda read: list(read(images)))
    assert engine.entered.acquire(timeout=20)
    with pytest.raises(QueueFull):
        pool.submit(list)
    reading.abandon()
    engine.gate.set()
    assert reading.future.exception(20) is not None
    pool.close()
    assert engine.sizes == [(1, 1)]


def test_a_failed_load_is_tried_again_but_not_at_once(engine, monkeypatch) -> None:
    from PIL import Image

    from reference_server.ocr import recognition

    attempts: list[int] = []

    def load() -> None:
        attempts.append(1)
        if len(attempts) == 1:
            raise EngineUnavailable("out of memory")

    monkeypatch.setattr(engine, "load", load)
    now = [100.0]
    monkeypatch.setattr(recognition.time, "monotonic", lambda: now[0])
    pool = RecognitionPool(lambda: engine, workers=1, queue_size=0)

    def read() -> Future[list[Page]]:
        return pool.submit(lambda read: list(read([Image.new("RGB", (1, 1))]))).future

    for _ in range(2):
        assert str(read().exception(20)) == "out of memory"
    assert len(attempts) == 1
    now[0] += recognition.RETRY_FAILED_LOAD_S
    assert len(read().result(20)) == 1
    pool.close()


def test_every_registered_engine_can_be_asked_what_it_lacks(settings_of) -> None:
    for name in ENGINES:
        assert all(isinstance(line, str) for line in find_engine(name).missing(settings_of()))
    with pytest.raises(EngineUnavailable, match=r"'nonsense'.*rapidocr"):
        find_engine("nonsense")
