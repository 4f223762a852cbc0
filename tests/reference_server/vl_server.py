"""A small OpenAI-compatible server that reads pages with the default engine, as vLLM would."""

from __future__ import annotations

import base64
import contextlib
import io
import threading
from typing import TYPE_CHECKING, Any

from fastapi import FastAPI, Request
from fastapi.responses import JSONResponse
from PIL import Image

from reference_server.ocr.rapidocr_engine import RapidOcrEngine
from reference_server.running import serve_in_thread

if TYPE_CHECKING:
    from collections.abc import Iterator

MODEL = "PaddleOCR-VL-1.6-0.9B"
DATA_URI = "data:image/jpeg;base64,"


class VlServer:
    """Answers one user message of an image and `OCR:` with the image's text.

    `refusals` are statuses that the next requests get instead; `gate` holds them until it is set.
    """

    def __init__(self, threads: int = 1) -> None:
        self._engine = RapidOcrEngine(threads)
        self._one_at_a_time = threading.Lock()
        self._engine.load()
        self.refusals: list[int] = []
        self.requests: list[dict[str, Any]] = []
        self.keys: list[str | None] = []
        self.gate = threading.Event()
        self.gate.set()
        self.entered = threading.Semaphore(0)

    def app(self) -> FastAPI:
        app = FastAPI()

        @app.get("/v1/models")
        def models() -> dict[str, Any]:
            return {"object": "list", "data": [{"id": MODEL, "object": "model"}]}

        @app.post("/v1/chat/completions")
        def complete(request: Request, body: dict[str, Any]) -> JSONResponse:
            return self._complete(request.headers.get("authorization"), body)

        return app

    def _complete(self, key: str | None, body: dict[str, Any]) -> JSONResponse:
        self.requests.append(body)
        self.keys.append(key)
        self.entered.release()
        assert self.gate.wait(60)
        if self.refusals:
            error = {"message": "refused by the test", "type": "server_error"}
            return JSONResponse({"error": error}, self.refusals.pop(0))
        choice = {
            "index": 0,
            "message": {"role": "assistant", "content": self._text(image_of(body))},
            "finish_reason": "stop",
        }
        usage = {"prompt_tokens": 1, "completion_tokens": 1, "total_tokens": 2}
        about = {"id": "1", "object": "chat.completion", "created": 0, "model": body["model"]}
        return JSONResponse({**about, "choices": [choice], "usage": usage})

    def _text(self, image: Image.Image) -> str:
        with self._one_at_a_time:
            return "\n\n".join(block.text for block in self._engine.read(image).blocks)


def image_of(body: dict[str, Any]) -> Image.Image:
    """The page of a chat request, which must be just one user message of image and prompt."""
    (message,) = body["messages"]
    image, text = message["content"]
    assert message["role"] == "user"
    assert (text["type"], text["text"]) == ("text", "OCR:")
    url = image["image_url"]["url"]
    assert url.startswith(DATA_URI)
    return Image.open(io.BytesIO(base64.b64decode(url.removeprefix(DATA_URI)))).convert("RGB")


@contextlib.contextmanager
def serving(server: VlServer) -> Iterator[str]:
    """The base URL, up to /v1, while the block runs."""
    with serve_in_thread(server.app()) as url:
        yield f"{url}/v1"
