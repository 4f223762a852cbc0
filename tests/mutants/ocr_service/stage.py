"""The OCR service of the bundled server over an instant engine, with S3 made of memory."""

from __future__ import annotations

import logging
import os
import signal
import threading
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, Literal

from conformance.images import ImageServer
from reference_server.app import create_app
from reference_server.ocr import s3
from reference_server.running import bind, server_for
from reference_server.settings import Settings
from tests.mutants.ocr_service.instant_engine import InstantEngine, watch_the_pen
from tests.mutants.stage import API_KEY, planted, planted_engine

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from reference_server.ocr.results import ResultFiles
    from tests.mutants.mutant import App, Mutant

Event = Literal["", "death", "SIGINT", "SIGTERM"]
RELEASES = {"1.0": "1.0.9", "1.3": "1.3.6", None: "1.3.6"}
START_LIMIT_S = 20
S3_SETTINGS = {
    "s3_endpoint": "http://storage.invalid",
    "s3_bucket": "pages",
    "s3_access_key": "access-key",
    "s3_secret_key": "secret-key",
}


@contextmanager
def playing(
    mutant: Mutant | None,
    edition: str | None,
    folder: Path,
    *,
    storage: str = "off",
    real_engine: bool = False,
    guarded: bool = True,
    fetches_from_us: bool = True,
    event: Event = "",
    at_request: int = 0,
    **settings: Any,
) -> Iterator[list[str]]:
    """Serve one edition.

    `storage` is S3: `off`, `on` or `failing`. At request `at_request` the `event` happens: the
    server dies, or the suite, which shares its process, gets a signal.
    """
    images = ImageServer.start()
    ImageServer.start = classmethod(lambda cls, public_url=None: images)  # type: ignore[method-assign,assignment]
    logging.disable(logging.CRITICAL)
    watch_the_pen()
    if storage != "off":
        settings |= S3_SETTINGS
        s3.S3Store.upload = _upload if storage == "on" else _failed_upload  # type: ignore[method-assign]
    chosen: dict[str, Any] = {
        "release": RELEASES[edition],
        "state_dir": folder / "state",
        "workers": 2,
        "start_scale": 0,
        "trusted_origin": images.origin if fetches_from_us else None,
        "api_key": API_KEY if guarded else None,
        "download_timeout": 5,
    }
    engine = None if real_engine else planted_engine(InstantEngine(), mutant)
    app = planted(create_app(Settings(**chosen | settings), ocr_engine=engine), mutant)

    def happen() -> None:
        if event == "death":
            server.force_exit = server.should_exit = True
        elif event:
            os.kill(os.getpid(), getattr(signal, event))

    bound = bind("127.0.0.1", 0)
    server = server_for(_counted(app, at_request, happen), bound, grace_s=1)
    thread = threading.Thread(target=server.run, kwargs={"sockets": [bound]}, daemon=True)
    thread.start()
    if not server.ready.wait(START_LIMIT_S):
        raise RuntimeError("the application did not start")
    yield ["--base-url", f"http://127.0.0.1:{bound.getsockname()[1]}"]
    server.should_exit = True
    thread.join(START_LIMIT_S)


def _counted(app: App, at_request: int, happen: Callable[[], None]) -> App:
    """The application, with something that happens as it takes this request."""
    requests = 0

    async def counting(scope: Any, receive: Any, send: Any) -> None:
        nonlocal requests
        requests += scope["type"] == "http"
        if requests == at_request:
            happen()
        await app(scope, receive, send)

    return counting


def _upload(self: s3.S3Store, files: ResultFiles) -> tuple[s3.Upload, s3.Upload]:
    """What a storage that takes everything would have answered."""
    one, other = (
        s3.Upload(s3.KEY_PREFIX + path.name, path.stat().st_size, 0.001)
        for path in (files.markdown, files.json)
    )
    return one, other


def _failed_upload(self: s3.S3Store, files: ResultFiles) -> tuple[s3.Upload, s3.Upload]:
    raise s3.UploadFailed("NoSuchBucket: The specified bucket does not exist", "ClientError")
