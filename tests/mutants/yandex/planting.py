"""Where defects are planted: in what is said, asked and refused, over either transport.

Messages are edited as proto3 JSON on their way out, so one defect serves REST and gRPC alike.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from reference_server import authorization
from reference_server.text.errors import Code, TextError
from reference_server.yandex import json_answers
from reference_server.yandex.service import FoundationModels

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator, Awaitable, Callable, Collection

Json = dict[str, Any]
REST, GRPC = "rest", "grpc"
BOTH = (REST, GRPC)
_GRPC_NAMES = {
    "completion": ("completion",),
    "embedding": ("embedding",),
    "classification": ("few_shot", "classified"),
    "tokens": ("tokens",),
    "operation": ("operation",),
}
MODELS = {
    "completion": "gpt://0/general",
    "embedding": "emb://0/general",
    "few_shot": "cls://0/general",
    "classify": "cls://0/sentiment",
    "tokenize": "gpt://0/general",
    "tokenize_completion": "gpt://0/general",
}


def both(*rows: str) -> tuple[str, ...]:
    """The ids of these rows over REST and over gRPC."""
    return (*over_rest(*rows), *over_grpc(*rows))


def over_rest(*rows: str) -> tuple[str, ...]:
    """The ids of these rows over REST."""
    return tuple(f"YC-{row}" for row in rows)


def over_grpc(*rows: str) -> tuple[str, ...]:
    """The ids of these rows over gRPC."""
    return tuple(f"YC-G{row}" for row in rows)


def edit(kind: str, change: Callable[[Json], None], over: Collection[str] = BOTH) -> None:
    """Edit every answer of a kind: completion, embedding, classification, tokens, operation."""
    if REST in over:
        original = getattr(json_answers, kind)

        def edited(answer: Any) -> Json:
            body: Json = original(answer)
            change(body)
            return body

        setattr(json_answers, kind, edited)
    if GRPC in over:
        for name in _GRPC_NAMES[kind]:
            _edit_grpc(name, change)


def _edit_grpc(name: str, change: Callable[[Json], None]) -> None:
    from google.protobuf.json_format import MessageToDict, ParseDict

    from reference_server.yandex import grpc_messages

    original = getattr(grpc_messages, name)

    def edited(answer: Any) -> Any:
        message = original(answer)
        body = MessageToDict(message, always_print_fields_with_no_presence=True)
        change(body)
        return ParseDict(body, type(message)())

    setattr(grpc_messages, name, edited)


def edit_alternative(change: Callable[[Json], None], over: Collection[str] = BOTH) -> None:
    """Edit the first alternative of every completion."""
    edit("completion", lambda body: change(body["alternatives"][0]), over)


def edit_text(change: Callable[[str], str], over: Collection[str] = BOTH) -> None:
    """Edit the text of every completion."""

    def changed(alternative: Json) -> None:
        message = alternative["message"]
        message["text"] = change(message["text"])

    edit_alternative(changed, over)


def edit_status(old: str, new: str, over: Collection[str] = BOTH) -> None:
    """Say another status instead of one."""

    def changed(alternative: Json) -> None:
        if alternative["status"] == f"ALTERNATIVE_STATUS_{old}":
            alternative["status"] = f"ALTERNATIVE_STATUS_{new}"

    edit_alternative(changed, over)


def ask_instead(name: str, fix: Callable[[Any], Any]) -> None:
    """Have a method of the implementation asked for something else than was asked."""
    original = getattr(FoundationModels, name)
    setattr(FoundationModels, name, lambda self, request: original(self, fix(request)))


def options(**changes: Any) -> Callable[[Any], Any]:
    """A fix of a request that sets these fields of it."""
    return lambda request: replace(request, **changes)


def rework(make: Callable[[Any, AsyncGenerator[Any, None]], AsyncGenerator[Any, None]]) -> None:
    """Replace the messages of every completion: `make(request, messages)` gives others."""
    original = FoundationModels.completion

    def completion(self: FoundationModels, request: Any) -> AsyncGenerator[Any, None]:
        return make(request, original(self, request))

    FoundationModels.completion = completion  # type: ignore[method-assign]


def around(name: str, make: Callable[[Any, Awaitable[Any]], Awaitable[Any]]) -> None:
    """Replace the answer of a unary method: `make(request, answer to come)` gives another."""
    original = getattr(FoundationModels, name)

    async def method(self: FoundationModels, request: Any) -> Any:
        return await make(request, original(self, request))

    setattr(FoundationModels, name, method)


def fail_where(name: str, where: Callable[[Any], bool], code: Code = Code.INTERNAL) -> None:
    """Have a method fail for the requests of which `where` is true."""
    said = f"planted: {code.name.lower()}"
    if name == "completion":

        async def failing(request: Any, messages: AsyncGenerator[Any, None]) -> Any:
            if where(request):
                raise TextError(code, said)
            async for message in messages:
                yield message

        rework(failing)
        return

    async def failed(request: Any, answer: Awaitable[Any]) -> Any:
        found = await answer
        if where(request):
            raise TextError(code, said)
        return found

    around(name, failed)


def refuse_otherwise(name: str, change: Callable[[TextError], TextError]) -> None:
    """Replace the errors of a method."""
    if name == "completion":

        async def refused(_request: Any, messages: AsyncGenerator[Any, None]) -> Any:
            try:
                async for message in messages:
                    yield message
            except TextError as error:
                raise change(error) from None

        rework(refused)
        return

    async def refusing(_request: Any, answer: Awaitable[Any]) -> Any:
        try:
            return await answer
        except TextError as error:
            raise change(error) from None

    around(name, refusing)


def let_in(rule: Callable[[str | None, str, bool], bool]) -> None:
    """Decide about keys otherwise: `rule(Authorization, path, as it should be)`."""
    from reference_server.yandex.grpc_authorization import GrpcAuthorization, _refusal

    def may_pass(self: authorization.Authorization, scope: Any) -> bool:
        values = [value for name, value in scope["headers"] if name == b"authorization"]
        right = len(values) == 1 and self._keys.accepts(values[0])
        return rule(values[0].decode("latin-1") if values else None, scope["path"], right)

    authorization.Authorization._may_pass = may_pass  # type: ignore[method-assign]

    async def intercept(self: Any, continuation: Any, details: Any) -> Any:
        values = [value for name, value in details.invocation_metadata if name == "authorization"]
        right = len(values) == 1 and self._keys.accepts(values[0].encode())
        handler = await continuation(details)
        in_order = rule(values[0] if values else None, details.method, right)
        return handler if handler is None or in_order else _refusal(handler)

    GrpcAuthorization.intercept_service = intercept  # type: ignore[method-assign]
