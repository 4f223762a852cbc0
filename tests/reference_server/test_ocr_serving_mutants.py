"""Planted defects of queue, batches and memory, each of which a test of this folder must notice."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import httpx
import pytest
import test_ocr_batching as batching
import test_ocr_recognition as recognition
from test_ocr_batching import BatchOfSizes

from reference_server.ocr.batching import Batcher
from reference_server.ocr.engine import EngineUnavailable
from reference_server.ocr.recognition import RecognitionPool

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from reference_server.ocr.batching import _Waiting

TIMEOUT_S = 30


class OneBadPageFailsItsBatch(Batcher):
    """A page that cannot be read fails every page of its batch."""

    def _read(self, batch: Sequence[_Waiting]) -> None:
        attempt = self._thread.submit(self._engine.read_batch, [one.image for one in batch])
        error = attempt.exception()
        for number, one in enumerate(batch):
            if error is None:
                one.page.set_result(attempt.result()[number])
            else:
                one.page.set_exception(error)


class CancelledPagesAreRead(Batcher):
    """A page that nobody waits for any more is read all the same."""

    def _work(self) -> None:
        while (first := self._arrived.get()) is not None:
            gathered, _ = self._gather(first)
            for one, page in zip(
                gathered, self._engine.read_batch([one.image for one in gathered]), strict=True
            ):
                if one.page.set_running_or_notify_cancel():
                    one.page.set_result(page)


class OrderSwapped(Batcher):
    """The pages of a batch come back in the reverse order."""

    def _read(self, batch: Sequence[_Waiting]) -> None:
        super()._read(
            [
                type(one)(other.image, one.page)
                for one, other in zip(batch, batch[::-1], strict=True)
            ]
        )


class BatchesOfAnySize(Batcher):
    """A batch takes along whatever is there."""

    def _gather(self, first: _Waiting) -> tuple[list[_Waiting], bool]:
        batch = [first]
        while not self._arrived.empty():
            waiting = self._arrived.get()
            if waiting is None:
                return batch, True
            batch.append(waiting)
        return batch, False


class QueueWithoutBound(RecognitionPool):
    """Any number of images may wait."""

    def __init__(self, *arguments: object, **options: object) -> None:
        super().__init__(*arguments, **options)  # type: ignore[arg-type]
        self._capacity = sys.maxsize


@pytest.mark.parametrize(
    ("mutant", "noticed_by"),
    [
        (OneBadPageFailsItsBatch, batching.test_one_bad_page_fails_alone),
        (
            OneBadPageFailsItsBatch,
            batching.test_a_batch_that_does_not_fit_into_memory_is_read_in_parts,
        ),
        (CancelledPagesAreRead, batching.test_a_cancelled_page_is_not_read),
        (
            OrderSwapped,
            batching.test_a_full_batch_goes_at_once_and_each_page_comes_back_to_its_own,
        ),
        (
            BatchesOfAnySize,
            batching.test_a_full_batch_goes_at_once_and_each_page_comes_back_to_its_own,
        ),
    ],
)
def test_a_mutant_of_the_batches_is_noticed(
    mutant: type[Batcher], noticed_by: Callable[[Batcher, BatchOfSizes], None]
) -> None:
    engine = BatchOfSizes()
    sound = Batcher(engine, wait_s=TIMEOUT_S)
    noticed_by(sound, engine)
    sound.close()
    mutated = BatchOfSizes()
    planted = mutant(mutated, wait_s=TIMEOUT_S)
    with pytest.raises((AssertionError, RuntimeError, EngineUnavailable)):
        noticed_by(planted, mutated)
    planted.close()


def test_a_queue_without_bound_is_noticed(serve, engine, image_of, monkeypatch) -> None:
    monkeypatch.setattr("reference_server.ocr.pool.RecognitionPool", QueueWithoutBound)
    # A page that is let in after all is soon given up, instead of holding this test up.
    monkeypatch.setattr(sys.modules[type(engine).__module__], "ANSWER_TIMEOUT_S", 1)
    with pytest.raises((AssertionError, httpx.ReadTimeout)):
        recognition.test_a_full_queue_is_a_503_with_retry_after_and_health_answers(
            serve, engine, image_of
        )


def survives_a_shortage(folder: Path, on_shortage: str, image_of: Callable[..., bytes]) -> None:
    """A page too large for memory is a 503, and the process reads the next one."""
    command = [sys.executable, Path(__file__).with_name("oom_server.py"), folder, on_shortage]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        try:
            assert process.stdout
            url = process.stdout.readline().strip()
            with httpx.Client(base_url=url, timeout=TIMEOUT_S, trust_env=False) as client:
                assert recognition.post(client, image_of(50, 50)).status_code == 503
                assert client.get("/health").status_code == 200
                assert recognition.post(client, image_of(5, 5)).status_code == 200
            assert process.poll() is None
        finally:
            process.kill()


def test_a_process_survives_that_memory_runs_out(tmp_path: Path, image_of) -> None:
    survives_a_shortage(tmp_path, "raises", image_of)


def test_a_process_that_dies_when_memory_runs_out_is_noticed(tmp_path: Path, image_of) -> None:
    with pytest.raises(httpx.TransportError):
        survives_a_shortage(tmp_path, "dies", image_of)
