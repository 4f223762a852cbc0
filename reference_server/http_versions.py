"""Which HTTP implementation a connection gets: the fast one, unless it speaks HTTP/1.0.

httptools frames an answer of unknown length with chunked encoding whoever asked. h11 knows that
HTTP/1.0 has no such thing and ends the answer by closing the connection, but costs about half of
the requests per second.
"""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any

from uvicorn.protocols.http.h11_impl import H11Protocol
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

if TYPE_CHECKING:
    from uvicorn.config import Config
    from uvicorn.server import ServerState

OLD_VERSION = b"HTTP/1.0"
# A request line longer than this is left to httptools, which has a limit of its own.
MAX_REQUEST_LINE = 65_536


class HttpByVersion(asyncio.Protocol):
    """Waits for the first request line, then hands the connection over for good."""

    def __init__(
        self,
        config: Config,
        server_state: ServerState,
        app_state: dict[str, Any],
        _loop: asyncio.AbstractEventLoop | None = None,
    ) -> None:
        self._config = config
        self._server_state = server_state
        self._app_state = app_state
        self._loop = _loop
        self._received = b""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = transport
        # Known to the server from the start, so that a graceful shutdown closes it too.
        self._server_state.connections.add(self)  # type: ignore[arg-type]  # it calls shutdown()

    def connection_lost(self, exc: Exception | None) -> None:  # noqa: ARG002  # asyncio's signature
        self._server_state.connections.discard(self)

    def shutdown(self) -> None:
        """Called by the server as it stops: nothing has been asked yet."""
        self._transport.close()

    def data_received(self, data: bytes) -> None:
        self._received += data
        line, line_break, _ = self._received.lstrip(b"\r\n").partition(b"\n")
        if not line_break and len(self._received) < MAX_REQUEST_LINE:
            return
        chosen = H11Protocol if line.rstrip().endswith(OLD_VERSION) else HttpToolsProtocol
        protocol = chosen(
            config=self._config,
            server_state=self._server_state,
            app_state=self._app_state,
            _loop=self._loop,
        )
        self._server_state.connections.discard(self)
        self._transport.set_protocol(protocol)
        protocol.connection_made(self._transport)  # type: ignore[arg-type]  # a Transport
        protocol.data_received(self._received)
