"""POST /api/v1/auth/token: a pair of keys against a token that expires, as Cloud.ru IAM does."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import msgspec
from fastapi import APIRouter, Request
from starlette.responses import Response

from reference_server.authorization import TOKEN_PATH
from reference_server.delivery import ClientGone, WrongBody, read_json

if TYPE_CHECKING:
    from reference_server.openai_api.issued_tokens import IssuedTokens


def iam_router(tokens: IssuedTokens) -> APIRouter:
    router = APIRouter()

    async def exchange(request: Request) -> Response:
        try:
            body = await read_json(request)
        except WrongBody as error:
            return _refused(400, "invalid_request", str(error))
        except ClientGone:
            return Response(status_code=400)
        key_id, secret = _field(body, "keyId"), _field(body, "secret")
        if key_id is None or secret is None:
            return _refused(400, "invalid_request", "keyId and secret must both be strings")
        token = tokens.issue(key_id, secret)
        if token is None:
            return _refused(401, "invalid_client", "Invalid client credentials")
        return _json(
            200,
            {
                "access_token": token,
                "expires_in": int(tokens.lifetime),
                "not-before-policy": 0,
                "scope": "openid",
                "token_type": "Bearer",
            },
        )

    router.add_route(TOKEN_PATH, exchange, methods=["POST"])
    return router


def _field(body: object, name: str) -> str | None:
    value = body.get(name) if isinstance(body, dict) else None
    return value if isinstance(value, str) else None


def _refused(status: int, error: str, description: str) -> Response:
    return _json(status, {"error": error, "error_description": description})


def _json(status: int, body: dict[str, Any]) -> Response:
    # RFC 6749, section 5.1: an answer with a token must not be kept.
    return Response(
        msgspec.json.encode(body),
        status_code=status,
        media_type="application/json",
        headers={"cache-control": "no-store"},
    )
