"""Running the application: a bound socket, graceful termination, and a thread for tests."""

from __future__ import annotations

import contextlib
import signal
import socket
import threading
from typing import TYPE_CHECKING, Any

import uvicorn

from reference_server.http_versions import HttpByVersion

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from types import FrameType

    from starlette.types import ASGIApp

START_TIMEOUT_S = 30


class PortTaken(OSError):
    """The address cannot be listened on; the text says which and why."""


def bind(host: str, port: int) -> socket.socket:
    """A socket bound to the address, not yet listening; raises PortTaken."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    bound = socket.socket(family, socket.SOCK_STREAM)
    bound.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        bound.bind((host, port))
        # Two bound sockets may share a port until one listens: find out now.
        bound.listen(1)
    except OSError as error:
        bound.close()
        raise PortTaken(f"cannot listen on {host}:{port}: {error.strerror or error}") from None
    return bound


class Server(uvicorn.Server):
    """uvicorn on one bound socket; a signal ends it gracefully and with exit code 0."""

    def __init__(
        self, config: uvicorn.Config, on_termination: Callable[[], None] | None = None
    ) -> None:
        super().__init__(config)
        self.ready = threading.Event()
        self._on_termination = on_termination

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        if sockets:
            self._log_started_message(sockets)
        self.ready.set()

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        """As uvicorn's, without raising the signal once more: that would be the exit status."""
        if threading.current_thread() is not threading.main_thread():
            yield
            return
        signals = (signal.SIGINT, signal.SIGTERM)
        before = {number: signal.signal(number, self.handle_exit) for number in signals}
        try:
            yield
        finally:
            for number, handler in before.items():
                signal.signal(number, handler)

    def handle_exit(self, sig: int, frame: FrameType | None) -> None:
        if sig == signal.SIGTERM and not self.should_exit and self._on_termination:
            self._on_termination()
        super().handle_exit(sig, frame)


def server_for(
    app: ASGIApp,
    bound: socket.socket,
    *,
    grace_s: int,
    log_config: dict[str, Any] | None = None,
    on_termination: Callable[[], None] | None = None,
) -> Server:
    """A server of `app` that names the address of `bound` in its log."""
    host, port = bound.getsockname()[:2]
    config = uvicorn.Config(
        app,
        host=host,
        port=port,
        log_config=log_config,
        access_log=False,
        timeout_graceful_shutdown=grace_s,
        lifespan="on",
        http=HttpByVersion,
    )
    return Server(config, on_termination)


@contextlib.contextmanager
def serve_in_thread(app: ASGIApp, *, grace_s: int = 5) -> Iterator[str]:
    """Serve `app` on a free loopback port while the block runs; gives the base URL."""
    bound = bind("127.0.0.1", 0)
    server = server_for(app, bound, grace_s=grace_s)
    thread = threading.Thread(target=server.run, kwargs={"sockets": [bound]}, daemon=True)
    thread.start()
    try:
        if not server.ready.wait(START_TIMEOUT_S):
            raise RuntimeError("the application did not start; its log says why")
        host, port = bound.getsockname()[:2]
        yield f"http://{host}:{port}"
    finally:
        server.should_exit = True
        thread.join(START_TIMEOUT_S)
