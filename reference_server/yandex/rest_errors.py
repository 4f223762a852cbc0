"""The error shapes of the Yandex REST API, each for its own kind of refusal."""

from __future__ import annotations

from http import HTTPStatus
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from reference_server.text.errors import Code, TextError

# Not in the registry of HTTP statuses, but what grpc-gateway answers to CANCELLED.
_CLIENT_CLOSED_REQUEST = 499


def of_stream(error: TextError) -> dict[str, Any]:
    """The error of a server-streaming RPC: an answer of its own, or a frame after others."""
    status = error.code.http_status
    known = status != _CLIENT_CLOSED_REQUEST
    return {
        "error": {
            "grpcCode": int(error.code),
            "httpCode": status,
            "message": error.message,
            "httpStatus": HTTPStatus(status).phrase if known else "Client Closed Request",
            "details": [],
        }
    }


def of_unary(code: Code, message: str) -> dict[str, Any]:
    """The error of a unary RPC, and of anything refused before an RPC begins."""
    return {"error": message, "code": int(code), "message": message, "details": []}
