"""Fetching an image_url: bounded in size and time, and only from addresses that are allowed."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from reference_server.ocr.addresses import RefusedAddress, resolve
from reference_server.ocr.inputs import TooLarge

if TYPE_CHECKING:
    import httpx

MAX_REDIRECTS = 5
DEFAULT_PORTS = {"http": 80, "https": 443}


class DownloadFailed(Exception):
    """The image could not be fetched; the text says why, without the URL's secrets."""


async def fetch(
    url: str,
    *,
    max_bytes: int,
    timeout_s: float,
    trusted_origin: str | None = None,
) -> bytes:
    """The body of `url`, redirects followed, each hop's address checked and pinned.

    Private addresses are reached at the one `trusted_origin` (`http://HOST:PORT`) only.
    Raises DownloadFailed, or TooLarge beyond `max_bytes`.
    """
    import httpx

    try:
        async with (
            asyncio.timeout(timeout_s),
            httpx.AsyncClient(trust_env=False, follow_redirects=False, timeout=timeout_s) as client,
        ):
            target = httpx.URL(url)
            for _ in range(MAX_REDIRECTS + 1):
                request = await _pinned(client, target, trusted_origin)
                response = await client.send(request, stream=True)
                try:
                    if response.has_redirect_location:
                        target = target.join(response.headers["location"])
                        continue
                    return await _body(response, max_bytes)
                finally:
                    await response.aclose()
            raise DownloadFailed(f"more than {MAX_REDIRECTS} redirects")
    except TimeoutError:
        raise DownloadFailed(f"no complete answer within {timeout_s:g} s") from None
    except httpx.InvalidURL as error:
        raise DownloadFailed(f"invalid URL: {error}") from None
    except httpx.HTTPError as error:
        raise DownloadFailed(str(error) or type(error).__name__) from None


async def _pinned(
    client: httpx.AsyncClient, target: httpx.URL, trusted_origin: str | None
) -> httpx.Request:
    """A request to the resolved address, under the name that the URL has."""
    if target.scheme not in DEFAULT_PORTS:
        raise DownloadFailed("only http and https URLs are fetched")
    if not target.host:
        raise DownloadFailed("the URL names no host")
    port = target.port or DEFAULT_PORTS[target.scheme]
    trusted = f"{target.scheme}://{target.netloc.decode('ascii')}" == trusted_origin
    try:
        address = await resolve(target.host, port, allow_private=trusted)
    except RefusedAddress as error:
        raise DownloadFailed(f"{target.host}: {error}") from None
    except OSError as error:
        raise DownloadFailed(f"{target.host}: {error.strerror or error}") from None
    return client.build_request(
        "GET",
        target.copy_with(host=str(address)),
        headers={
            "Host": target.netloc.decode("ascii"),
            "Accept": "image/*",
            "Accept-Encoding": "identity",
        },
        extensions={"sni_hostname": target.raw_host.decode("ascii")},
    )


async def _body(response: httpx.Response, max_bytes: int) -> bytes:
    if not response.is_success:
        raise DownloadFailed(f"the server answered {response.status_code}")
    declared = response.headers.get("content-length", "")
    if declared.isdigit() and int(declared) > max_bytes:
        raise TooLarge(max_bytes)
    body = bytearray()
    async for chunk in response.aiter_raw():
        body += chunk
        if len(body) > max_bytes:
            raise TooLarge(max_bytes)
    return bytes(body)
