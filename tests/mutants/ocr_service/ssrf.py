"""Mutants that fetch what they must not.

None opens a connection beyond loopback: where the address lies elsewhere the fetch is feigned.
"""

from __future__ import annotations

import ipaddress
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from tests.mutants.mutant import answers
from tests.mutants.ocr_service.forms import refusal, success, text_field

if TYPE_CHECKING:
    from tests.mutants.exchange import Exchange, Reply

DOWNLOAD_FAILED = "Failed to download image: the server answered 404"


async def _fetch_on_loopback(url: str, *, follow_redirects: bool = False) -> None:
    """Ask for the URL as a careless client would; its host is this machine."""
    import httpx

    async with httpx.AsyncClient(trust_env=False, follow_redirects=follow_redirects) as client:
        await client.get(url)


async def _host(exchange: Exchange) -> str:
    url = await text_field(exchange, "image_url")
    try:
        return urlsplit(url).hostname or ""
    except ValueError:
        return ""


def _in(host: str, *networks: str) -> bool:
    try:
        address = ipaddress.ip_address(host)
    except ValueError:
        return False
    return any(address in ipaddress.ip_network(one) for one in networks)


@answers("POST /ocr", kills=("OCR-SSRF-1",))
async def loopback_fetched(exchange: Exchange) -> Reply:
    """A URL on 127.0.0.1 is fetched."""
    url = await text_field(exchange, "image_url")
    if await _host(exchange) == "127.0.0.1" and "canary" in url:
        await _fetch_on_loopback(url)
        return refusal(400, DOWNLOAD_FAILED)
    return await exchange.reply()


@answers("POST /ocr", kills=("OCR-SSRF-2",))
async def private_network_fetched(exchange: Exchange) -> Reply:
    """A URL in a private network is fetched."""
    if _in(await _host(exchange), "10.0.0.0/8", "192.168.0.0/16"):
        return success("inner page")
    return await exchange.reply()


@answers("POST /ocr", kills=("OCR-SSRF-3",))
async def metadata_fetched(exchange: Exchange) -> Reply:
    """The metadata address is fetched."""
    if _in(await _host(exchange), "169.254.0.0/16"):
        return success("ami-id instance-id")
    return await exchange.reply()


@answers("POST /ocr", kills=("OCR-SSRF-4",))
async def files_read(exchange: Exchange) -> Reply:
    """A `file:` URL is read, and the error shows what stands in it."""
    if (await text_field(exchange, "image_url")).startswith("file:"):
        return refusal(400, "Invalid image format: b'root:x:0:0:root'")
    return await exchange.reply()


@answers("POST /ocr", kills=("OCR-SSRF-5",))
async def unknown_schemes_500(exchange: Exchange) -> Reply:
    """A URL of another scheme draws a 500."""
    if not (await text_field(exchange, "image_url") or "http").startswith("http"):
        return refusal(500, "OCR processing failed: No connection adapters were found")
    return await exchange.reply()


@answers("POST /ocr", kills=("OCR-SSRF-6",))
async def redirects_followed(exchange: Exchange) -> Reply:
    """Redirects are followed without a look at where they lead."""
    url = await text_field(exchange, "image_url")
    if url.endswith("/redirect.png"):
        await _fetch_on_loopback(url, follow_redirects=True)
        return refusal(400, DOWNLOAD_FAILED)
    return await exchange.reply()


@answers("POST /ocr", kills=("OCR-SSRF-7",))
async def names_not_resolved(exchange: Exchange) -> Reply:
    """A name is let through without a look at its address."""
    if await _host(exchange) == "localhost":
        await _fetch_on_loopback(await text_field(exchange, "image_url"))
        return refusal(400, DOWNLOAD_FAILED)
    return await exchange.reply()


@answers("POST /ocr", kills=("OCR-SSRF-8",))
async def spellings_not_seen_through(exchange: Exchange) -> Reply:
    """The address is compared as it is spelled, so that its decimal form is fetched."""
    if await _host(exchange) == "2130706433":
        await _fetch_on_loopback(await text_field(exchange, "image_url"))
        return refusal(400, DOWNLOAD_FAILED)
    return await exchange.reply()
