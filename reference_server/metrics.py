"""Figures of the running server for Prometheus, in a registry of the application's own."""

from __future__ import annotations

import time
from contextlib import contextmanager
from typing import TYPE_CHECKING

from fastapi import APIRouter, HTTPException, Response
from prometheus_client import CollectorRegistry, Gauge, Histogram
from prometheus_client.exposition import CONTENT_TYPE_LATEST, generate_latest

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from reference_server.ocr.gpu import GpuMemory
    from reference_server.ocr.recognition import RecognitionPool

BATCH_SIZES = (1, 2, 4, 8, 16, 32, 64, 128, 256)
SECONDS = (0.05, 0.1, 0.25, 0.5, 1, 2, 4, 8, 15, 30, 60, 120, 240)


class Metrics:
    """What is counted. Names begin with `ocr_`; times are in seconds, memory in bytes."""

    def __init__(self) -> None:
        self.registry = CollectorRegistry()
        self.batch_size = Histogram(
            "ocr_batch_pages", "Pages of a batch", buckets=BATCH_SIZES, registry=self.registry
        )
        self.request_seconds = Histogram(
            "ocr_request_seconds",
            "Time from a request's header to its answer",
            ("status",),
            buckets=SECONDS,
            registry=self.registry,
        )

    def watch(self, pool: RecognitionPool, memory: Callable[[], GpuMemory | None]) -> None:
        """Take the figures of the queue from `pool`, those of the GPU from `memory`."""
        figures: dict[str, tuple[str, Callable[[], float]]] = {
            "ocr_images_waiting": ("Images that wait for a worker", lambda: pool.waiting),
            "ocr_images_pending": ("Images that wait or are being read", lambda: pool.pending),
            "ocr_engine_ready": ("1 when the engine can read", lambda: pool.state == "ready"),
            "ocr_gpu_memory_free_bytes": (
                "GPU memory that a page may have; 0 where the engine has no GPU",
                lambda: found.free if (found := memory()) else 0,
            ),
            "ocr_gpu_memory_total_bytes": (
                "GPU memory; 0 where the engine has no GPU",
                lambda: found.total if (found := memory()) else 0,
            ),
        }
        for name, (about, value) in figures.items():
            Gauge(name, about, registry=self.registry).set_function(value)

    @contextmanager
    def request(self) -> Iterator[None]:
        """Time a request of POST /ocr; an HTTPException tells its status."""
        started, status = time.monotonic(), "500"
        try:
            yield
            status = "200"
        except HTTPException as error:
            status = str(error.status_code)
            raise
        finally:
            self.request_seconds.labels(status).observe(time.monotonic() - started)


def metrics_router(metrics: Metrics) -> APIRouter:
    """GET /metrics in the text format of Prometheus."""
    router = APIRouter()

    @router.get("/metrics", summary="Figures for Prometheus", response_class=Response)
    def figures() -> Response:
        return Response(generate_latest(metrics.registry), media_type=CONTENT_TYPE_LATEST)

    return router
