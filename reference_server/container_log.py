"""The container log: the lines that each release is known by, with timestamps, on stdout."""

from __future__ import annotations

import logging
import os
import time
from typing import TYPE_CHECKING, Any

from reference_server.ocr.s3 import S3_SETTINGS, missing_settings
from reference_server.settings import variable

if TYPE_CHECKING:
    from reference_server.settings import Settings

logger = logging.getLogger("reference_server")

VLLM_WAIT_S = 12.0
"""Observed: 10 to 15 s on the first start of 1.0.8."""
AFTER_VLLM_S = 12.5
"""The rest of that first start, which took some 25 s in all."""

CONFIG: dict[str, Any] = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"line": {"format": "%(asctime)s - %(levelname)s - %(message)s"}},
    "handlers": {
        "stdout": {
            "class": "logging.StreamHandler",
            "stream": "ext://sys.stdout",
            "formatter": "line",
        }
    },
    "loggers": {
        "reference_server": {"handlers": ["stdout"], "level": "INFO", "propagate": False},
        "uvicorn": {"handlers": ["stdout"], "level": "INFO", "propagate": False},
    },
    "root": {"handlers": ["stdout"], "level": "WARNING"},
}


def wait_for_vllm(settings: Settings) -> None:
    """What 1.0.8 does on its first start in a state folder: waits for vLLM in vain, then goes on.

    A marker file in the folder makes every later start a second one.
    """
    marker = settings.state_dir / "started-1.0.8"
    if settings.release != "1.0.8" or marker.exists():
        return
    if settings.start_scale != 1:
        logger.warning("Start waits are scaled by %g", settings.start_scale)
    logger.info("Waiting for vLLM server to start...")
    time.sleep(VLLM_WAIT_S * settings.start_scale)
    logger.error(
        "RuntimeError: Could not prepare the official model for the 'PaddleOCR-VL-0.9B' model "
        "with the 'vllm' backend."
    )
    logger.error("No available model hosting platforms detected")
    time.sleep(AFTER_VLLM_S * settings.start_scale)
    marker.touch()


def announce_start(settings: Settings, port: int) -> None:
    """The lines from the start of the handler to the end of its set-up."""
    if settings.release == "1.3.6":
        logger.info("Using offline image with pre-loaded models")
        logger.info("Dynamic graph mode enabled (FLAGS_enable_eager_mode=1)")
    logger.info("Starting FastAPI handler on port %d...", port)


def announce_service(settings: Settings) -> None:
    """The lines of the service's own set-up."""
    logger.info("PaddleOCRVL imported successfully")
    missing = missing_settings(settings)
    if not missing:
        logger.info("S3 client initialized for bucket: %s", settings.s3_bucket)
    elif len(missing) < len(S3_SETTINGS):
        names = ", ".join(variable(name) for name in missing)
        logger.warning("S3 storage is off: %s not set; results stay on disk", names)
    logger.info("TEMP_DIR is writable: %s", settings.temp_folder)
    logger.info("OUTPUT_DIR is writable: %s", settings.output_folder)
    if settings.edition == "1.0":
        logger.info("PaddleOCR-VL will be initialized on first request")
    else:
        logger.info("PaddleOCR-VL initialization started in background")


def announce_termination(settings: Settings) -> None:
    """What 1.3.6 says when it is told to stop."""
    if settings.release == "1.3.6":
        logger.error("FatalError: `Termination signal` is detected by the operating system.")
        logger.error("SIGTERM received by PID %d", os.getpid())
