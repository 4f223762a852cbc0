"""A server per test on a free loopback port, over an engine that needs no model."""

from __future__ import annotations

import contextlib
import io
import threading
from typing import TYPE_CHECKING, Any

import httpx
import pytest
from PIL import Image

from reference_server.app import create_app
from reference_server.ocr.engine import Block, EngineUnavailable, Page
from reference_server.running import serve_in_thread
from reference_server.settings import Settings

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

ANSWER_TIMEOUT_S = 20


class SizeEngine:
    """Reads the size of a page and nothing else; `gate` holds every page until it is set."""

    def __init__(self) -> None:
        self.gate = threading.Event()
        self.gate.set()
        self.entered = threading.Semaphore(0)
        self.sizes: list[tuple[int, int]] = []
        self.failure: str | None = None
        self.crash: Exception | None = None

    def load(self) -> None:
        if self.failure:
            raise EngineUnavailable(self.failure)

    def read(self, image: Image.Image) -> Page:
        self.entered.release()
        assert self.gate.wait(ANSWER_TIMEOUT_S)
        if self.crash:
            raise self.crash
        self.sizes.append(image.size)
        text = f"{image.width} by {image.height}"
        return Page(image.width, image.height, (Block(text, (0, 0, image.width, image.height)),))


@pytest.fixture
def engine() -> SizeEngine:
    return SizeEngine()


@pytest.fixture
def settings_of(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[..., Settings]:
    """Settings in the test's own folder, whatever the environment says."""
    for name in ("ENDPOINT", "BUCKET", "ACCESS_KEY", "SECRET_KEY"):
        monkeypatch.delenv(f"CLOUDRU_S3_{name}", raising=False)

    def settings(**changes: Any) -> Settings:
        return Settings(**{"state_dir": tmp_path / "state", "workers": 2, **changes})

    return settings


@pytest.fixture
def serve(
    engine: SizeEngine, settings_of: Callable[..., Settings]
) -> Iterator[Callable[..., httpx.Client]]:
    """Starts a server with the settings given and returns a client of it."""
    with contextlib.ExitStack() as running:

        def start(**changes: Any) -> httpx.Client:
            app = create_app(settings_of(**changes), ocr_engine=engine)
            url = running.enter_context(serve_in_thread(app))
            client = httpx.Client(base_url=url, timeout=ANSWER_TIMEOUT_S, trust_env=False)
            return running.enter_context(client)

        yield start
        engine.gate.set()


@pytest.fixture
def image_of() -> Callable[..., bytes]:
    """An encoded image: `image_of(30, 20, "TIFF", mode="CMYK")`."""

    def encoded(
        width: int = 30, height: int = 20, kind: str = "PNG", *, mode: str = "RGB", **options: Any
    ) -> bytes:
        buffer = io.BytesIO()
        Image.new(mode, (width, height)).save(buffer, kind, **options)
        return buffer.getvalue()

    return encoded
