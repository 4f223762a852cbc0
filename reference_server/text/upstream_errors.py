"""What an upstream's failure means for the caller: whose fault it is, and in which code."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING

import httpx
import msgspec

from reference_server.text.errors import Code, TextError

if TYPE_CHECKING:
    from collections.abc import Iterator

_CODES = {
    400: Code.INVALID_ARGUMENT,
    413: Code.INVALID_ARGUMENT,
    422: Code.INVALID_ARGUMENT,
    # Its 401 is about this server's key there, never about the caller's key here.
    401: Code.INTERNAL,
    403: Code.INTERNAL,
    404: Code.UNIMPLEMENTED,
    405: Code.UNIMPLEMENTED,
    408: Code.DEADLINE_EXCEEDED,
    429: Code.RESOURCE_EXHAUSTED,
    501: Code.UNIMPLEMENTED,
    502: Code.UNAVAILABLE,
    503: Code.UNAVAILABLE,
    504: Code.DEADLINE_EXCEEDED,
}
_OWN_FAULT = {
    401: "the upstream does not take this server's key",
    403: "the upstream does not take this server's key",
    404: "the upstream does not know the model or the method",
}
_MAX_MESSAGE = 500


@contextmanager
def failed() -> Iterator[None]:
    """Turns whatever httpx raises into a TextError."""
    try:
        yield
    except (httpx.ConnectError, httpx.ConnectTimeout) as error:
        raise TextError(Code.UNAVAILABLE, f"the upstream cannot be reached: {error}") from None
    except httpx.TimeoutException:
        raise TextError(Code.DEADLINE_EXCEEDED, "the upstream did not answer in time") from None
    except httpx.HTTPError as error:
        raise broken_off(type(error).__name__) from None


def broken_off(why: str = "no finish_reason") -> TextError:
    return TextError(Code.UNAVAILABLE, f"the upstream's answer broke off: {why}")


def refused(response: httpx.Response) -> TextError:
    """The error that a non-2xx answer stands for; its body must have been read."""
    status = response.status_code
    code = _CODES.get(status, Code.INTERNAL)
    message = _OWN_FAULT.get(status) or f"the upstream answered {status}: {_message(response)}"
    return TextError(code, message, retry_after=_seconds(response.headers.get("retry-after")))


def error_in_stream(error: object) -> TextError:
    """The error that comes as an event after a 200."""
    fields = error if isinstance(error, dict) else {"message": error}
    status = fields.get("code")
    code = _CODES.get(status, Code.INTERNAL) if isinstance(status, int) else Code.INTERNAL
    return TextError(code, f"the upstream gave up: {fields.get('message')}"[:_MAX_MESSAGE])


def _message(response: httpx.Response) -> str:
    """The upstream's own words, out of the shapes that are in use."""
    try:
        body = msgspec.json.decode(response.content)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return response.reason_phrase
    while isinstance(body, dict):
        body = body.get("error") or body.get("message") or body.get("detail")
    return str(body or response.reason_phrase)[:_MAX_MESSAGE]


def _seconds(retry_after: str | None) -> int | None:
    return int(retry_after) if retry_after and retry_after.isdecimal() else None
