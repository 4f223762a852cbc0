"""Serves the page images to the target, for requests that carry an address instead of bytes."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from gevent.pywsgi import WSGIServer

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from schemas.ocr_service.pages import DrawnPage


def serve(address: str, pages: Mapping[str, DrawnPage]) -> str:
    """Serve each page under its name on a free port of this address; return the base URL."""

    def answer(environ: dict[str, Any], start: Callable[..., object]) -> Iterable[bytes]:
        page = pages.get(environ["PATH_INFO"].lstrip("/"))
        if page is None:
            start("404 Not Found", [])
            return [b""]
        start("200 OK", [("Content-Type", page.media_type)])
        return [page.image]

    server = WSGIServer((address, 0), answer, log=None)
    server.start()
    return f"http://{address}:{server.server_port}"
