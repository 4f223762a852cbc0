"""The Yandex methods of the bundled server over its built-in text engine, REST and gRPC."""

from __future__ import annotations

import logging
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from reference_server.app import create_app
from reference_server.running import serve_in_thread
from reference_server.settings import Settings
from reference_server.text.engine import TEXT_ENGINES
from tests.mutants.stage import API_KEY, planted, planted_engine

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from tests.mutants.mutant import Mutant

TUNED = "textClassification=cls://0/sentiment"


class NoEngine:
    """An OCR engine that is never asked."""


@contextmanager
def playing(
    mutant: Mutant | None,
    edition: str | None,
    folder: Path,
    *,
    guarded: bool = True,
    with_grpc: bool = True,
    **settings: Any,
) -> Iterator[list[str]]:
    """Serve both transports."""
    logging.disable(logging.CRITICAL)
    chosen = Settings(
        **{
            "state_dir": folder / "state",
            "workers": 1,
            "start_scale": 0,
            "api_key": API_KEY if guarded else None,
            "grpc_port": 0 if with_grpc else None,
            **settings,
        }
    )
    text_engine = planted_engine(TEXT_ENGINES["builtin"].build(chosen), mutant)
    app = create_app(chosen, ocr_engine=NoEngine(), text_engine=text_engine)  # type: ignore[arg-type]  # never asked
    with serve_in_thread(planted(app, mutant), grace_s=1) as url:
        grpc = ["--grpc-target", f"127.0.0.1:{app.state.grpc_port}"] if with_grpc else []
        yield ["--base-url", url, "--model-uri", TUNED, *grpc]
