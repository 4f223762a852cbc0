"""The worker pool between the event loop and the engines: bounded, cancellable, lazily loaded."""

from __future__ import annotations

import logging
import threading
import time
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from reference_server.ocr.engine import EngineUnavailable

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from PIL.Image import Image

    from reference_server.ocr.engine import OcrEngine, Page

logger = logging.getLogger("reference_server")

EngineState = Literal["not_initialized", "initializing", "ready", "failed"]

RETRY_FAILED_LOAD_S = 10.0
"""An engine that could not load is tried again by a later request, but not more often."""


class QueueFull(Exception):
    """As many images wait as may wait."""


class Abandoned(Exception):
    """Nobody waits for the image any more."""


@dataclass(frozen=True, slots=True)
class Reading:
    """An image in the pool: `future` gives its pages in order."""

    future: Future[list[Page]]
    abandoned: threading.Event

    def abandon(self) -> None:
        """Drop the image: out of the queue at once, off a worker after the page it is at."""
        self.abandoned.set()
        self.future.cancel()


class RecognitionPool:
    """Reads images on `workers` threads, each with its own engine from `new_engine`.

    At most `queue_size` images wait. The first image loads an engine, unless `load_all` did.
    """

    def __init__(
        self, new_engine: Callable[[], OcrEngine], *, workers: int, queue_size: int
    ) -> None:
        self._new_engine = new_engine
        self._workers = workers
        self._capacity = workers + queue_size
        self._threads = ThreadPoolExecutor(workers, thread_name_prefix="ocr")
        self._local = threading.local()
        self._lock = threading.Lock()
        self._pending = 0
        self._state: EngineState = "not_initialized"
        self._failure = ""
        self._failed_at = 0.0

    @property
    def state(self) -> EngineState:
        return self._state

    @property
    def pending(self) -> int:
        """Images that are being read or wait for it."""
        return self._pending

    def load_all(self) -> None:
        """Begin to load every worker's engine; returns at once."""
        together = threading.Barrier(self._workers)

        def load() -> None:
            together.wait()
            try:
                self._engine()
            except EngineUnavailable:
                return  # logged where it arose, and told to the next request

        self._state = "initializing"
        for _ in range(self._workers):
            self._threads.submit(load)

    def submit(self, decode: Callable[[], Iterator[Image]]) -> Reading:
        """Queue an image; `decode` gives its upright RGB pages and runs on the worker.

        Raises QueueFull. The future raises what `decode` raises, or EngineUnavailable.
        """
        with self._lock:
            if self._pending >= self._capacity:
                raise QueueFull
            self._pending += 1
        abandoned = threading.Event()
        future = self._threads.submit(self._read, decode, abandoned)
        future.add_done_callback(self._leave)
        return Reading(future, abandoned)

    def close(self) -> None:
        """Take nothing more and drop what waits; returns without waiting for what runs."""
        self._threads.shutdown(wait=False, cancel_futures=True)

    def _leave(self, _future: Future[list[Page]]) -> None:
        with self._lock:
            self._pending -= 1

    def _read(
        self, decode: Callable[[], Iterator[Image]], abandoned: threading.Event
    ) -> list[Page]:
        pages: list[Page] = []
        for image in decode():
            if abandoned.is_set():
                raise Abandoned
            pages.append(self._engine().read(image))
        return pages

    def _engine(self) -> OcrEngine:
        """The engine of the calling thread, loaded."""
        engine: OcrEngine | None = getattr(self._local, "engine", None)
        if engine is None:
            engine = self._load()
            self._local.engine = engine
        return engine

    def _load(self) -> OcrEngine:
        if self._state == "failed" and time.monotonic() < self._failed_at + RETRY_FAILED_LOAD_S:
            raise EngineUnavailable(self._failure)
        if self._state != "ready":
            self._state = "initializing"
        started = time.monotonic()
        try:
            engine = self._new_engine()
            engine.load()
        except EngineUnavailable as error:
            self._failure, self._failed_at = str(error), time.monotonic()
            self._state = "failed"
            logger.error("Failed to initialize PaddleOCR-VL: %s", error)  # noqa: TRY400
            raise
        if self._state != "ready":
            self._state = "ready"
            logger.info("PaddleOCR-VL initialized in %.1f s", time.monotonic() - started)
        return engine
