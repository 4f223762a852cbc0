"""Mutants of the gateway's authorization."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.mutants.mutant import answers, rewrites
from tests.mutants.stage import API_KEY

if TYPE_CHECKING:
    from tests.mutants.exchange import Exchange, Reply


async def _let_in(exchange: Exchange) -> Reply:
    exchange.headers["authorization"] = f"Bearer {API_KEY}"
    return await exchange.reply()


async def _open(exchange: Exchange) -> Reply:
    """Lets in whoever sends no key at all."""
    return await (_let_in(exchange) if not _sent(exchange) else exchange.reply())


def _sent(exchange: Exchange) -> str:
    return exchange.headers.get("authorization", "")


@answers("GET /health", kills=("OCR-AUTH-1",))
async def health_is_open(exchange: Exchange) -> Reply:
    """/health is left out of authorization."""
    return await _open(exchange)


@answers("GET /", kills=("OCR-AUTH-2",))
async def root_is_open(exchange: Exchange) -> Reply:
    """/ is left out of authorization."""
    return await _open(exchange)


@answers("GET /docs", kills=("OCR-AUTH-3",))
async def docs_are_open(exchange: Exchange) -> Reply:
    """/docs is left out of authorization."""
    return await _open(exchange)


@answers("GET /redoc", kills=("OCR-AUTH-4",))
async def redoc_is_open(exchange: Exchange) -> Reply:
    """/redoc is left out of authorization."""
    return await _open(exchange)


@answers("GET /openapi.json", kills=("OCR-AUTH-5",))
async def openapi_is_open(exchange: Exchange) -> Reply:
    """/openapi.json is left out of authorization."""
    return await _open(exchange)


@answers("POST /ocr", kills=("OCR-AUTH-6",))
async def ocr_is_open(exchange: Exchange) -> Reply:
    """/ocr is left out of authorization."""
    return await _open(exchange)


@answers("GET /files", kills=("OCR-AUTH-7",))
async def files_are_open(exchange: Exchange) -> Reply:
    """/files is left out of authorization."""
    return await _open(exchange)


@rewrites("GET /no-such-path", kills=("OCR-AUTH-8",))
def unknown_paths_first(reply: Reply) -> None:
    """Unknown paths are refused before anybody asks for a key."""
    reply.status, reply.json = 404, {"detail": "Not Found"}


@answers("* *", kills=("OCR-AUTH-9",))
async def any_scheme(exchange: Exchange) -> Reply:
    """Any scheme but Bearer is let in without a look at the key."""
    if _sent(exchange) and not _sent(exchange).startswith("Bearer "):
        return await _let_in(exchange)
    return await exchange.reply()


@answers("* *", kills=("OCR-AUTH-9",))
async def bare_scheme(exchange: Exchange) -> Reply:
    """`Bearer` without a key is let in."""
    return await (_let_in(exchange) if _sent(exchange) == "Bearer" else exchange.reply())


@answers("* *", kills=("OCR-AUTH-10",))
async def any_key(exchange: Exchange) -> Reply:
    """Any key is let in."""
    return await (_let_in(exchange) if _sent(exchange).startswith("Bearer ") else exchange.reply())


@answers("* *", kills=("OCR-AUTH-10",))
async def beginning_of_a_key(exchange: Exchange) -> Reply:
    """A key is compared as far as it goes: its beginning is enough."""
    scheme, _, key = _sent(exchange).partition(" ")
    begun = scheme == "Bearer" and key and API_KEY.startswith(key)
    return await (_let_in(exchange) if begun else exchange.reply())


@answers("GET /health", kills=("OCR-AUTH-10",))
async def key_in_any_case(exchange: Exchange) -> Reply:
    """On /health keys are compared without regard to case."""
    same = _sent(exchange).lower() == f"Bearer {API_KEY}".lower()
    return await (_let_in(exchange) if same else exchange.reply())


@rewrites("* *", kills=("OCR-AUTH-11",))
def refused_in_other_words(reply: Reply) -> None:
    """A 401 says `Unauthorized`."""
    if reply.status == 401:
        reply.json = {"message": "Unauthorized"}


@rewrites("* *", kills=("OCR-AUTH-12",), outcome="warns")
def refused_in_another_shape(reply: Reply) -> None:
    """The message of a 401 stands in `detail`."""
    if reply.status == 401:
        reply.json = {"detail": reply.json["message"]}


@rewrites("GET /docs", kills=("OCR-AUTH-13",))
def docs_for_nobody(reply: Reply) -> None:
    """/docs is refused to the right key too."""
    reply.status = 403


@answers("GET /no-such-path", kills=("OCR-AUTH-14",), check="test_with_the_key")
async def errors_repeat_the_key(exchange: Exchange) -> Reply:
    """A 404 repeats the headers of the request, the key among them."""
    reply = await exchange.reply()
    reply.json["headers"] = exchange.headers
    return reply


@answers("* *", kills=("OCR-AUTH-14",), check="test_with_a_bad_key")
async def hint_at_the_key(exchange: Exchange) -> Reply:
    """A 401 says which key it would have taken."""
    reply = await exchange.reply()
    if reply.status == 401:
        reply.headers["x-expected"] = API_KEY
    return reply
