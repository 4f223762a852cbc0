"""Simultaneous requests: each gets its own text, none another's, and none waits for ever."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from conformance.exchange import Answer
from conformance.judging import Judge, decides
from conformance.ocr_service.requests import upload_request
from schemas.ocr_service.pages import draw_marker
from schemas.text_distance import contains

if TYPE_CHECKING:
    from conformance.ocr_service.conftest import Read
    from conformance.ocr_service.service import Service

SLOWDOWN = 3.0
GRACE_S = 2.0
"""A burst may take three times its pages one by one, and this much more for a noisy machine."""


@decides("OCR-CONC-2", "OCR-CONC-3", "OCR-CONC-4")
def test_no_cross_talk(service: Service, burst: tuple[Read, ...], judge: Judge) -> None:
    for read in burst:
        judge(
            "OCR-CONC-4",
            isinstance(read.got, Answer) and read.got.status in (200, 503),
            expected="200, or 503 where the service is full",
            got=read.got.summary,
            by=read.got,
        )
        if not isinstance(read.got, Answer) or read.got.status != 200:
            continue
        text = service.text_of(read.got)
        judge(
            "OCR-CONC-2",
            contains(read.page.marker or "", text),
            expected=f"the text of its own image, {read.page.marker}",
            got=repr(text),
            by=read.got,
        )
        strange = [
            other.page.marker
            for other in burst
            if other is not read and contains(other.page.marker or "", text)
        ]
        judge(
            "OCR-CONC-3",
            not strange,
            expected=f"only its own text, {read.page.marker}",
            got=f"the text {strange} of another request",
            by=read.got,
        )


@decides("OCR-CONC-5")
def test_not_slower_together(service: Service, judge: Judge) -> None:
    pages = draw_marker(service.options.seed + 60, count=6)
    alone_s = sum(service.read(upload_request(page.image)).elapsed_s for page in pages[:3]) * 2
    started = time.monotonic()
    answers = service.target.together([upload_request(page.image) for page in pages], at_once=6)
    together_s = time.monotonic() - started
    limit_s = SLOWDOWN * alone_s + GRACE_S
    judge(
        "OCR-CONC-5",
        together_s <= limit_s,
        expected=f"six pages at once within {limit_s:.1f} s, alone they take {alone_s:.1f} s",
        got=f"{together_s:.1f} s",
        by=answers[0],
    )
