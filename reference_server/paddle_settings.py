"""The settings of the paddleocr-vl engine: which way it goes, its models, batches and memory."""

from __future__ import annotations

from typing import Literal

from pydantic import Field, SecretStr
from pydantic_settings import BaseSettings


class PaddleSettings(BaseSettings):
    """What PaddleOCR-VL is run with; part of the one settings model.

    The folder of its weights and the device are the settings `model_dir` and `model_device`.
    """

    paddle_engine: Literal["paddle", "transformers"] = Field(
        "paddle", description="framework that paddleocr-vl recognises and finds layouts with"
    )
    vl_server_url: str | None = Field(
        None,
        pattern=r"^https?://[^/@\s]+(/[^\s?#]*)?$",
        description="base URL, up to /v1, of the vLLM or SGLang server that recognises instead",
    )
    vl_server_api_key: SecretStr | None = Field(None, description="key of that server")
    vl_server_model: str | None = Field(
        None, min_length=1, description="model there; without it, PaddleOCR-VL-1.6-0.9B"
    )
    layout_detection: bool = Field(
        default=True,
        description="find the blocks of a page first; without it a page is one block",
    )
    batch_size: int = Field(
        8, ge=1, le=256, description="pages that paddleocr-vl recognises together"
    )
    batch_wait: float = Field(
        0.02, ge=0, le=10, description="seconds that a batch waits for more pages"
    )
    max_new_tokens: int = Field(
        4096, ge=1, le=32768, description="most tokens that paddleocr-vl writes for a block"
    )
    min_free_gpu_memory: int = Field(
        512, ge=0, description="MiB of GPU memory to keep free; below it images get 503"
    )
