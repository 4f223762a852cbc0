"""The REST routes: JSON in, NDJSON frames or one object out."""

from __future__ import annotations

from collections.abc import Callable, Coroutine
from typing import TYPE_CHECKING, Any, TypeVar

import msgspec
from fastapi import APIRouter, Request
from starlette.responses import Response

from reference_server.delivery import (
    ClientGone,
    FramesResponse,
    WrongBody,
    read_json,
    while_connected,
)
from reference_server.text.errors import Code, TextError
from reference_server.yandex import json_answers, json_requests, rest_errors
from reference_server.yandex.ids import request_id, trace_id
from reference_server.yandex.json_requests import WrongJson

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator

    from reference_server.yandex.messages import CompletionAnswer, CompletionRequest
    from reference_server.yandex.operations import Operation, Operations
    from reference_server.yandex.service import FoundationModels

Asked = TypeVar("Asked")
Answered = TypeVar("Answered")
Route = Callable[[Request], Coroutine[Any, Any, Response]]

PREFIX = "/foundationModels/v1"
MEDIA_TYPE = "application/json"
HTTP_METHODS = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"]
_REQUEST_ID, _TRACE_ID = "x-request-id", "x-server-trace-id"

_encode = msgspec.json.Encoder().encode


def yandex_router(models: FoundationModels, operations: Operations) -> APIRouter:
    """Every REST method of the contract over one implementation."""
    router = APIRouter()

    async def completion_async(asked: CompletionRequest) -> Operation:
        return operations.start(asked)

    routes: dict[str, Route] = {
        "completion": _completion(models),
        "completionAsync": _unary(
            json_requests.completion_request, completion_async, json_answers.operation
        ),
        "textEmbedding": _unary(
            json_requests.embedding_request, models.embedding, json_answers.embedding
        ),
        "fewShotTextClassification": _unary(
            json_requests.few_shot_request, models.few_shot, json_answers.classification
        ),
        "textClassification": _unary(
            json_requests.classify_request, models.classify, json_answers.classification
        ),
        "tokenize": _unary(json_requests.tokenize_request, models.tokenize, json_answers.tokens),
        "tokenizeCompletion": _unary(
            json_requests.completion_request, models.tokenize_completion, json_answers.tokens
        ),
    }
    for name, route in routes.items():
        router.add_route(f"{PREFIX}/{name}", route, methods=["POST"])
    router.add_route(
        "/foundationModels/{path:path}", _no_such_method(frozenset(routes)), methods=HTTP_METHODS
    )
    router.add_route("/operations/{operation_id}", _operation(operations), methods=["GET"])
    return router


def _operation(operations: Operations) -> Route:
    async def route(request: Request) -> Response:
        headers = answer_headers(request)
        try:
            found = operations.get(request.path_params["operation_id"])
        except TextError as error:
            return refused(rest_errors.of_unary(error.code, error.message), headers, error)
        return json_response(json_answers.operation(found), headers)

    return route


def _no_such_method(known: frozenset[str]) -> Route:
    """Answers what no route took, in the shape of the contract."""

    async def route(request: Request) -> Response:
        headers = answer_headers(request)
        if request.url.path.removeprefix(f"{PREFIX}/") in known:
            body = rest_errors.of_unary(Code.UNIMPLEMENTED, "Method Not Allowed")
            return json_response(body, {**headers, "allow": "POST"}, status=405)
        return json_response(rest_errors.of_unary(Code.NOT_FOUND, "Not Found"), headers, status=404)

    return route


def _unary(
    read: Callable[[object], Asked],
    method: Callable[[Asked], Coroutine[Any, Any, Answered]],
    write: Callable[[Answered], dict[str, Any]],
) -> Route:
    async def route(request: Request) -> Response:
        headers = answer_headers(request)
        try:
            asked = read(await read_json(request))
            answered = await while_connected(request, method(asked))
        except (WrongBody, WrongJson) as error:
            return refused_before_the_rpc(error, headers)
        except TextError as error:
            return refused(rest_errors.of_unary(error.code, error.message), headers, error)
        except ClientGone:
            return _nobody_reads_this()
        return json_response(write(answered), headers)

    return route


def _completion(models: FoundationModels) -> Route:
    async def route(request: Request) -> Response:
        headers = answer_headers(request)
        try:
            asked = json_requests.completion_request(await read_json(request))
            answers = models.completion(asked)
            # The status line must wait for the first answer: a refusal is not a 200.
            first = await while_connected(request, anext(answers))
        except (WrongBody, WrongJson) as error:
            return refused_before_the_rpc(error, headers)
        except TextError as error:
            return refused(rest_errors.of_stream(error), headers, error)
        except ClientGone:
            return _nobody_reads_this()
        if not asked.stream:
            await answers.aclose()
            return Response(_frame(first), media_type=MEDIA_TYPE, headers=headers)
        return FramesResponse(_frames(first, answers), media_type=MEDIA_TYPE, headers=headers)

    return route


async def _frames(
    first: CompletionAnswer, others: AsyncGenerator[CompletionAnswer, None]
) -> AsyncGenerator[bytes, None]:
    try:
        yield _frame(first)
        async for answer in others:
            yield _frame(answer)
    except TextError as error:
        yield _encode(rest_errors.of_stream(error)) + b"\n"
    finally:
        await others.aclose()


def _frame(answer: CompletionAnswer) -> bytes:
    return _encode({"result": json_answers.completion(answer)}) + b"\n"


def answer_headers(request: Request) -> dict[str, str]:
    """The ids that every answer carries; the client's own request id is kept."""
    given = request.headers.get(_REQUEST_ID)
    return {_REQUEST_ID: request_id(given), _TRACE_ID: trace_id()}


def refused_before_the_rpc(error: WrongBody | WrongJson, headers: dict[str, str]) -> Response:
    code = Code.INVALID_ARGUMENT
    return json_response(rest_errors.of_unary(code, str(error)), headers, status=code.http_status)


def refused(body: dict[str, Any], headers: dict[str, str], error: TextError) -> Response:
    if error.retry_after is not None:
        headers = {**headers, "retry-after": str(error.retry_after)}
    return json_response(body, headers, status=error.code.http_status)


def json_response(body: dict[str, Any], headers: dict[str, str], *, status: int = 200) -> Response:
    return Response(_encode(body), status_code=status, media_type=MEDIA_TYPE, headers=headers)


def _nobody_reads_this() -> Response:
    return Response(status_code=Code.CANCELLED.http_status)
