"""The pool that fits an engine: a thread per own engine, or threads that share one."""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

from reference_server.ocr.batching import Batcher
from reference_server.ocr.engine import BatchEngine, SharedEngine, find_engine
from reference_server.ocr.gpu import MIB, gpu_memory, shortage
from reference_server.ocr.recognition import RecognitionPool

if TYPE_CHECKING:
    from reference_server.metrics import Metrics
    from reference_server.ocr.engine import AnyEngine, OcrEngine
    from reference_server.ocr.gpu import GpuMemory
    from reference_server.settings import Settings


def pool_for(
    settings: Settings, metrics: Metrics, given: AnyEngine | None = None
) -> RecognitionPool:
    """The pool of the chosen engine, or of the one that is `given` for all workers."""
    if given is None and not find_engine(settings.engine).shared:
        return _pool(settings, metrics, None, settings.workers)
    engine = given or find_engine(settings.engine).build(settings)
    if isinstance(engine, BatchEngine):
        wait_s = settings.batch_wait
        engine = Batcher(engine, wait_s=wait_s, on_batch=metrics.batch_size.observe)
    workers = engine.at_once if isinstance(engine, SharedEngine) else settings.workers
    return _pool(settings, metrics, engine, workers)


def _pool(
    settings: Settings, metrics: Metrics, shared: OcrEngine | None, workers: int
) -> RecognitionPool:
    def new_engine() -> OcrEngine:
        return shared or cast("OcrEngine", find_engine(settings.engine).build(settings))

    def memory() -> GpuMemory | None:
        # Before that a framework may be half imported.
        return gpu_memory() if pool.state == "ready" else None

    floor = settings.min_free_gpu_memory * MIB
    pool = RecognitionPool(
        new_engine,
        workers=workers,
        queue_size=settings.queue_size,
        shared=shared is not None,
        shortage=lambda: shortage(memory(), floor),
    )
    metrics.watch(pool, memory)
    return pool
