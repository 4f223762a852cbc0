"""Mutants of lines, errors and HTTP, as they stand on the wire of REST."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from tests.mutants.mutant import patches, rewrites, wraps_app

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.mutants.exchange import Reply
    from tests.mutants.mutant import App

COMPLETION = "/foundationModels/v1/completion"
ANY = "* /foundationModels/v1/*"


def _lines(change: Callable[[bytes], bytes]) -> None:
    """Write every line of a completion otherwise."""
    from reference_server.yandex import rest

    original = rest._frame
    rest._frame = lambda answer: change(original(answer))


@patches(kills=("YC-FRAMES-1",))
def lines_as_events() -> None:
    """Lines are server-sent events."""
    _lines(lambda line: b"data: " + line)


@patches(kills=("YC-FRAMES-2",))
def lines_unwrapped() -> None:
    """Messages stand in their lines without `result`, as the Hybrid document prints them."""
    _lines(lambda line: json.dumps(json.loads(line)["result"]).encode() + b"\n")


@patches(kills=("YC-FRAMES-3",))
def lines_without_end() -> None:
    """Lines are parted by line feeds, so the last has none."""
    _lines(lambda line: line.rstrip(b"\n") if b"FINAL" in line else line)


@patches(kills=("YC-FRAMES-1", "YC-FRAMES-3"))
def lines_in_a_row() -> None:
    """Nothing parts the messages."""
    _lines(lambda line: line.rstrip(b"\n"))


@patches(kills=("YC-FRAMES-4",))
def lines_with_a_gap() -> None:
    """An empty line follows every message."""
    _lines(lambda line: line + b"\n")


@patches(kills=("YC-FRAMES-5",), outcome="warns")
def lines_with_more() -> None:
    """An index stands beside `result`."""
    _lines(lambda line: json.dumps({**json.loads(line), "index": 0}).encode() + b"\n")


@rewrites("POST /foundationModels/v1/*[gn]", kills=("YC-FRAMES-7",))
def unary_answers_wrapped(reply: Reply) -> None:
    """The unary methods wrap their answers in `result` too."""
    if reply.status == 200 and not reply.body.startswith(b'{"result"'):
        reply.json = {"result": reply.json}


def _drop_length(send: Any) -> Any:
    async def without(message: Any) -> None:
        if message["type"] == "http.response.start":
            headers = [one for one in message["headers"] if one[0] != b"content-length"]
            message = {**message, "headers": headers}
        await send(message)

    return without


def _fast_for_all() -> None:
    """Give HTTP/1.0 the implementation that knows no difference."""
    from reference_server import http_versions

    http_versions.OLD_VERSION = b"HTTP/0.9"


@wraps_app(kills=("YC-HTTP-1", "YC-HTTP-2"), all_of=True)
def chunked_for_old_clients(app: App) -> App:
    """Answers to HTTP/1.0 are chunked."""
    _fast_for_all()

    async def chunked(scope: Any, receive: Any, send: Any) -> None:
        await app(scope, receive, _drop_length(send) if scope["type"] == "http" else send)

    return chunked


@patches(kills=("YC-HTTP-2",))
def chunked_streams_for_old_clients() -> None:
    """Streamed answers to HTTP/1.0 are chunked, others are not."""
    _fast_for_all()


@wraps_app(kills=("YC-HTTP-3",))
def cut_for_old_clients(app: App) -> App:
    """HTTP/1.0 gets the first half of a stream."""

    async def cut(scope: Any, receive: Any, send: Any) -> None:
        seen = 0

        async def half(message: Any) -> None:
            nonlocal seen
            seen += message["type"] == "http.response.body"
            if seen > 5 and message.get("more_body"):
                return
            await send(message)

        old = scope["type"] == "http" and scope["http_version"] == "1.0"
        await app(scope, receive, half if old else send)

    return cut


@patches(kills=("YC-HTTP-4",))
def old_connections_left_open() -> None:
    """The connection of HTTP/1.0 stays open after the answer."""
    from reference_server import http_versions

    received = http_versions.HttpByVersion.data_received

    class LeftOpen:
        def __init__(self, transport: Any) -> None:
            self._transport = transport

        def __getattr__(self, name: str) -> Any:
            return getattr(self._transport, name)

        def close(self) -> None:
            """Do not."""

    def data_received(self: Any, data: bytes) -> None:
        if b"HTTP/1.0" in data:
            self._transport = LeftOpen(self._transport)
        received(self, data)

    http_versions.HttpByVersion.data_received = data_received  # type: ignore[method-assign]


@patches(kills=("YC-HTTP-5",))
def connections_for_one_request() -> None:
    """After a stream that was asked for with spaces in its JSON, the connection is of no use."""
    from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

    received = HttpToolsProtocol.data_received

    def data_received(self: Any, data: bytes) -> None:
        if getattr(self, "_planted", False):
            self.transport.close()
            return
        self._planted = b'"stream": true' in data
        received(self, data)

    HttpToolsProtocol.data_received = data_received  # type: ignore[method-assign]


@patches(kills=("YC-FRAMES-6",))
def something_after_the_end() -> None:
    """A line feed too many follows the end of the body."""
    from uvicorn.protocols.http import httptools_impl

    send = httptools_impl.RequestResponseCycle.send

    async def sending(self: Any, message: Any) -> None:
        closing = message["type"] == "http.response.body" and not message.get("more_body")
        if closing and not self.keep_alive and not self.disconnected:
            close, self.transport = self.transport, _Trailing(self.transport)
            await send(self, message)
            self.transport = close
            return
        await send(self, message)

    class _Trailing:
        def __init__(self, transport: Any) -> None:
            self._transport = transport

        def __getattr__(self, name: str) -> Any:
            return getattr(self._transport, name)

        def close(self) -> None:
            self._transport.write(b"\r\n")
            self._transport.close()

    httptools_impl.RequestResponseCycle.send = sending  # type: ignore[method-assign]


@wraps_app(kills=("YC-HTTP-6",))
def answers_as_text(app: App) -> App:
    """Answers are sent as text/plain."""
    return _retyped(app, lambda status: status == 200)


@wraps_app(kills=("YC-HTTP-7",))
def errors_as_html(app: App) -> App:
    """Errors are sent as text/plain."""
    return _retyped(app, lambda status: status >= 400)


def _retyped(app: App, where: Callable[[int], bool]) -> App:
    async def retyped(scope: Any, receive: Any, send: Any) -> None:
        async def typed(message: Any) -> None:
            if message["type"] == "http.response.start" and where(message["status"]):
                headers = [one for one in message["headers"] if one[0] != b"content-type"]
                message = {**message, "headers": [*headers, (b"content-type", b"text/plain")]}
            await send(message)

        concerned = scope["type"] == "http" and scope["path"].startswith("/foundationModels")
        await app(scope, receive, typed if concerned else send)

    return retyped


def _without_header(app: App, name: bytes, instead: bytes | None = None) -> App:
    async def without(scope: Any, receive: Any, send: Any) -> None:
        async def bare(message: Any) -> None:
            if message["type"] == "http.response.start":
                headers = [one for one in message["headers"] if one[0] != name]
                headers += [] if instead is None else [(name, instead)]
                message = {**message, "headers": headers}
            await send(message)

        await app(scope, receive, bare if scope["type"] == "http" else send)

    return without


@wraps_app(kills=("YC-HTTP-8",), edition="hosted")
def no_request_id(app: App) -> App:
    """Answers have no `x-request-id`."""
    return _without_header(app, b"x-request-id")


@wraps_app(kills=("YC-HTTP-9",), edition="hosted")
def no_trace_id(app: App) -> App:
    """Answers have no `x-server-trace-id`."""
    return _without_header(app, b"x-server-trace-id")


@wraps_app(kills=("YC-HTTP-10",), edition="hosted")
def constant_request_id(app: App) -> App:
    """Every answer has the same `x-request-id`."""
    return _without_header(app, b"x-request-id", b"1")


@wraps_app(kills=("YC-HTTP-11",))
def client_ids_refused(app: App) -> App:
    """A request with an id of its client's own gets no answer but 431."""

    async def refusing(scope: Any, receive: Any, send: Any) -> None:
        named = b"x-client-request-id" in dict(scope.get("headers", ()))
        if not named:
            await app(scope, receive, send)
            return
        await send({"type": "http.response.start", "status": 431, "headers": []})
        await send({"type": "http.response.body", "body": b""})

    return refusing


def _status_where(app: App, where: Callable[[Any, int], bool], status: int) -> App:
    async def changed(scope: Any, receive: Any, send: Any) -> None:
        async def other(message: Any) -> None:
            start = message["type"] == "http.response.start"
            if start and where(scope, message["status"]):
                message = {**message, "status": status}
            await send(message)

        await app(scope, receive, other if scope["type"] == "http" else send)

    return changed


@wraps_app(kills=("YC-HTTP-12",))
def any_verb(app: App) -> App:
    """GET of a method is answered with 200."""
    return _status_where(app, lambda scope, status: scope["method"] == "GET" and status == 405, 200)


@wraps_app(kills=("YC-HTTP-13",))
def unknown_paths_bad(app: App) -> App:
    """An unknown path is answered with 400."""
    return _status_where(app, lambda scope, status: status == 404, 400)


@wraps_app(kills=("YC-SHAPE-8", "YC-ERR-5", "YC-ERR-13", "YC-ERR-17"), all_of=True)
def errors_with_200(app: App) -> App:
    """Errors come with a status of 200."""
    return _status_where(app, lambda scope, status: status == 400, 200)


@wraps_app(kills=("YC-SHAPE-5", "YC-ERR-5", "YC-ERR-13", "YC-ERR-17"), all_of=True)
def errors_with_422(app: App) -> App:
    """What is wrong with a request is answered with 422."""
    return _status_where(app, lambda scope, status: status == 400, 422)


@rewrites(ANY, kills=("YC-SHAPE-1",))
def errors_with_a_detail(reply: Reply) -> None:
    """Errors are `{"detail": …}`."""
    if reply.status >= 400:
        reply.json = {"detail": "wrong"}


@rewrites(ANY, kills=("YC-SHAPE-1",))
def errors_without_details(reply: Reply) -> None:
    """Errors lack `details`."""
    if reply.status >= 400:
        (reply.json["error"] if isinstance(reply.json["error"], dict) else reply.json).pop(
            "details"
        )


@rewrites(ANY, kills=("YC-SHAPE-5",))
def errors_with_another_code(reply: Reply) -> None:
    """Every error says code 13, whatever its status is."""
    if reply.status >= 400 and isinstance(reply.json.get("error"), dict):
        reply.json["error"]["grpcCode"] = 13


@rewrites(f"POST {COMPLETION}", kills=("YC-SHAPE-2",), outcome="warns")
def completion_errors_as_unary(reply: Reply) -> None:
    """Errors of completion have the shape of a unary method."""
    if reply.status >= 400 and isinstance(reply.json["error"], dict):
        said = reply.json["error"]
        code, message = said["grpcCode"], said["message"]
        reply.json = {"error": message, "code": code, "message": message, "details": []}


@rewrites(ANY, kills=("YC-SHAPE-3", "YC-SHAPE-4"), outcome="warns", all_of=True)
def unary_errors_as_streaming(reply: Reply) -> None:
    """Every error has the shape of a streaming method."""
    if reply.status >= 400 and "code" in reply.json:
        said = reply.json
        reply.json = {
            "error": {
                "grpcCode": said["code"],
                "httpCode": reply.status,
                "message": said["message"],
                "httpStatus": "Bad Request",
                "details": [],
            }
        }


@rewrites(f"POST {COMPLETION}", kills=("YC-SHAPE-6",))
def errors_with_a_wrong_http_code(reply: Reply) -> None:
    """`httpCode` is 500 in an answer of 400."""
    if reply.status == 400 and isinstance(reply.json["error"], dict):
        reply.json["error"]["httpCode"] = 500


@rewrites(f"POST {COMPLETION}", kills=("YC-SHAPE-7",), outcome="warns")
def errors_with_a_wrong_phrase(reply: Reply) -> None:
    """`httpStatus` is the name of the gRPC code."""
    if reply.status == 400 and isinstance(reply.json["error"], dict):
        reply.json["error"]["httpStatus"] = "InvalidArgument"
