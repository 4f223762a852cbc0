"""HTTP/1.1 to the target: one pool of kept-alive connections, every failure named.

TLS certificates are verified (SSL_CERT_FILE names another authority), redirects are not followed
and no POST is ever sent twice: what a client would hide is what a load test has to show.
"""

from __future__ import annotations

import ssl
import time
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

import gevent.socket
from geventhttpclient.client import HTTPClient
from geventhttpclient.response import HTTPConnectionClosed, HTTPParseError

from load.call import Answer, CallError
from load.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Mapping

    from geventhttpclient.response import HTTPSocketPoolResponse

BLOCK_BYTES = 64 * 1024
_FAILURES: tuple[tuple[type[Exception], str], ...] = (
    (TimeoutError, "timeout"),
    (gevent.socket.gaierror, "name_not_resolved"),
    (ssl.SSLError, "tls"),
    (ConnectionRefusedError, "connection_refused"),
    (HTTPConnectionClosed, "connection_closed"),
    (ConnectionResetError, "connection_closed"),
    (BrokenPipeError, "connection_closed"),
    (HTTPParseError, "malformed_http"),
)
"""The first that fits names a failure: a small, closed set."""


class HttpLink:
    """Connections to one host; a path given later is appended to the host's own path."""

    def __init__(
        self, host: str, *, connections: int, timeout_s: float, headers: Mapping[str, str]
    ) -> None:
        self._prefix = urlsplit(host).path.rstrip("/")
        self._timeout_s = timeout_s
        self._client = HTTPClient.from_url(
            host,
            concurrency=connections,
            connection_timeout=timeout_s,
            network_timeout=timeout_s,
            block_size=BLOCK_BYTES,
            headers={"User-Agent": "inference-gate", **headers},
        )

    def post(
        self, path: str, body: bytes, headers: Mapping[str, str], *, stream: bool = False
    ) -> Answer:
        """Send one request and read the whole answer, line by line if it is a stream."""
        return self._exchange("POST", path, body, headers, stream=stream)

    def get(self, path: str) -> Answer:
        """Fetch a path."""
        return self._exchange("GET", path, b"", {}, stream=False)

    def close(self) -> None:
        """Close every idle connection."""
        self._client.close()

    def _exchange(
        self, method: str, path: str, body: bytes, headers: Mapping[str, str], *, stream: bool
    ) -> Answer:
        sent_at = time.perf_counter()
        try:
            response = self._client.request(method, self._prefix + path, body, headers)
        except (OSError, HTTPParseError) as error:
            raise CallError(failure_name(error), str(error)) from error
        first_byte_at = time.perf_counter()
        try:
            lines = _timed_lines(response) if stream else ()
            rest = b"".join(line for _, line in lines) if stream else response.read()
        except HTTPParseError as error:
            raise CallError("truncated", f"the answer ended early: {error}") from error
        except OSError as error:
            raise CallError(failure_name(error), f"in mid-answer: {error}") from error
        done_at = time.perf_counter()
        return Answer(
            status=response.status_code,
            body=bytes(rest),
            sent_at=sent_at,
            first_byte_at=first_byte_at,
            done_at=done_at,
            lines=lines,
            retry_after=str(wait) if (wait := response.get("retry-after")) else None,
        )


def _timed_lines(response: HTTPSocketPoolResponse) -> tuple[tuple[float, bytes], ...]:
    lines = []
    while line := response.readline(b"\n"):
        lines.append((time.perf_counter(), line))
    if rest := response.read():
        lines.append((time.perf_counter(), rest))
    return tuple(lines)


def failure_name(error: Exception) -> str:
    """The name of a transport failure: few and fixed, so that counting them stays cheap."""
    return next((name for kind, name in _FAILURES if isinstance(error, kind)), "network")


def checked_host(host: str | None) -> str:
    """The target's address, or a UsageError that says what is wrong with it."""
    if not host:
        raise UsageError("--host is missing: name the target, such as --host http://127.0.0.1:8081")
    parts = urlsplit(host)
    if parts.scheme not in ("http", "https") or not parts.hostname:
        raise UsageError("--host must be an http:// or https:// address with a host name")
    if parts.username or parts.password or parts.query:
        raise UsageError(
            "--host carries credentials or a query: give the key with --api-key-env NAME instead"
        )
    return host.rstrip("/")
