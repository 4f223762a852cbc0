"""A server for the tests of the text part: one line to start, whatever the text engine."""

from __future__ import annotations

import contextlib
import os
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any
from unittest import mock

import httpx

from reference_server.app import create_app
from reference_server.running import serve_in_thread
from reference_server.settings import Settings

if TYPE_CHECKING:
    from collections.abc import Iterator

    from reference_server.text.engine import TextEngine

TIMEOUT_S = 20
COMPLETION = "/foundationModels/v1/completion"
EMBEDDING = "/foundationModels/v1/textEmbedding"
FEW_SHOT = "/foundationModels/v1/fewShotTextClassification"
CHAT = "/v1/chat/completions"
MODEL = "model-run-local-among"

HAMLET: dict[str, Any] = {
    "modelUri": "gpt://0/general",
    "completionOptions": {"stream": False, "temperature": 0.1, "maxTokens": "1000"},
    "messages": [
        {"role": "system", "text": "Translate text"},
        {"role": "user", "text": "To be, or not to be: that is the question."},
    ],
}


@dataclass(frozen=True)
class Served:
    """A running server: its base URL, a client of it, and its gRPC port if it has one."""

    url: str
    http: httpx.Client
    grpc_port: int | None

    @property
    def grpc_target(self) -> str:
        return f"127.0.0.1:{self.grpc_port}"

    @property
    def port(self) -> int:
        return int(self.url.rsplit(":", 1)[1])


@contextlib.contextmanager
def serving(engine: TextEngine | None = None, /, **settings: Any) -> Iterator[Served]:
    """A server with these settings, on free loopback ports, while the block runs."""
    clean = {k: v for k, v in os.environ.items() if not k.startswith(("INFERENCE_", "CLOUDRU_"))}
    with tempfile.TemporaryDirectory() as folder, mock.patch.dict(os.environ, clean, clear=True):
        settings = {"state_dir": Path(folder), "workers": 1, **settings}
        app = create_app(Settings(**settings), text_engine=engine)
        with (
            serve_in_thread(app) as url,
            httpx.Client(base_url=url, timeout=TIMEOUT_S, trust_env=False) as client,
        ):
            yield Served(url, client, getattr(app.state, "grpc_port", None))


def completion(*texts: str, **options: Any) -> dict[str, Any]:
    """A completion request whose messages alternate between user and assistant."""
    roles = ("user", "assistant")
    return {
        "modelUri": "gpt://0/general",
        "completionOptions": options,
        "messages": [{"role": roles[place % 2], "text": text} for place, text in enumerate(texts)],
    }


def chat(*texts: str, **fields: Any) -> dict[str, Any]:
    """A chat request whose messages alternate between user and assistant."""
    roles = ("user", "assistant")
    messages = [{"role": roles[n % 2], "content": text} for n, text in enumerate(texts)]
    return {"model": MODEL, "messages": messages, **fields}
