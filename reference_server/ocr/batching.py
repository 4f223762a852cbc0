"""Pages of many requests read together: bounded batches, formed in the order of arrival."""

from __future__ import annotations

import queue
import threading
import time
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from reference_server.ocr.engine import EngineUnavailable, OutOfMemory, Page

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from PIL.Image import Image

    from reference_server.ocr.engine import BatchEngine


@dataclass(frozen=True, slots=True)
class _Waiting:
    image: Image
    page: Future[Page] = field(default_factory=Future)


class Batcher:
    """An engine for many threads over one that reads batches.

    A batch begins with the page that has waited longest and takes along what is there; only when
    it is not full does it wait for more, at most `wait_s`. A page whose future is cancelled
    before its batch begins is not read. `on_batch` hears how many pages each batch has.
    """

    def __init__(
        self,
        engine: BatchEngine,
        *,
        wait_s: float,
        on_batch: Callable[[int], None] = lambda _size: None,
    ) -> None:
        self._engine = engine
        self._wait_s = wait_s
        self._on_batch = on_batch
        self._arrived: queue.SimpleQueue[_Waiting | None] = queue.SimpleQueue()
        # The engine has a thread of its own: accelerators tie what they hold to a thread.
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="ocr-batch")
        threading.Thread(target=self._work, name="ocr-batcher", daemon=True).start()

    @property
    def at_once(self) -> int:
        """Threads that keep one batch being read and the next one waiting."""
        return 2 * self._engine.at_once

    @property
    def ahead(self) -> int:
        """Pages of one image that may be under way together."""
        return self._engine.at_once

    def load(self) -> None:
        self._thread.submit(self._engine.load).result()

    def submit(self, image: Image) -> Future[Page]:
        """The page to come; its future may be cancelled until its batch begins."""
        waiting = _Waiting(image)
        self._arrived.put(waiting)
        return waiting.page

    def read(self, image: Image) -> Page:
        return self.submit(image).result()

    def close(self) -> None:
        """Read no more batches; returns at once."""
        self._arrived.put(None)
        self._thread.shutdown(wait=False, cancel_futures=True)

    def _work(self) -> None:
        while (first := self._arrived.get()) is not None:
            gathered, last = self._gather(first)
            batch = [one for one in gathered if one.page.set_running_or_notify_cancel()]
            if batch:
                self._on_batch(len(batch))
                self._read(batch)
            if last:
                return

    def _gather(self, first: _Waiting) -> tuple[list[_Waiting], bool]:
        """A batch that begins with `first`, and whether it is the last."""
        batch = [first]
        deadline = time.monotonic() + self._wait_s
        while len(batch) < self._engine.at_once:
            try:
                waiting = self._arrived.get(timeout=max(0.0, deadline - time.monotonic()))
            except queue.Empty:
                break
            if waiting is None:
                return batch, True
            batch.append(waiting)
        return batch, False

    def _read(self, batch: Sequence[_Waiting]) -> None:
        """Answer every page of the batch; halves are tried again until the bad page is alone."""
        attempt = self._thread.submit(self._engine.read_batch, [one.image for one in batch])
        error = attempt.exception()
        if error is None:
            for one, page in zip(batch, attempt.result(), strict=True):
                one.page.set_result(page)
        elif len(batch) == 1 or _concerns_all(error):
            for one in batch:
                one.page.set_exception(error)
        else:
            middle = len(batch) // 2
            self._read(batch[:middle])
            self._read(batch[middle:])


def _concerns_all(error: BaseException) -> bool:
    return isinstance(error, EngineUnavailable) and not isinstance(error, OutOfMemory)
