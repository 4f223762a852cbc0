"""What a deployment says of itself: if it changes in mid-run, two releases were mixed."""

from __future__ import annotations

import hashlib

import httpx

_PATHS = ("/openapi.json", "/", "/v1/models")
_TIMEOUT_S = 10.0


def fingerprint(url: str, headers: dict[str, str]) -> str:
    """A hash over the self-descriptions that answer; raises httpx.TransportError if none does."""
    digest = hashlib.sha256()
    with httpx.Client(headers=headers, trust_env=False, timeout=_TIMEOUT_S) as client:
        for path in _PATHS:
            answer = client.get(url.rstrip("/") + path)
            digest.update(f"{path} {answer.status_code}\n".encode())
            if answer.status_code == httpx.codes.OK:
                digest.update(answer.content)
    return digest.hexdigest()
