"""The IAM token endpoint: keys against a token, and the token until it expires."""

from __future__ import annotations

from typing import Any

import pytest
from text_serving import CHAT, chat, serving

from reference_server.openai_api.issued_tokens import IssuedTokens

TOKEN = "/api/v1/auth/token"
KEYS = {"keyId": "id-1", "secret": "secret-1"}
SETTINGS: dict[str, Any] = {"iam_key_id": "id-1", "iam_secret": "secret-1"}


def test_keys_buy_a_token_that_opens_every_path() -> None:
    with serving(**SETTINGS) as server:
        assert server.http.post(CHAT, json=chat("hi")).status_code == 401
        bought = server.http.post(TOKEN, json=KEYS)
        assert bought.headers["cache-control"] == "no-store"
        body = bought.json()
        assert (body["token_type"], body["expires_in"]) == ("Bearer", 3600)
        bearer = {"authorization": f"Bearer {body['access_token']}"}
        for path in ("/v1/models", "/health"):
            assert server.http.get(path, headers=bearer).status_code == 200
        assert server.http.post(CHAT, json=chat("hi"), headers=bearer).status_code == 200
        assert body["access_token"] != server.http.post(TOKEN, json=KEYS).json()["access_token"]


@pytest.mark.parametrize(
    ("body", "status", "error"),
    [
        ({**KEYS, "secret": "wrong"}, 401, "invalid_client"),
        ({**KEYS, "keyId": "secret-1"}, 401, "invalid_client"),
        ({"keyId": "id-1"}, 400, "invalid_request"),
        ({**KEYS, "secret": 1}, 400, "invalid_request"),
        ([], 400, "invalid_request"),
    ],
)
def test_wrong_keys_buy_nothing(body: object, status: int, error: str) -> None:
    with serving(**SETTINGS) as server:
        answer = server.http.post(TOKEN, json=body)
        assert answer.status_code == status
        assert answer.json()["error"] == error
        assert answer.json()["error_description"]
        assert "secret-1" not in answer.text


def test_the_servers_own_key_is_good_beside_the_tokens() -> None:
    with serving(api_key="k-1", **SETTINGS) as server:
        for value, status in (("Bearer k-1", 200), ("Bearer k-2", 401)):
            answer = server.http.get("/v1/models", headers={"authorization": value})
            assert answer.status_code == status
        token = server.http.post(TOKEN, json=KEYS).json()["access_token"]
        answer = server.http.get("/v1/models", headers={"authorization": f"Bearer {token}"})
        assert answer.status_code == 200


def test_without_keys_in_the_settings_there_is_no_such_endpoint() -> None:
    with serving() as server:
        assert server.http.post(TOKEN, json=KEYS).status_code == 404


def test_a_token_expires() -> None:
    now = [100.0]
    tokens = IssuedTokens("id-1", "secret-1", lifetime=60, clock=lambda: now[0])
    token = tokens.issue("id-1", "secret-1")
    assert token is not None
    now[0] = 159.0
    assert tokens.accepts(token)
    now[0] = 160.0
    assert not tokens.accepts(token)
    assert tokens.issue("id-1", "wrong") is None


def test_an_expired_token_is_refused_by_the_server() -> None:
    with serving(**SETTINGS, iam_token_ttl=1) as server:
        token = server.http.post(TOKEN, json=KEYS).json()["access_token"]
        bearer = {"authorization": f"Bearer {token}"}
        statuses = [server.http.get("/v1/models", headers=bearer).status_code]
        while statuses[-1] == 200 and len(statuses) < 100_000:
            statuses.append(server.http.get("/v1/models", headers=bearer).status_code)
        assert (statuses[0], statuses[-1]) == (200, 401)
