"""The HTTP routes of the OCR contract."""

from __future__ import annotations

import asyncio
import contextlib
import time
from typing import TYPE_CHECKING, Annotated, Any, TypeVar

from fastapi import APIRouter, HTTPException, Query, Request
from fastapi.responses import FileResponse
from starlette.requests import ClientDisconnect

from reference_server.ocr import openapi
from reference_server.ocr.download import DownloadFailed
from reference_server.ocr.engine import EngineUnavailable, OutOfMemory
from reference_server.ocr.images import InvalidImage
from reference_server.ocr.inputs import InvalidBase64, NoImage, TooLarge, read_form
from reference_server.ocr.recognition import QueueFull
from reference_server.ocr.results import FileType  # noqa: TC001  # the routes' types are read at run time
from reference_server.ocr.service import ProcessingFailed

if TYPE_CHECKING:
    from collections.abc import Awaitable, Iterator

    from reference_server.metrics import Metrics
    from reference_server.ocr.service import OcrService

RETRY_AFTER_S = 2
CLIENT_GONE = 499
NO_IMAGE = "No image provided. Use one of: image_base64, image_url, or file"
UNAVAILABLE = "OCR service is not available. Error: "
FAILED = "OCR processing failed: "
MEDIA_TYPES = {"md": "text/markdown", "json": "application/json"}


Result = TypeVar("Result")


class ClientGone(Exception):
    """The client closed its connection before the answer."""


def router_for(service: OcrService, metrics: Metrics) -> APIRouter:
    """The contract's routes over one service."""
    router = APIRouter()
    settings = service.settings

    @router.get("/", summary="Service information", responses=openapi.ROOT)
    async def root() -> dict[str, Any]:
        return openapi.SERVICE

    @router.get("/health", summary="Health check", responses=openapi.HEALTH)
    async def health() -> dict[str, str]:
        status, paddleocr = health_words(service)
        words = {
            "status": status,
            "paddleocr": paddleocr,
            "s3_storage": "configured" if service.s3 else "not_configured",
            "output_dir": str(settings.output_folder),
            "temp_dir": str(settings.temp_folder),
            "docs": "/docs - Swagger UI для тестирования API",
        }
        return words if service.pool.failure is None else {**words, "error": service.pool.failure}

    @router.post(
        "/ocr",
        summary="Recognise an image",
        responses=openapi.OCR_RESPONSES,
        openapi_extra=openapi.OCR_REQUEST,
    )
    async def ocr(request: Request) -> dict[str, Any]:
        started = time.monotonic()
        with metrics.request(), errors_as_http():
            form = await read_form(request, settings.max_upload_bytes)
            image = await service.receive(form)
            result = await _unless_gone(request, service.recognise(image))
            return await service.answer(
                image, result, started=started, return_content=form.return_content
            )

    @router.get("/files", summary="List the results", responses=openapi.FILES)
    async def files(
        file_type: FileType | None = None, limit: Annotated[int, Query(ge=1, le=200)] = 50
    ) -> dict[str, Any]:
        found = await asyncio.to_thread(service.results.newest, file_type, limit)
        return {"status": "success", "count": len(found), "files": found}

    @router.get("/files/{file_type}/{filename}", summary="One result", responses=openapi.FILE)
    async def file(file_type: FileType, filename: str, *, download: bool = False) -> FileResponse:
        path = await asyncio.to_thread(service.results.find, file_type, filename)
        if path is None:
            raise HTTPException(404, "Not Found")
        return FileResponse(
            path,
            media_type=MEDIA_TYPES[file_type],
            filename=filename if download else None,
        )

    return router


def health_words(service: OcrService) -> tuple[str, str]:
    """`status` and `paddleocr` of the release's edition."""
    ready = service.pool.state == "ready"
    if service.settings.edition == "1.3":
        return ("healthy", "ready") if ready else ("starting", "initializing")
    return "healthy", "ready" if ready else "not_initialized"


@contextlib.contextmanager
def errors_as_http() -> Iterator[None]:
    """Each refusal as the status and message that the contract gives it."""
    try:
        yield
    except NoImage:
        raise HTTPException(400, NO_IMAGE) from None
    except InvalidBase64 as error:
        raise HTTPException(400, f"Invalid base64 image: {error}") from None
    except DownloadFailed as error:
        raise HTTPException(400, f"Failed to download image: {error}") from None
    except InvalidImage as error:
        raise HTTPException(400, f"Invalid image format: {error}") from None
    except TooLarge as error:
        raise HTTPException(413, str(error)) from None
    except (QueueFull, OutOfMemory) as error:
        raise HTTPException(
            503, f"{UNAVAILABLE}{error}", headers={"Retry-After": str(RETRY_AFTER_S)}
        ) from None
    except EngineUnavailable as error:
        raise HTTPException(503, f"{UNAVAILABLE}{error}") from None
    except ProcessingFailed as error:
        raise HTTPException(500, f"{FAILED}{error}") from None
    except (ClientGone, ClientDisconnect):
        raise HTTPException(CLIENT_GONE, "Client closed the connection") from None


async def _unless_gone(request: Request, work: Awaitable[Result]) -> Result:
    """The result of `work`, which is cancelled when the client goes away first."""
    working = asyncio.ensure_future(work)
    listening = asyncio.ensure_future(_disconnect(request))
    try:
        await asyncio.wait({working, listening}, return_when=asyncio.FIRST_COMPLETED)
        if not working.done():
            raise ClientGone
        return working.result()
    finally:
        working.cancel()
        listening.cancel()


async def _disconnect(request: Request) -> None:
    while (await request.receive())["type"] != "http.disconnect":
        pass
