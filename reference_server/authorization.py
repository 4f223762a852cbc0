"""The gateway's authorization: one ASGI middleware over every HTTP path."""

from __future__ import annotations

import hmac
import json
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from starlette.types import ASGIApp, Receive, Scope, Send

MESSAGE = "Missing authorization in request"
SCHEMES = frozenset({"bearer", "api-key"})
UNAUTHENTICATED = 16  # google.rpc.Code


class Authorization:
    """Answers 401 to a request whose `Authorization` does not carry the key.

    `Bearer <key>` and `Api-Key <key>` are both taken, the scheme in any case. The body has the
    shape of the contract that the path belongs to.
    """

    def __init__(self, app: ASGIApp, api_key: str) -> None:
        self._app = app
        self._key = api_key.encode("ascii")

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or self._carries_key(scope):
            await self._app(scope, receive, send)
            return
        body = json.dumps(refusal(scope["path"])).encode()
        headers = [
            (b"content-type", b"application/json"),
            (b"content-length", str(len(body)).encode()),
            (b"www-authenticate", b"Bearer"),
        ]
        await send({"type": "http.response.start", "status": 401, "headers": headers})
        await send({"type": "http.response.body", "body": body})

    def _carries_key(self, scope: Scope) -> bool:
        values = [value for name, value in scope["headers"] if name == b"authorization"]
        if len(values) != 1:
            return False
        scheme, _, key = values[0].partition(b" ")
        # Compared whatever the scheme, so that the time taken says nothing about either.
        same = hmac.compare_digest(key.strip(), self._key)
        return same and scheme.decode("latin-1").lower() in SCHEMES


def refusal(path: str) -> dict[str, object]:
    """The 401 body of the contract that `path` belongs to."""
    if path.startswith("/v1/") or path == "/v1":
        return {
            "error": {
                "message": MESSAGE,
                "type": "invalid_request_error",
                "param": None,
                "code": "invalid_api_key",
            }
        }
    if path.startswith("/foundationModels/"):
        return {"error": MESSAGE, "code": UNAUTHENTICATED, "message": MESSAGE, "details": []}
    return {"message": MESSAGE}
