"""One OCR request from form to answer, apart from HTTP."""

from __future__ import annotations

import asyncio
import json
import logging
import time
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

from anyio import CapacityLimiter, to_thread

from reference_server.ocr import document, s3
from reference_server.ocr.download import fetch
from reference_server.ocr.engine import EngineUnavailable
from reference_server.ocr.images import InvalidImage, check_image, decode_pages
from reference_server.ocr.inputs import decode_base64, read_upload, url_stem
from reference_server.ocr.results import ResultStore, safe_stem

if TYPE_CHECKING:
    from collections.abc import Iterator

    from PIL.Image import Image

    from reference_server.ocr.engine import Page
    from reference_server.ocr.inputs import InputType, OcrForm
    from reference_server.ocr.recognition import RecognitionPool
    from reference_server.ocr.results import ResultFiles
    from reference_server.settings import Settings

logger = logging.getLogger("reference_server")

UPLOADS_AT_ONCE = 8
FALLBACK_STEMS: dict[InputType, str] = {
    "base64": "base64_image",
    "url": "url_image",
    "multipart": "uploaded_image",
}


class ProcessingFailed(Exception):
    """The page could not be read, or its results not stored, through no fault of the image."""


@dataclass(frozen=True, slots=True)
class ReceivedImage:
    """The image of a request: its bytes, how it came, and the stem of its results."""

    data: bytes
    input_type: InputType
    stem: str


class OcrService:
    """What all requests share: settings, pool, result folder and S3."""

    def __init__(self, settings: Settings, pool: RecognitionPool) -> None:
        self.settings = settings
        self.pool = pool
        self.results = ResultStore(settings.output_folder)
        self.s3 = s3.store_for(settings)
        self._s3_limiter = CapacityLimiter(UPLOADS_AT_ONCE)

    async def receive(self, form: OcrForm) -> ReceivedImage:
        """The image that the form names, its header checked.

        Raises NoImage, InvalidBase64, DownloadFailed, TooLarge or InvalidImage.
        """
        limit = self.settings.max_upload_bytes
        kind = form.input_type
        name = ""
        if form.image_base64 is not None:
            data = await to_thread.run_sync(decode_base64, form.image_base64, limit)
        elif form.image_url is not None:
            data = await fetch(
                form.image_url.strip(),
                max_bytes=limit,
                timeout_s=self.settings.download_timeout,
                trusted_origin=self.settings.trusted_origin,
            )
            name = url_stem(form.image_url)
        else:
            assert form.file is not None  # noqa: S101 - input_type said multipart
            data = await read_upload(form.file, limit)
            name = form.file.filename or ""
        await to_thread.run_sync(lambda: check_image(data, max_pixels=self.settings.max_pixels))
        fallback = FALLBACK_STEMS[kind]
        return ReceivedImage(data, kind, safe_stem(name, fallback) if name else fallback)

    async def recognise(self, image: ReceivedImage) -> list[Page]:
        """The image's pages; when cancelled, the image leaves the pool.

        Raises QueueFull, EngineUnavailable, InvalidImage, or ProcessingFailed for whatever else
        the engine raises.
        """

        def decode() -> Iterator[Image]:
            return decode_pages(
                image.data,
                max_pixels=self.settings.max_pixels,
                max_pages=self.settings.max_pages,
            )

        reading = self.pool.submit(decode)
        try:
            future = asyncio.wrap_future(reading.future)
            await asyncio.wait({future})
        except asyncio.CancelledError:
            reading.abandon()
            raise
        error = future.exception()
        if error is None or isinstance(error, EngineUnavailable | InvalidImage):
            return future.result()
        logger.error("OCR processing failed", exc_info=error)
        raise ProcessingFailed(f"{type(error).__name__}: {error}")

    async def answer(
        self, image: ReceivedImage, pages: list[Page], *, started: float, return_content: bool
    ) -> dict[str, Any]:
        """Store the results and describe them as the release's edition does.

        `started` is the request's start on the monotonic clock, in seconds. Raises
        ProcessingFailed if the disk does not take the results.
        """
        now = datetime.now()  # noqa: DTZ005 - the contract's timestamps are naive
        text = document.markdown(pages)
        data = document.json_data(pages, f"{self.settings.temp_folder}/{image.stem}")
        try:
            files = await to_thread.run_sync(
                lambda: self.results.write(
                    image.stem, now, text, json.dumps(data, ensure_ascii=False, indent=4)
                )
            )
        except OSError as error:
            logger.exception("Results cannot be stored")
            raise ProcessingFailed(f"results cannot be stored: {error.strerror}") from None
        stored = await self._store_in_s3(files)
        answer: dict[str, Any] = {
            "status": "success",
            "input_type": image.input_type,
            "local_files": {"markdown": str(files.markdown), "json": str(files.json)},
            "timestamp": now.isoformat(),
        }
        if stored is not None:
            answer["s3_files"] = stored
        if self.settings.edition == "1.3":
            answer["elapsed_sec"] = round(time.monotonic() - started, 3)
        if return_content:
            answer["markdown_text"] = text
            answer["json_data"] = data
        return answer

    async def _store_in_s3(self, files: ResultFiles) -> dict[str, Any] | None:
        full = self.settings.edition == "1.3"
        if self.s3 is None:
            return s3.SKIPPED if full else None
        try:
            uploads = await to_thread.run_sync(self.s3.upload, files, limiter=self._s3_limiter)
        except s3.UploadFailed as error:
            logger.error("S3 upload failed: %s", error)  # noqa: TRY400 - expected, no traceback
            return s3.failed_answer(error) if full else None
        return (s3.full_answer if full else s3.short_answer)(self.s3, uploads)
