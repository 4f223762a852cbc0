"""The application: every contract's routes over one set of engines."""

from __future__ import annotations

import contextlib
import logging
from typing import TYPE_CHECKING

from fastapi import FastAPI, Request
from fastapi.responses import JSONResponse

from reference_server import container_log
from reference_server.authorization import AcceptedKeys, Authorization
from reference_server.internal_errors import internal_error
from reference_server.metrics import Metrics, metrics_router
from reference_server.ocr.openapi import SERVICE
from reference_server.ocr.pool import pool_for
from reference_server.ocr.routes import router_for
from reference_server.ocr.service import OcrService
from reference_server.openai_api.iam import iam_router
from reference_server.openai_api.issued_tokens import IssuedTokens
from reference_server.openai_api.routes import openai_router
from reference_server.text.engine import TEXT_ENGINES
from reference_server.yandex.operations import Operations
from reference_server.yandex.rest import yandex_router
from reference_server.yandex.service import FoundationModels

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from reference_server.ocr.engine import AnyEngine
    from reference_server.settings import Settings
    from reference_server.text.engine import TextEngine

logger = logging.getLogger("reference_server")


def create_app(
    settings: Settings,
    ocr_engine: AnyEngine | None = None,
    text_engine: TextEngine | None = None,
) -> FastAPI:
    """The server's ASGI application.

    A given `ocr_engine` serves all workers at once, so its `read` must be safe on several threads,
    unless it reads batches; without one `settings.engine` is built.
    """
    for folder in (settings.state_dir, settings.temp_folder, settings.output_folder):
        folder.mkdir(parents=True, exist_ok=True)
    metrics = Metrics()
    pool = pool_for(settings, metrics, ocr_engine)
    text_engine = text_engine or TEXT_ENGINES[settings.text_engine].build(settings)
    models = FoundationModels(text_engine, also_served={settings.model_name})
    operations = Operations(models)
    tokens = IssuedTokens.of(settings)
    keys = AcceptedKeys.of(settings, tokens)

    @contextlib.asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        container_log.announce_service(settings)
        if settings.edition == "1.3":
            pool.load_all()
        async with contextlib.AsyncExitStack() as stack:
            stack.push_async_callback(text_engine.close)
            stack.push_async_callback(operations.close)
            if settings.grpc_port is not None:
                from reference_server.yandex.grpc_server import grpc_server

                serving = grpc_server(settings, models, operations, keys)
                app.state.grpc_port = await stack.enter_async_context(serving)
            yield
        pool.close()

    app = FastAPI(
        title=SERVICE["service"],
        version=SERVICE["version"],
        description=SERVICE["description"],
        lifespan=lifespan,
    )
    app.include_router(router_for(OcrService(settings, pool), metrics), tags=["ocr"])
    app.include_router(metrics_router(metrics))
    app.include_router(yandex_router(models, operations))
    app.include_router(openai_router(text_engine, settings.model_name))
    if tokens is not None:
        app.include_router(iam_router(tokens))
    app.add_exception_handler(Exception, _internal_error)
    if keys is not None:
        app.add_middleware(Authorization, keys=keys)
    return app


async def _internal_error(request: Request, error: Exception) -> JSONResponse:
    return JSONResponse(internal_error(request.url.path, error), status_code=500)
