"""The engine paddleocr-vl: batches for the models in this process, threads before a VL server."""

from __future__ import annotations

from typing import TYPE_CHECKING

from reference_server.ocr.paddle_pipeline import PaddlePipeline
from reference_server.ocr.paddle_preflight import missing

if TYPE_CHECKING:
    from collections.abc import Sequence

    from PIL.Image import Image

    from reference_server.ocr.engine import Page
    from reference_server.settings import Settings

__all__ = ["BatchingPaddle", "ForwardingPaddle", "build", "missing"]


class BatchingPaddle:
    """A pipeline with a model in this process: one thread, several pages at once."""

    def __init__(self, pipeline: PaddlePipeline, at_once: int) -> None:
        self._pipeline = pipeline
        self.at_once = at_once

    def load(self) -> None:
        self._pipeline.load()

    def read_batch(self, images: Sequence[Image]) -> list[Page]:
        return self._pipeline.read(images)


class ForwardingPaddle:
    """A pipeline without a model of its own: several threads, each with a page.

    The VL server makes batches of whatever is in flight, so none waits for another here.
    """

    def __init__(self, pipeline: PaddlePipeline, at_once: int) -> None:
        self._pipeline = pipeline
        self.at_once = at_once

    def load(self) -> None:
        self._pipeline.load()

    def read(self, image: Image) -> Page:
        return self._pipeline.read([image])[0]


def build(settings: Settings) -> BatchingPaddle | ForwardingPaddle:
    """The engine that the settings describe, not yet loaded."""
    pipeline = PaddlePipeline(settings)
    forwards = settings.vl_server_url is not None and not settings.layout_detection
    return (ForwardingPaddle if forwards else BatchingPaddle)(pipeline, settings.batch_size)
