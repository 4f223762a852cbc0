"""The Yandex methods of the bundled server over its built-in text engine, REST and gRPC."""

from __future__ import annotations

import logging
from contextlib import ExitStack, contextmanager
from typing import TYPE_CHECKING, Any

from reference_server.app import create_app
from reference_server.running import serve_in_thread
from reference_server.settings import Settings
from reference_server.text.engine import TEXT_ENGINES
from tests.mutants.stage import API_KEY, planted, planted_engine

if TYPE_CHECKING:
    from collections.abc import Iterator
    from contextlib import AbstractContextManager
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
    """Serve both transports; the openai engine has another bundled server behind it."""
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
    with ExitStack() as stack:
        if chosen.text_engine == "openai":
            behind = stack.enter_context(_behind(folder))
            chosen = chosen.model_copy(update={"upstream_url": f"{behind}/v1"})
        text_engine = planted_engine(TEXT_ENGINES[chosen.text_engine].build(chosen), mutant)
        app = create_app(chosen, ocr_engine=NoEngine(), text_engine=text_engine)  # type: ignore[arg-type]  # never asked
        url = stack.enter_context(serve_in_thread(planted(app, mutant), grace_s=1))
        grpc = ["--grpc-target", f"127.0.0.1:{app.state.grpc_port}"] if with_grpc else []
        yield ["--base-url", url, "--model-uri", TUNED, *grpc]


def _behind(folder: Path) -> AbstractContextManager[str]:
    """The server that an openai engine forwards to."""
    plain = Settings(state_dir=folder / "behind", workers=1)
    return serve_in_thread(create_app(plain, ocr_engine=NoEngine()), grace_s=1)  # type: ignore[arg-type]  # never asked
