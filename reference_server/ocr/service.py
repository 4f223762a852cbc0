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
from reference_server.ocr.images import InvalidImage, check_image, count_pages, decode_pages
from reference_server.ocr.inputs import decode_base64, read_upload, url_stem
from reference_server.ocr.results import ResultStore, StorageFailed, safe_stem

if TYPE_CHECKING:
    from reference_server.ocr.inputs import InputType, OcrForm
    from reference_server.ocr.recognition import ReadImages, RecognitionPool
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


@dataclass(frozen=True, slots=True)
class StoredResult:
    """What was read of an image: its files, and when they were complete."""

    files: ResultFiles
    at: datetime


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

    async def recognise(self, image: ReceivedImage) -> StoredResult:
        """Read the image's pages and store what they say; cancelled, the image leaves the pool.

        Raises QueueFull, EngineUnavailable, InvalidImage, or ProcessingFailed if the disk takes
        no results, and for whatever else the engine raises.
        """
        reading = self.pool.submit(lambda read: self._read_and_store(image, read))
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
        if isinstance(error, StorageFailed):
            raise ProcessingFailed(f"results cannot be stored: {error}")
        raise ProcessingFailed(f"{type(error).__name__}: {error}")

    def _read_and_store(self, image: ReceivedImage, read: ReadImages) -> StoredResult:
        """On a worker: each page's results go to disk before the next page's are waited for."""
        count = count_pages(image.data, max_pages=self.settings.max_pages)
        pages = read(decode_pages(image.data, max_pixels=self.settings.max_pixels))
        input_path = f"{self.settings.temp_folder}/{image.stem}"
        with self.results.writing(count) as writer:
            for number, page in enumerate(pages):
                data = document.page_data(page, input_path, number, count)
                text = json.dumps(data, ensure_ascii=False, indent=4)
                writer.add(document.markdown(page), text)
            now = datetime.now()  # noqa: DTZ005 - the contract's timestamps are naive
            return StoredResult(self.results.keep(writer, image.stem, now), now)

    async def answer(
        self, image: ReceivedImage, result: StoredResult, *, started: float, return_content: bool
    ) -> dict[str, Any]:
        """Describe the stored results as the release's edition does.

        `started` is the request's start on the monotonic clock, in seconds.
        """
        files = result.files
        stored = await self._store_in_s3(files)
        answer: dict[str, Any] = {
            "status": "success",
            "input_type": image.input_type,
            "local_files": {"markdown": str(files.markdown), "json": str(files.json)},
            "timestamp": result.at.isoformat(),
        }
        if stored is not None:
            answer["s3_files"] = stored
        if self.settings.edition == "1.3":
            answer["elapsed_sec"] = round(time.monotonic() - started, 3)
        if return_content:
            answer["markdown_text"] = files.markdown.read_text(encoding="utf-8")
            answer["json_data"] = json.loads(files.json.read_bytes())
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
