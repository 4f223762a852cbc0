"""The address of a deployment as the harness needs it: SDKs want /v1 at its end, the suite not."""

from __future__ import annotations

from urllib.parse import urlsplit, urlunsplit

V1 = "/v1"


def without_v1(url: str) -> str:
    """The address without a /v1 at the end of its path."""
    parts = urlsplit(url)
    path = parts.path.rstrip("/")
    if not path.endswith(V1):
        return url
    return urlunsplit(parts._replace(path=path.removesuffix(V1)))


def with_v1(url: str) -> str:
    """The address as an SDK's base URL, such as https://host/v1."""
    parts = urlsplit(without_v1(url))
    return urlunsplit(parts._replace(path=parts.path.rstrip("/") + V1))
