"""The OCR service of the bundled server over an instant engine, with S3 made of memory."""

from __future__ import annotations

import logging
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from conformance.images import ImageServer
from reference_server.app import create_app
from reference_server.ocr import s3
from reference_server.running import serve_in_thread
from reference_server.settings import Settings
from tests.mutants.ocr_service.instant_engine import InstantEngine, watch_the_pen
from tests.mutants.stage import API_KEY, planted, planted_engine

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from reference_server.ocr.results import ResultFiles
    from tests.mutants.mutant import Mutant

RELEASES = {"1.0": "1.0.9", "1.3": "1.3.6", None: "1.3.6"}
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
    **settings: Any,
) -> Iterator[list[str]]:
    """Serve one edition. `storage` is S3: `off`, `on` or `failing`."""
    images = ImageServer.start()
    ImageServer.start = classmethod(lambda cls, public_url=None: images)  # type: ignore[method-assign,assignment]
    logging.disable(logging.CRITICAL)
    watch_the_pen()
    if storage != "off":
        settings |= S3_SETTINGS
        s3.S3Store.upload = _upload if storage == "on" else _failed_upload  # type: ignore[method-assign]
    state = folder / "state"
    chosen: dict[str, Any] = {
        "release": RELEASES[edition], "state_dir": state, "workers": 2, "start_scale": 0,
        "trusted_origin": images.origin, "api_key": API_KEY if guarded else None,
        "download_timeout": 5,
    }  # fmt: skip
    engine = None if real_engine else planted_engine(InstantEngine(), mutant)
    app = create_app(Settings(**chosen | settings), ocr_engine=engine)
    with serve_in_thread(planted(app, mutant), grace_s=1) as url:
        yield ["--base-url", url]


def _upload(self: s3.S3Store, files: ResultFiles) -> tuple[s3.Upload, s3.Upload]:
    """What a storage that takes everything would have answered."""
    one, other = (
        s3.Upload(s3.KEY_PREFIX + path.name, path.stat().st_size, 0.001)
        for path in (files.markdown, files.json)
    )
    return one, other


def _failed_upload(self: s3.S3Store, files: ResultFiles) -> tuple[s3.Upload, s3.Upload]:
    raise s3.UploadFailed("NoSuchBucket: The specified bucket does not exist", "ClientError")
