"""Mutants of GET /health."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any

from tests.mutants.exchange import editing
from tests.mutants.mutant import answers, rewrites, wraps_app
from tests.mutants.ocr_service.forms import holds_an_image

if TYPE_CHECKING:
    from tests.mutants.exchange import Exchange, Reply
    from tests.mutants.mutant import App


@rewrites("GET /health", kills=("OCR-HEALTH-1",))
def health_503(reply: Reply) -> None:
    """Answers 503, with the right body."""
    reply.status = 503


@rewrites("GET /health", kills=("OCR-HEALTH-2",))
def health_as_text(reply: Reply) -> None:
    """Is sent as text/plain."""
    reply.headers["content-type"] = "text/plain; charset=utf-8"


@rewrites("GET /health", kills=("OCR-HEALTH-3",), edition="1.0")
def health_status_ok(reply: Reply) -> None:
    """`status` is `ok`."""
    reply.json["status"] = "ok"


@rewrites("GET /health", kills=("OCR-HEALTH-4",))
def health_status_up(reply: Reply) -> None:
    """`status` is `up`."""
    reply.json["status"] = "up"


@rewrites("GET /health", kills=("OCR-HEALTH-5",), edition="1.0")
def health_engine_idle(reply: Reply) -> None:
    """`paddleocr` is `idle`."""
    reply.json["paddleocr"] = "idle"


@rewrites("GET /health", kills=("OCR-HEALTH-6",))
def health_engine_of_another_edition(reply: Reply) -> None:
    """`paddleocr` is `not_initialized`, a word of edition 1.0."""
    reply.json["paddleocr"] = "not_initialized"


@rewrites("GET /health", kills=("OCR-HEALTH-6",))
def health_engine_as_flag(reply: Reply) -> None:
    """`paddleocr` is a boolean."""
    reply.json["paddleocr"] = reply.json["paddleocr"] == "ready"


@rewrites("GET /health", kills=("OCR-HEALTH-7",))
def health_storage_in_a_word_of_its_own(reply: Reply) -> None:
    """`s3_storage` is `off`."""
    reply.json["s3_storage"] = "off"


@rewrites("GET /health", kills=("OCR-HEALTH-7",))
def health_storage_renamed(reply: Reply) -> None:
    """`s3_storage` is called `s3`."""
    reply.json["s3"] = reply.json.pop("s3_storage")


@rewrites("GET /health", kills=("OCR-HEALTH-8",))
def health_output_relative(reply: Reply) -> None:
    """`output_dir` is a relative path."""
    reply.json["output_dir"] = "output"


@rewrites("GET /health", kills=("OCR-HEALTH-9",))
def health_without_temp_dir(reply: Reply) -> None:
    """`temp_dir` is missing."""
    del reply.json["temp_dir"]


@rewrites("GET /health", kills=("OCR-HEALTH-10",))
def health_docs_elsewhere(reply: Reply) -> None:
    """`docs` does not begin with the path of the documentation."""
    reply.json["docs"] = "Swagger UI: /docs"


@rewrites("GET /health", kills=("OCR-HEALTH-11", "OCR-HEALTH-12"), all_of=True, outcome="warns")
def health_folders_of_another_image(reply: Reply) -> None:
    """The folders are not those of the image."""
    reply.json |= {"output_dir": "/srv/out", "temp_dir": "/srv/tmp"}


@rewrites("GET /health", kills=("OCR-HEALTH-13",), edition="1.0")
def health_never_ready(reply: Reply) -> None:
    """`paddleocr` stays `not_initialized` after a page has been read."""
    reply.json["paddleocr"] = "not_initialized"


@rewrites("GET /health", kills=("OCR-HEALTH-14",))
def health_starting_for_ever(reply: Reply) -> None:
    """`status` stays `starting` although the engine is ready."""
    reply.json["status"] = "starting"


@wraps_app(kills=("OCR-HEALTH-15",))
class EngineWaitsForAPage:
    """The engine is ready only after the first page, as in edition 1.0."""

    def __init__(self, app: App) -> None:
        self._app, self._used = app, False

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        self._used |= holds_an_image(scope)
        await editing(self._app, "GET /health", self._idle)(scope, receive, send)

    def _idle(self, reply: Reply) -> None:
        if not self._used:
            reply.json |= {"status": "healthy", "paddleocr": "not_initialized"}


@wraps_app(kills=("OCR-HEALTH-16",), edition="1.0", outcome="warns")
class EngineStartsEarly:
    """The engine begins to start before the first page, and says so in words of its own."""

    def __init__(self, app: App) -> None:
        self._app = app

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        await editing(self._app, "GET /health", self._early)(scope, receive, send)

    def _early(self, reply: Reply) -> None:
        if reply.json["paddleocr"] == "not_initialized":
            reply.json["paddleocr"] = "loading"


@wraps_app(kills=("OCR-HEALTH-17",))
class StartBlocksTheEventLoop:
    """The engine is loaded on the event loop: /health waits until the first page is read."""

    SECONDS = 5.6  # a probe gives up after 5

    def __init__(self, app: App) -> None:
        self._app, self._loaded = app, False

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        if not self._loaded and holds_an_image(scope):
            self._loaded = True
            # On the event loop on purpose: this is the defect.
            time.sleep(self.SECONDS)  # noqa: ASYNC251
        await self._app(scope, receive, send)


@rewrites("GET /health", kills=("OCR-HEALTH-18",), outcome="warns")
def health_tells_more(reply: Reply) -> None:
    """Holds a field that the contract does not know."""
    reply.json["gpu"] = "none"


@answers("GET /health", kills=("OCR-HEALTH-1",), edition="1.0")
async def health_is_not_there(exchange: Exchange) -> Reply:
    """Is not served: 404 on /health alone."""
    exchange.move("GET", "/healthz")
    return await exchange.reply()
