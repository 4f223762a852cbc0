"""The suite's own image server: what `image_url` points at, and canaries that nobody may call."""

from __future__ import annotations

import threading
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import urlsplit

_LOOPBACK = ("127.0.0.1", "localhost")


@dataclass
class ImageServer:
    """Serves images by path on this machine and remembers which paths were asked for."""

    server: ThreadingHTTPServer
    canary: ThreadingHTTPServer
    public_url: str | None
    served: dict[str, tuple[bytes, str, int]] = field(default_factory=dict)
    asked: list[str] = field(default_factory=list)
    canary_asked: list[str] = field(default_factory=list)

    @classmethod
    def start(cls, public_url: str | None = None) -> ImageServer:
        """Listen on a free loopback port, or on the port of the public URL on every address."""
        address = ("127.0.0.1", 0)
        if public_url is not None:
            parts = urlsplit(public_url)
            address = ("127.0.0.1" if parts.hostname in _LOOPBACK else "", parts.port or 80)
        images = cls(
            server=ThreadingHTTPServer(address, BaseHTTPRequestHandler),
            canary=ThreadingHTTPServer(("127.0.0.1", 0), BaseHTTPRequestHandler),
            public_url=public_url,
        )
        images.server.RequestHandlerClass = _handler(images.served, images.asked)
        images.canary.RequestHandlerClass = _handler({}, images.canary_asked)
        for server in (images.server, images.canary):
            server.daemon_threads = True
            threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True).start()
        return images

    @property
    def origin(self) -> str:
        """The address under which the target is told to fetch images, without a final slash."""
        return (self.public_url or f"http://127.0.0.1:{self.server.server_port}").rstrip("/")

    @property
    def canary_port(self) -> int:
        """The loopback port that no target may be talked into calling."""
        return self.canary.server_port

    def offer(self, path: str, content: bytes, media_type: str, status: int = 200) -> str:
        """Serve this content and return its URL. A status of 3xx sends to the URL in content."""
        self.served[path] = (content, media_type, status)
        return self.origin + path

    def stop(self) -> None:
        """Stop listening."""
        for server in (self.server, self.canary):
            server.shutdown()
            server.server_close()


def _handler(
    served: dict[str, tuple[bytes, str, int]], asked: list[str]
) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        timeout = 10

        def do_GET(self) -> None:
            path = self.path.partition("?")[0]
            asked.append(path)
            content, media_type, status = served.get(path, (b"not here", "text/plain", 404))
            self.send_response(status)
            if 300 <= status < 400:  # noqa: PLR2004 - the range of redirects
                self.send_header("Location", content.decode())
                content = b""
            self.send_header("Content-Type", media_type)
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)

        def do_HEAD(self) -> None:
            self.do_GET()

        def log_message(self, *_args: object) -> None:
            """Say nothing: what was asked for is remembered."""

    return Handler
