"""What can go wrong with a text request, in the codes that gRPC and the Yandex REST API share."""

from __future__ import annotations

from enum import IntEnum


class Code(IntEnum):
    """google.rpc.Code, as far as a text request can earn one."""

    CANCELLED = 1
    UNKNOWN = 2
    INVALID_ARGUMENT = 3
    DEADLINE_EXCEEDED = 4
    NOT_FOUND = 5
    PERMISSION_DENIED = 7
    RESOURCE_EXHAUSTED = 8
    UNIMPLEMENTED = 12
    INTERNAL = 13
    UNAVAILABLE = 14
    UNAUTHENTICATED = 16

    @property
    def http_status(self) -> int:
        """The HTTP status of the code, as grpc-gateway maps it."""
        return _HTTP_STATUS[self]


_HTTP_STATUS = {
    Code.CANCELLED: 499,
    Code.UNKNOWN: 500,
    Code.INVALID_ARGUMENT: 400,
    Code.DEADLINE_EXCEEDED: 504,
    Code.NOT_FOUND: 404,
    Code.PERMISSION_DENIED: 403,
    Code.RESOURCE_EXHAUSTED: 429,
    Code.UNIMPLEMENTED: 501,
    Code.INTERNAL: 500,
    Code.UNAVAILABLE: 503,
    Code.UNAUTHENTICATED: 401,
}


class TextError(Exception):
    """The request cannot be answered; `code` says whose fault it is, `message` why.

    `retry_after` is in seconds, where the one who refused has named a time.
    """

    def __init__(self, code: Code, message: str, *, retry_after: int | None = None) -> None:
        super().__init__(message)
        self.code = code
        self.message = message
        self.retry_after = retry_after


class InvalidArgument(TextError):
    """The request itself is wrong, whatever the state of the server."""

    def __init__(self, message: str) -> None:
        super().__init__(Code.INVALID_ARGUMENT, message)


class TooLong(InvalidArgument):
    """The input has more tokens than the model takes."""

    def __init__(self, tokens: int, limit: int) -> None:
        super().__init__(f"number of input tokens must be no more than {limit}, got {tokens}")
