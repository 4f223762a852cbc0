"""HTTP byte by byte, for what a client library would hide: versions, framing, what is left over."""

from __future__ import annotations

import contextlib
import json
import socket
import ssl
from dataclasses import dataclass
from typing import TYPE_CHECKING, Self
from urllib.parse import urlsplit

from conformance.exchange import Unexpected
from conformance.yandex.rest import request_of

if TYPE_CHECKING:
    from collections.abc import Iterator
    from types import TracebackType

    from conformance.target import Target
    from conformance.yandex.methods import Call

IDLE_S = 20.0
LINGER_S = 3.0
"""How long a connection that ought to be closed is given to close."""


@dataclass(frozen=True, slots=True)
class RawAnswer:
    """An answer as it stood on the wire. `whole` says that its body came to its declared end."""

    version: str
    status: int
    headers: dict[str, str]
    body: bytes
    whole: bool

    @property
    def chunked(self) -> bool:
        """Whether the body was sent with chunked encoding."""
        return "chunked" in self.headers.get("transfer-encoding", "").lower()

    @property
    def summary(self) -> str:
        """What came, for a report."""
        framing = (
            "chunked" if self.chunked else f"content-length {self.headers.get('content-length')}"
        )
        return f"{self.version} {self.status}, {framing}, {len(self.body)} bytes"


class Line:
    """One connection. Raises Unexpected where what comes is not HTTP, or nothing comes."""

    def __init__(self, target: Target) -> None:
        parts = urlsplit(target.public_url)
        self._host = parts.netloc
        secure = parts.scheme == "https"
        port = parts.port or (443 if secure else 80)
        self._shown = f"curl -i {target.public_url}"
        with self._blaming_the_target():
            line = socket.create_connection((parts.hostname or "", port), timeout=IDLE_S)
            if secure:
                context = ssl.create_default_context()
                line = context.wrap_socket(line, server_hostname=parts.hostname)
        self._line, self._root, self._target = line, parts.path.rstrip("/"), target
        self._buffer = b""
        self.closed = False

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        at: TracebackType | None,
    ) -> None:
        self._line.close()

    def send(self, call: Call, version: str, **headers: str) -> None:
        """Send the request in this version of HTTP."""
        self._target.charge()
        request = request_of(call)
        body = json.dumps(request.json).encode()
        given = {
            "Host": self._host,
            "Content-Type": "application/json",
            "Content-Length": str(len(body)),
        }
        if key := self._target.key():
            given["Authorization"] = f"Bearer {key}"
        head = "".join(f"{name}: {value}\r\n" for name, value in {**given, **headers}.items())
        start = f"{request.method} {self._root}{request.path} HTTP/{version}\r\n"
        content = f"{start}{head}\r\n".encode() + body
        self._shown = self._target.curl(request)
        with self._blaming_the_target():
            self._line.sendall(content)
        self._target.ledger.carried(len(content), 0)

    def read(self) -> RawAnswer:
        """Read one answer to its end."""
        with self._blaming_the_target():
            return self._read()

    @contextlib.contextmanager
    def _blaming_the_target(self) -> Iterator[None]:
        try:
            yield
        except (OSError, ValueError) as error:
            got = str(error) or repr(error)
            raise Unexpected(expected="an answer in HTTP", got=got, by=self._shown) from None

    def _read(self) -> RawAnswer:
        while b"\r\n\r\n" not in self._buffer:
            if not self._more():
                raise ValueError(f"no answer: {self._buffer[:80]!r}")
        head, _, self._buffer = self._buffer.partition(b"\r\n\r\n")
        first, *lines = head.decode("latin-1").split("\r\n")
        version, _, rest = first.partition(" ")
        pairs = (line.partition(":") for line in lines)
        headers = {name.strip().lower(): value.strip() for name, _, value in pairs}
        if "chunked" in headers.get("transfer-encoding", "").lower():
            body, whole = self._chunks()
        elif "content-length" in headers:
            wanted = int(headers["content-length"])
            while len(self._buffer) < wanted and self._more():
                pass
            body, self._buffer = self._buffer[:wanted], self._buffer[wanted:]
            whole = len(body) == wanted
        else:
            while self._more():
                pass
            body, self._buffer, whole = self._buffer, b"", self.closed
        self._target.ledger.carried(0, len(head) + len(body))
        return RawAnswer(version, int(rest[:3]), headers, body, whole)

    def left_over(self) -> bytes:
        """What comes after the answer until the connection is closed, or nothing comes."""
        self._line.settimeout(LINGER_S)
        with self._blaming_the_target():
            while self._more():
                pass
        return self._buffer

    def first_bytes(self) -> bytes:
        """The first bytes of whatever comes."""
        with self._blaming_the_target():
            self._more()
        return self._buffer

    def _chunks(self) -> tuple[bytes, bool]:
        body = b""
        while True:
            while b"\r\n" not in self._buffer:
                if not self._more():
                    return body, False
            size, _, self._buffer = self._buffer.partition(b"\r\n")
            length = int(size.partition(b";")[0], 16)
            while len(self._buffer) < length + 2:
                if not self._more():
                    return body, False
            body, self._buffer = body + self._buffer[:length], self._buffer[length + 2 :]
            if length == 0:
                return body, True

    def _more(self) -> bool:
        if self.closed:
            return False
        try:
            data = self._line.recv(65536)
        except TimeoutError:
            return False
        self._buffer += data
        self.closed = not data
        return bool(data)


def leave_early(target: Target, call: Call) -> None:
    """Begin the call, take the first bytes of its answer, and hang up."""
    with Line(target) as line:
        line.send(call, "1.1")
        line.first_bytes()
