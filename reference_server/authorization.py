"""The gateway's authorization: one ASGI middleware over every HTTP path."""

from __future__ import annotations

import hmac
import json
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from starlette.types import ASGIApp, Receive, Scope, Send

    from reference_server.openai_api.issued_tokens import IssuedTokens
    from reference_server.settings import Settings

MESSAGE = "Missing authorization in request"
SCHEMES = frozenset({"bearer", "api-key"})
UNAUTHENTICATED = 16  # google.rpc.Code
TOKEN_PATH = "/api/v1/auth/token"  # noqa: S105  # a path, not a token


class AcceptedKeys:
    """What may stand in `Authorization`: the server's key, or an IAM token that is still good."""

    def __init__(self, api_key: str | None = None, tokens: IssuedTokens | None = None) -> None:
        self._key = None if api_key is None else api_key.encode("ascii")
        self._tokens = tokens

    @classmethod
    def of(cls, settings: Settings, tokens: IssuedTokens | None) -> AcceptedKeys | None:
        """None where the settings ask for no authorization at all."""
        if settings.api_key is None and tokens is None:
            return None
        key = settings.api_key.get_secret_value() if settings.api_key else None
        return cls(key, tokens)

    def accepts(self, value: bytes) -> bool:
        """`Bearer <key>` and `Api-Key <key>`, the scheme in any case."""
        scheme, _, key = value.partition(b" ")
        key = key.strip()
        # Compared whatever the scheme, so that the time taken says nothing about either.
        same = self._key is not None and hmac.compare_digest(key, self._key)
        issued = self._tokens is not None and self._tokens.accepts(key.decode("latin-1"))
        return (same or issued) and scheme.decode("latin-1").lower() in SCHEMES


class Authorization:
    """Answers 401 to a request whose `Authorization` does not carry an accepted key.

    The body has the shape of the contract that the path belongs to. The path that gives out
    tokens is open: who asks there has no token yet.
    """

    def __init__(self, app: ASGIApp, keys: AcceptedKeys) -> None:
        self._app = app
        self._keys = keys

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or scope["path"] == TOKEN_PATH or self._may_pass(scope):
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

    def _may_pass(self, scope: Scope) -> bool:
        values = [value for name, value in scope["headers"] if name == b"authorization"]
        return len(values) == 1 and self._keys.accepts(values[0])


def refusal(path: str) -> dict[str, object]:
    """The 401 body of the contract that `path` belongs to."""
    if path.startswith("/v1/") or path == "/v1":
        return {
            "error": {
                "message": MESSAGE,
                "type": "authentication_error",
                "param": None,
                "code": "invalid_api_key",
            }
        }
    if path.startswith(("/foundationModels/", "/operations/")):
        return {"error": MESSAGE, "code": UNAUTHENTICATED, "message": MESSAGE, "details": []}
    return {"message": MESSAGE}
