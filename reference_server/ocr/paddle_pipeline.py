"""paddleocr's pipeline: made with its own arguments, and its failures told apart."""

from __future__ import annotations

import gc
import os
import sys
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Any

from reference_server.ocr.engine import Block, EngineUnavailable, OutOfMemory, Page
from reference_server.ocr.gpu import device_of
from reference_server.ocr.paddle_models import find_models

if TYPE_CHECKING:
    from collections.abc import Sequence

    from PIL.Image import Image

    from reference_server.settings import Settings

MEMORY_WORDS = ("out of memory", "resourceexhausted", "alloc_failed")
REFUSES_ONE_PAGE = frozenset({400, 413, 422})
"""Statuses by which a VL server refuses a page; any other concerns the server as a whole."""

MESSAGE_LENGTH = 300


class PaddlePipeline:
    """PaddleOCRVL with the settings' models, or before their VL server."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._pipeline: Any = None
        self._server_errors: tuple[type[Exception], ...] = ()

    def load(self) -> None:
        """Raises EngineUnavailable; nothing is fetched from anywhere."""
        version, recognition, arguments = arguments_of(self._settings)
        # Half a dozen libraries raise what they like here, so a future takes it, whatever it is.
        with ThreadPoolExecutor(1) as thread:
            attempt = thread.submit(self._make, version, recognition, arguments)
            error = attempt.exception()
        if error is None:
            return
        failure = cannot_load(error)
        # The failed attempt's traceback holds what it had loaded.
        del attempt, error
        release_memory()
        raise failure

    def _make(self, version: str, recognition: dict[str, Any], arguments: dict[str, Any]) -> None:
        os.environ.setdefault("PADDLE_PDX_DISABLE_MODEL_SOURCE_CHECK", "True")
        from openai import APIError
        from paddleocr import PaddleOCRVL
        from paddlex.inference import load_pipeline_config

        suffix = "" if version == "v1" else "-" + version.removeprefix("v")
        config = load_pipeline_config(f"PaddleOCR-VL{suffix}")
        config["SubModules"]["VLRecognition"].update(recognition)
        self._pipeline = PaddleOCRVL(version, paddlex_config=config, **arguments)
        self._server_errors = (APIError,)

    def read(self, images: Sequence[Image]) -> list[Page]:
        """The pages of upright RGB images, in order.

        Raises OutOfMemory, EngineUnavailable if the VL server is at fault, or what the library
        raises.
        """
        failure: EngineUnavailable | None = None
        try:
            results = self._pipeline.predict(
                [_as_bgr(image) for image in images],
                use_queues=False,
                max_new_tokens=self._settings.max_new_tokens,
            )
            return [page_of(result) for result in results]
        except (RuntimeError, MemoryError) as error:
            if not is_out_of_memory(error):
                raise
            failure = OutOfMemory(f"out of memory with {len(images)} page(s) at once")
        except self._server_errors as error:
            if getattr(error, "status_code", None) in REFUSES_ONE_PAGE:
                raise
            failure = EngineUnavailable(f"the VL server fails: {one_line(error)}")
        release_memory()
        raise failure


def arguments_of(settings: Settings) -> tuple[str, dict[str, Any], dict[str, Any]]:
    """The pipeline's version, what its recognition is configured with, and its arguments.

    Raises NoWeights.
    """
    models = find_models(settings)
    recognition: dict[str, Any] = {}
    arguments: dict[str, Any] = {
        "use_layout_detection": settings.layout_detection,
        "device": device_of(settings.model_device),
        "engine": settings.paddle_engine,
        "vl_rec_model_name": models.generation.recognition,
    }
    if models.layout is not None:
        arguments["layout_detection_model_dir"] = str(models.layout)
    if settings.vl_server_url is not None:
        key = settings.vl_server_api_key
        arguments |= {
            "vl_rec_backend": "vllm-server",
            "vl_rec_server_url": settings.vl_server_url,
            "vl_rec_max_concurrency": settings.batch_size,
            "vl_rec_api_model_name": settings.vl_server_model,
            "vl_rec_api_key": None if key is None else key.get_secret_value(),
        }
    else:
        arguments["vl_rec_model_dir"] = str(models.recognition)
        if settings.paddle_engine == "transformers":
            recognition = {
                "batch_size": settings.batch_size,
                # Pages differ in length; generation goes on at the right-hand end.
                "engine_config": {"processor_kwargs": {"padding": True, "padding_side": "left"}},
            }
    given = {name: value for name, value in arguments.items() if value is not None}
    return models.generation.version, recognition, given


def page_of(result: Any) -> Page:
    """A page from the library's result, whose own Markdown and JSON become the page's."""
    document = result.json["res"]
    blocks = tuple(
        Block(found["block_content"], tuple(found["block_bbox"]), found["block_label"])
        for found in document["parsing_res_list"]
    )
    markdown = result.markdown["markdown_texts"]
    return Page(document["width"], document["height"], blocks, markdown, document)


def cannot_load(error: BaseException) -> EngineUnavailable:
    """Why the pipeline could not be made, in one line with the remedy."""
    if is_out_of_memory(error):
        return OutOfMemory("out of memory while the model was loaded")
    if isinstance(error, ImportError):
        return EngineUnavailable(f"{one_line(error)}; `serve --check` says what to install")
    # paddleocr hides what is missing behind a sentence about dependencies.
    return EngineUnavailable(one_line(error.__cause__ or error))


def is_out_of_memory(error: BaseException) -> bool:
    """Whether torch, paddle or Python itself ran out of memory, on the GPU or beside it."""
    if isinstance(error, MemoryError) or type(error).__name__ == "OutOfMemoryError":
        return True
    text = str(error).lower()
    return isinstance(error, RuntimeError) and any(words in text for words in MEMORY_WORDS)


def one_line(error: BaseException) -> str:
    lines = [line.strip() for line in str(error).splitlines() if line.strip()]
    return f"{type(error).__name__}: {lines[0] if lines else ''}"[:MESSAGE_LENGTH]


def release_memory() -> None:
    """Give back to the GPU what the framework holds in reserve."""
    gc.collect()
    torch = sys.modules.get("torch")
    if torch is not None and torch.cuda.is_available():
        torch.cuda.empty_cache()
    paddle = sys.modules.get("paddle")
    if paddle is not None and paddle.device.is_compiled_with_cuda():
        paddle.device.cuda.empty_cache()


def _as_bgr(image: Image) -> Any:
    import numpy as np

    return np.ascontiguousarray(np.asarray(image)[:, :, ::-1])
