"""The same keys as over HTTP, asked for in the metadata of every RPC."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import grpc

from reference_server.authorization import MESSAGE

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator, Awaitable, Callable

    from reference_server.authorization import AcceptedKeys


class GrpcAuthorization(grpc.aio.ServerInterceptor):  # type: ignore[misc]  # grpc has no types
    """Answers UNAUTHENTICATED to an RPC without an accepted key, whatever the RPC."""

    def __init__(self, keys: AcceptedKeys) -> None:
        self._keys = keys

    async def intercept_service(
        self,
        continuation: Callable[[grpc.HandlerCallDetails], Awaitable[grpc.RpcMethodHandler]],
        handler_call_details: grpc.HandlerCallDetails,
    ) -> grpc.RpcMethodHandler:
        handler = await continuation(handler_call_details)
        metadata = handler_call_details.invocation_metadata or ()
        values = [value for name, value in metadata if name == "authorization"]
        if handler is None or (len(values) == 1 and self._keys.accepts(values[0].encode())):
            return handler
        return _refusal(handler)


def _refusal(handler: grpc.RpcMethodHandler) -> grpc.RpcMethodHandler:
    """A handler of the same kind that only refuses."""

    async def unary(_request: Any, context: grpc.aio.ServicerContext) -> None:
        await context.abort(grpc.StatusCode.UNAUTHENTICATED, MESSAGE)

    async def stream(_request: Any, context: grpc.aio.ServicerContext) -> AsyncGenerator[Any, None]:
        await context.abort(grpc.StatusCode.UNAUTHENTICATED, MESSAGE)
        yield

    kinds = {
        (False, False): (grpc.unary_unary_rpc_method_handler, unary),
        (False, True): (grpc.unary_stream_rpc_method_handler, stream),
        (True, False): (grpc.stream_unary_rpc_method_handler, unary),
        (True, True): (grpc.stream_stream_rpc_method_handler, stream),
    }
    make, refuse = kinds[handler.request_streaming, handler.response_streaming]
    return make(refuse)
