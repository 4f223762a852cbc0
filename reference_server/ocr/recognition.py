"""The worker pool between the event loop and the engines: bounded, cancellable, lazily loaded."""

from __future__ import annotations

import logging
import threading
import time
from collections import deque
from concurrent.futures import CancelledError, Future, ThreadPoolExecutor
from dataclasses import dataclass, field
from itertools import chain
from typing import TYPE_CHECKING, Generic, Literal, TypeVar

from reference_server.ocr.batching import Batcher
from reference_server.ocr.engine import EngineUnavailable, OutOfMemory

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from PIL.Image import Image

    from reference_server.ocr.engine import OcrEngine, Page

    ReadImages = Callable[[Iterable[Image]], Iterator[Page]]
    """What a piece of work calls to have images read, one page for each, in order."""

logger = logging.getLogger("reference_server")

EngineState = Literal["not_initialized", "initializing", "ready", "failed"]
T = TypeVar("T")

RETRY_FAILED_LOAD_S = 10.0
"""An engine that could not load is tried again by a later request, but not more often."""


class QueueFull(Exception):
    """As many images wait as may wait."""


class Abandoned(Exception):
    """Nobody waits for the image any more."""


@dataclass(slots=True)
class Reading(Generic[T]):
    """An image in the pool: `future` gives what the work on its pages returned."""

    future: Future[T] = field(init=False)
    abandoned: threading.Event = field(default_factory=threading.Event)
    _under_way: deque[Future[Page]] = field(default_factory=deque)

    def abandon(self) -> None:
        """Drop the image: out of the queue at once, off a worker after the page it is at."""
        self.abandoned.set()
        self.future.cancel()
        for page in tuple(self._under_way):
            page.cancel()

    def pages(self, engine: OcrEngine, images: Iterable[Image]) -> Iterator[Page]:
        """What `engine` reads on the images, in order. Raises Abandoned."""
        if isinstance(engine, Batcher):
            yield from self._batched(engine, images)
            return
        for image in images:
            if self.abandoned.is_set():
                raise Abandoned
            yield engine.read(image)

    def _batched(self, batcher: Batcher, images: Iterable[Image]) -> Iterator[Page]:
        try:
            for image in images:
                self._under_way.append(batcher.submit(image))
                if len(self._under_way) == batcher.ahead:
                    yield self._next()
            while self._under_way:
                yield self._next()
        finally:
            # Pages behind one that failed: nobody will have them.
            while self._under_way:
                self._under_way.popleft().cancel()

    def _next(self) -> Page:
        if self.abandoned.is_set():
            raise Abandoned
        try:
            return self._under_way[0].result()
        except CancelledError:
            raise Abandoned from None
        finally:
            self._under_way.popleft()


class RecognitionPool:
    """Reads images on `workers` threads, each with its own engine from `new_engine`.

    With `shared`, one engine serves them all. At most `queue_size` images wait. The first image
    loads an engine, unless `load_all` did. `shortage` says why no image can be taken just now.
    """

    def __init__(
        self,
        new_engine: Callable[[], OcrEngine],
        *,
        workers: int,
        queue_size: int,
        shared: bool = False,
        shortage: Callable[[], str | None] = lambda: None,
    ) -> None:
        self._new_engine = new_engine
        self._workers = workers
        self._shared = shared
        self._capacity = workers + queue_size
        self._shortage = shortage
        self._threads = ThreadPoolExecutor(workers, thread_name_prefix="ocr")
        self._local = threading.local()
        self._one: OcrEngine | None = None
        self._loading = threading.Lock()
        self._lock = threading.Lock()
        self._pending = 0
        self._state: EngineState = "not_initialized"
        self._failure = ""
        self._failed_at = 0.0

    @property
    def state(self) -> EngineState:
        return self._state

    @property
    def failure(self) -> str | None:
        """Why the engine could not load, in one line, while that is so."""
        return self._failure if self._state == "failed" else None

    @property
    def pending(self) -> int:
        """Images that are being read or wait for it."""
        return self._pending

    @property
    def waiting(self) -> int:
        """Images that wait for a worker."""
        return max(0, self._pending - self._workers)

    def load_all(self) -> None:
        """Begin to load every worker's engine; returns at once."""
        engines = 1 if self._shared else self._workers
        together = threading.Barrier(engines)

        def load() -> None:
            together.wait()
            try:
                self._engine()
            except EngineUnavailable:
                return  # logged where it arose, and told to the next request

        self._state = "initializing"
        for _ in range(engines):
            self._threads.submit(load)

    def submit(self, work: Callable[[ReadImages], T]) -> Reading[T]:
        """Queue an image; `work` runs on a worker and gets a function that reads images.

        Raises QueueFull, or OutOfMemory if there is a shortage. The future raises what `work`
        raises, or EngineUnavailable.
        """
        if problem := self._shortage():
            raise OutOfMemory(problem)
        with self._lock:
            if self._pending >= self._capacity:
                raise QueueFull("too many images are waiting")
            self._pending += 1
        reading: Reading[T] = Reading()
        reading.future = self._threads.submit(self._work, work, reading)
        reading.future.add_done_callback(self._leave)
        return reading

    def close(self) -> None:
        """Take nothing more and drop what waits; returns without waiting for what runs."""
        self._threads.shutdown(wait=False, cancel_futures=True)
        if isinstance(self._one, Batcher):
            self._one.close()

    def _leave(self, _future: Future[T]) -> None:
        with self._lock:
            self._pending -= 1

    def _work(self, work: Callable[[ReadImages], T], reading: Reading[T]) -> T:
        def read(images: Iterable[Image]) -> Iterator[Page]:
            decoded = iter(images)
            # An image that cannot be decoded needs no engine.
            for first in decoded:
                yield from reading.pages(self._engine(), chain((first,), decoded))

        return work(read)

    def _engine(self) -> OcrEngine:
        """The loaded engine of the calling thread, or of them all."""
        if self._shared:
            with self._loading:
                if self._one is None:
                    self._one = self._load()
                return self._one
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
