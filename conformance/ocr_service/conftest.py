"""What the checks of this contract share: the service, and pages read once for all of them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, cast

import pytest

from conformance.ocr_service.requests import ocr_request, upload_request, url_request
from conformance.ocr_service.service import Service
from schemas.ocr_service.pages import PAGE_KINDS, DrawnPage, draw, draw_marker

if TYPE_CHECKING:
    from collections.abc import Mapping

    from conformance.exchange import Answer, NoAnswer
    from conformance.ocr_service.recognition import OcrRecognition
    from conformance.plugin.run import Run
    from schemas.ocr_service.pages import Language


@pytest.fixture(scope="session")
def service(run: Run) -> Service:
    """The OCR service under test."""
    recognition = next(one for one in run.recognitions if one.contract == "ocr-service")
    return Service(run.target, run.images, run.options, cast("OcrRecognition", recognition))


@dataclass(frozen=True)
class Read:
    """A page and what the service made of it."""

    page: DrawnPage
    got: Answer | NoAnswer


@pytest.fixture(scope="session")
def first(service: Service) -> Answer:
    """The answer to the first page of the run, sent as base64."""
    from conformance.exchange import answered

    return answered(service.recognition.first_answer).expect(200)


@pytest.fixture(scope="session")
def corpus(service: Service) -> Mapping[str, Read]:
    """One page of every kind, sent concurrently and read once."""
    language = cast("Language", service.options.ocr_languages[0])
    pages = [draw(kind, service.options.seed, language) for kind in PAGE_KINDS]
    answers = service.target.together([ocr_request(page) for page in pages])
    return {page.kind: Read(page, got) for page, got in zip(pages, answers, strict=True)}


@pytest.fixture(scope="session")
def burst(service: Service) -> tuple[Read, ...]:
    """Eight pages under one file name, each with a marker of its own, all at the same time."""
    pages = draw_marker(service.options.seed + 1, count=8)
    answers = service.target.together(
        [upload_request(page.image, "same.png") for page in pages], at_once=len(pages)
    )
    return tuple(Read(page, got) for page, got in zip(pages, answers, strict=True))


@dataclass(frozen=True)
class ThreeWays:
    """One page read as base64, as a file and by URL; `by_url` is None where no URL is reached."""

    page: DrawnPage
    by_base64: Answer | NoAnswer
    by_file: Answer | NoAnswer
    by_url: Answer | NoAnswer | None


@pytest.fixture(scope="session")
def three_ways(service: Service) -> ThreeWays:
    """The same image sent in each way that the contract knows."""
    page = draw("medium", service.options.seed + 2)
    requests = [ocr_request(page), upload_request(page.image, "three ways.png")]
    if not service.reaches_us:
        requests.append(
            url_request(service.images.offer("/some/three.png", page.image, "image/png"))
        )
    got = service.target.together(requests)
    return ThreeWays(page, got[0], got[1], got[2] if len(got) > 2 else None)  # noqa: PLR2004
