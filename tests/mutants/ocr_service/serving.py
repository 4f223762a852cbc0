"""Mutants that give the pages of a batch to the wrong ones."""

from __future__ import annotations

from typing import TYPE_CHECKING

from reference_server.ocr.batching import Batcher
from tests.mutants.mutant import wraps_engine

if TYPE_CHECKING:
    from collections.abc import Sequence

    from PIL.Image import Image

    from reference_server.ocr.engine import OcrEngine, Page

WAIT_S = 0.3
"""So long a batch waits for others, that the pages of a burst meet in it."""


class _InBatches:
    """The stage's engine, four pages at once."""

    at_once = 4

    def __init__(self, engine: OcrEngine) -> None:
        self._engine = engine

    def load(self) -> None:
        self._engine.load()

    def read_batch(self, images: Sequence[Image]) -> list[Page]:
        return [self._engine.read(image) for image in images]


class _Backwards(_InBatches):
    def read_batch(self, images: Sequence[Image]) -> list[Page]:
        return super().read_batch(images)[::-1]


class _LastPageOfAll(_InBatches):
    def read_batch(self, images: Sequence[Image]) -> list[Page]:
        return super().read_batch(images)[-1:] * len(images)


@wraps_engine(kills=("OCR-CONC-2",), check="test_no_cross_talk")
def batch_order_swapped(engine: OcrEngine) -> Batcher:
    """The pages of a batch come back in the reverse order."""
    return Batcher(_Backwards(engine), wait_s=WAIT_S)


@wraps_engine(kills=("OCR-CONC-2",), check="test_no_cross_talk")
def batch_result_to_the_wrong_request(engine: OcrEngine) -> Batcher:
    """Every request of a batch gets the page of its last one."""
    return Batcher(_LastPageOfAll(engine), wait_s=WAIT_S)
