"""The routes under /v1."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any

import msgspec
from fastapi import APIRouter, Request
from starlette.responses import Response

from reference_server.delivery import ClientGone, WrongBody, read_json, while_connected
from reference_server.openai_api.chat import streamed_answer, whole_answer
from reference_server.openai_api.embeddings import embeddings_answer
from reference_server.openai_api.errors import Refusal, unknown_model
from reference_server.openai_api.requests import chat_request, embeddings_request
from reference_server.text.errors import Code, TextError

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from reference_server.text.engine import TextEngine

OWNER = "inference-gate"
HTTP_METHODS = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"]
METHODS_OF_PATHS = {
    "/v1/models": "GET",
    "/v1/chat/completions": "POST",
    "/v1/embeddings": "POST",
}


def openai_router(engine: TextEngine, model: str) -> APIRouter:
    """Models, chat completions and embeddings; `model` is the one id that is served."""
    router = APIRouter()
    described = {"id": model, "object": "model", "created": int(time.time()), "owned_by": OWNER}

    async def models(_request: Request) -> Response:
        return _json({"object": "list", "data": [described]})

    async def one_model(request: Request) -> Response:
        asked = request.path_params["model"]
        return _json(described) if asked == model else unknown_model(asked).response()

    async def chat(request: Request) -> Response:
        asked = chat_request(await _body(request))
        _check_model(asked.model, model)
        if asked.options.stream:
            return await while_connected(request, streamed_answer(engine, asked))
        return _json(await while_connected(request, whole_answer(engine, asked)))

    async def embeddings(request: Request) -> Response:
        asked = embeddings_request(await _body(request))
        _check_model(asked.model, model)
        return _json(await while_connected(request, embeddings_answer(engine, asked)))

    router.add_route("/v1/models", models, methods=["GET"])
    router.add_route("/v1/models/{model:path}", one_model, methods=["GET"])
    router.add_route("/v1/chat/completions", _in_shape(chat), methods=["POST"])
    router.add_route("/v1/embeddings", _in_shape(embeddings), methods=["POST"])
    router.add_route("/v1/{path:path}", _nothing_here, methods=HTTP_METHODS)
    return router


async def _nothing_here(request: Request) -> Response:
    """Answers what no route took, in the shape of the contract."""
    allowed = METHODS_OF_PATHS.get(request.url.path)
    if allowed is None:
        return Refusal(f"Invalid URL ({request.method} {request.url.path})", status=404).response()
    answer = Refusal(f"{request.url.path} takes {allowed} only", status=405).response()
    answer.headers["allow"] = allowed
    return answer


def _in_shape(
    route: Callable[[Request], Awaitable[Response]],
) -> Callable[[Request], Awaitable[Response]]:
    """The route, with whatever it refuses put in the contract's error shape."""

    async def shaped(request: Request) -> Response:
        try:
            return await route(request)
        except Refusal as refusal:
            return refusal.response()
        except TextError as error:
            return Refusal.of(error).response()
        except ClientGone:
            return Response(status_code=Code.CANCELLED.http_status)

    return shaped


async def _body(request: Request) -> object:
    try:
        return await read_json(request)
    except WrongBody as error:
        raise Refusal(str(error)) from error


def _check_model(asked: str, served: str) -> None:
    if asked != served:
        raise unknown_model(asked)


def _json(body: dict[str, Any]) -> Response:
    return Response(msgspec.json.encode(body), media_type="application/json")
