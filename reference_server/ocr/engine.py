"""What an OCR engine is: the page that it returns, its protocol, and the registry by name."""

from __future__ import annotations

from dataclasses import dataclass
from importlib import import_module
from typing import TYPE_CHECKING, Any, Protocol, runtime_checkable

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from PIL.Image import Image

    from reference_server.settings import Settings


class EngineUnavailable(Exception):
    """The engine cannot read: a package, a program, weights or memory is missing."""


class OutOfMemory(EngineUnavailable):
    """The page did not fit into memory beside what is there; a later one, or a smaller one, may."""


@dataclass(frozen=True, slots=True)
class Block:
    """A piece of a page in reading order.

    `box` is (x1, y1, x2, y2) in pixels of the upright page, origin top left; `score` is the
    engine's confidence, 0 to 1.
    """

    text: str
    box: tuple[int, int, int, int]
    label: str = "text"
    score: float = 1.0


@dataclass(frozen=True, slots=True)
class Page:
    """What was read on one page: its size in pixels, and its blocks in reading order.

    An engine that writes Markdown and page data itself gives them as `markdown` and `document`,
    which then stand in the results as they are.
    """

    width: int
    height: int
    blocks: tuple[Block, ...]
    markdown: str | None = None
    document: Mapping[str, Any] | None = None


class OcrEngine(Protocol):
    """Reads pages, one call at a time unless its author says otherwise.

    Both methods are synchronous and called on worker threads, never on the event loop.
    """

    def load(self) -> None:
        """Get ready to read; raises EngineUnavailable with one line that names what is missing."""
        ...

    def read(self, image: Image) -> Page:
        """Read an upright RGB image; raises EngineUnavailable if it can no longer read."""
        ...


@runtime_checkable
class SharedEngine(OcrEngine, Protocol):
    """One engine for all workers, whose `read` may run on `at_once` threads at the same time."""

    @property
    def at_once(self) -> int: ...


@runtime_checkable
class BatchEngine(Protocol):
    """Reads several pages together; always called on one and the same thread."""

    @property
    def at_once(self) -> int:
        """The most pages of a batch."""
        ...

    def load(self) -> None:
        """As of OcrEngine."""
        ...

    def read_batch(self, images: Sequence[Image]) -> Sequence[Page]:
        """The pages of the upright RGB images, in their order.

        Raises OutOfMemory, EngineUnavailable if it can no longer read, or whatever one of the
        images makes it raise.
        """
        ...


AnyEngine = OcrEngine | SharedEngine | BatchEngine


@dataclass(frozen=True, slots=True)
class EngineEntry:
    """Where an engine lives.

    `module` has `build(settings) -> AnyEngine` and `missing(settings) -> list[str]`, one line for
    each thing that the engine lacks here. A `shared` engine is built once, any other once for
    each worker.
    """

    module: str
    shared: bool = False

    def build(self, settings: Settings) -> AnyEngine:
        build: Callable[[Settings], AnyEngine] = import_module(self.module).build
        return build(settings)

    def missing(self, settings: Settings) -> list[str]:
        missing: Callable[[Settings], list[str]] = import_module(self.module).missing
        return missing(settings)


ENGINES: dict[str, EngineEntry] = {
    "paddleocr-vl": EngineEntry("reference_server.ocr.paddle_engine", shared=True),
    "rapidocr": EngineEntry("reference_server.ocr.rapidocr_engine"),
    "tesseract": EngineEntry("reference_server.ocr.tesseract_engine"),
}


def find_engine(name: str) -> EngineEntry:
    """The registered engine; raises EngineUnavailable that lists the names there are."""
    if name not in ENGINES:
        known = ", ".join(sorted(ENGINES))
        raise EngineUnavailable(f"engine {name!r} is not installed here; choose one of: {known}")
    return ENGINES[name]
