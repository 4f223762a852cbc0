"""gRPC to the target under gevent: one channel, every message stamped as it arrives."""

from __future__ import annotations

import time
from functools import cache
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

import msgspec

from load.call import Answer, CallError
from load.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Callable

    from load.call import Judgement

LARGEST_MESSAGE = 64 * 2**20


class GrpcLink:
    """One channel to `grpc://host:port`, or `grpcs://` with TLS; connected when first used."""

    def __init__(self, host: str, *, timeout_s: float, key: str) -> None:
        grpc = _grpc()
        self._timeout_s = timeout_s
        self._metadata = [("authorization", f"Bearer {key}")] if key else []
        parts = urlsplit(host)
        options = [("grpc.max_receive_message_length", LARGEST_MESSAGE)]
        if parts.scheme == "grpcs":
            credentials = grpc.ssl_channel_credentials()
            self._channel = grpc.secure_channel(parts.netloc, credentials, options)
        else:
            self._channel = grpc.insecure_channel(parts.netloc, options)

    def reach(self) -> None:
        """Wait until the channel is connected. Raises CallError."""
        grpc = _grpc()
        try:
            grpc.channel_ready_future(self._channel).result(timeout=self._timeout_s)
        except grpc.FutureTimeoutError as error:
            raise CallError("grpc_unavailable", "no connection came about") from error

    def exchange(self, method: str, request: bytes) -> Answer:
        """Send one message and read all that come back. Raises CallError.

        Every method is read as a stream, since a unary answer is a stream of one on the wire.
        """
        grpc = _grpc()
        call = self._channel.unary_stream(method, request_serializer=None)
        sent_at = time.perf_counter()
        lines = []
        try:
            for message in call(request, timeout=self._timeout_s, metadata=self._metadata):
                lines.append((time.perf_counter(), message))  # noqa: PERF401  stamped one by one
        except grpc.RpcError as error:
            raise CallError(f"grpc_{error.code().name.lower()}", error.details() or "") from error
        done_at = time.perf_counter()
        return Answer(
            status=200,
            body=b"".join(line for _, line in lines),
            sent_at=sent_at,
            first_byte_at=lines[0][0] if lines else done_at,
            done_at=done_at,
            lines=tuple(lines),
        )

    def close(self) -> None:
        """Close the channel."""
        self._channel.close()


class GrpcCall(msgspec.Struct, frozen=True):
    """One request message, encoded beforehand, and what its answer must be."""

    method: str
    message: bytes
    opinion: Callable[[Answer], Judgement]

    @property
    def sent_bytes(self) -> int:
        """The size of the message."""
        return len(self.message)

    def send(self, link: Any) -> Answer:
        """Send it and wait for the whole answer. Raises CallError."""
        answer: Answer = link.exchange(self.method, self.message)
        return answer

    def judge(self, answer: Answer) -> Judgement:
        """The scenario's opinion of a complete answer."""
        return self.opinion(answer)


def checked_grpc_host(host: str | None) -> str:
    """The target's address, or a UsageError that says what is wrong with it."""
    parts = urlsplit(host or "")
    if parts.scheme not in ("grpc", "grpcs") or not parts.hostname or not parts.port:
        raise UsageError(
            "--host must be grpc://HOST:PORT (or grpcs:// for TLS) for a gRPC scenario"
        )
    if parts.username or parts.password:
        raise UsageError("--host carries credentials: give the key with --api-key-env NAME instead")
    return f"{parts.scheme}://{parts.netloc}"


@cache
def _grpc() -> Any:
    # Imported after Locust forked its workers: a gRPC core does not survive a fork.
    try:
        import grpc
        from grpc.experimental import gevent
    except ImportError as error:
        raise UsageError("gRPC scenarios need grpcio: pip install grpcio yandexcloud") from error
    gevent.init_gevent()
    return grpc
