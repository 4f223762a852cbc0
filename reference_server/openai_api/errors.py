"""The OpenAI error shape, and where it comes from."""

from __future__ import annotations

from typing import Any

import msgspec
from starlette.responses import Response

from reference_server.text.errors import Code, TextError, TooLong

_TYPES = {
    400: "invalid_request_error",
    401: "authentication_error",
    403: "permission_error",
    404: "not_found_error",
    405: "invalid_request_error",
    429: "rate_limit_error",
}


class Refusal(ValueError):
    """The request is wrong; `param` names the field, `code` the reason in a word."""

    def __init__(
        self, message: str, *, param: str | None = None, code: str | None = None, status: int = 400
    ) -> None:
        super().__init__(message)
        self.message = message
        self.param = param
        self.code = code
        self.status = status
        self.retry_after: int | None = None

    @classmethod
    def of(cls, error: TextError) -> Refusal:
        """What the text engine refused, in this contract's words."""
        if isinstance(error, TooLong):
            return cls(error.message, param="messages", code="context_length_exceeded")
        code = "rate_limit_exceeded" if error.code is Code.RESOURCE_EXHAUSTED else None
        refusal = cls(error.message, code=code, status=error.code.http_status)
        refusal.retry_after = error.retry_after
        return refusal

    @property
    def body(self) -> dict[str, Any]:
        return {
            "error": {
                "message": self.message,
                "type": _TYPES.get(self.status, "server_error"),
                "param": self.param,
                "code": self.code,
            }
        }

    def response(self) -> Response:
        headers = {} if self.retry_after is None else {"retry-after": str(self.retry_after)}
        return Response(
            msgspec.json.encode(self.body),
            status_code=self.status,
            media_type="application/json",
            headers=headers,
        )


def unknown_model(model: str) -> Refusal:
    return Refusal(
        f"The model {model[:200]!r} does not exist.",
        param="model",
        code="model_not_found",
        status=404,
    )
