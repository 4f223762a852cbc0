"""What mutants of POST /ocr share: looking into the form, and answering in the contract's words."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from tests.mutants.exchange import Field, Reply

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.mutants.exchange import Exchange

BAD_IMAGE = "Invalid image format: "
NO_IMAGE = "No image provided. Use one of: image_base64, image_url, or file"


def refusal(status: int, detail: Any) -> Reply:
    """A refusal as the service words it."""
    return Reply(status, {}, {"detail": detail})


def success(text: str = "") -> Reply:
    """A success of edition 1.3 with this text, for what ought to have been refused."""
    return Reply(
        200,
        {},
        {
            "status": "success",
            "input_type": "url",
            "local_files": {
                "markdown": "/app/output/20250101_000000_url_image.md",
                "json": "/app/output/20250101_000000_url_image.json",
            },
            "timestamp": "2025-01-01T00:00:00",
            "elapsed_sec": 0.1,
            "s3_files": {"status": "skipped", "reason": "credentials_not_configured"},
            "markdown_text": text,
            "json_data": None,
        },
    )


async def field(exchange: Exchange, name: str) -> Field | None:
    """The field of this name, or None."""
    return next((one for one in await exchange.form() if one.name == name), None)


async def text_field(exchange: Exchange, name: str) -> str:
    """The text of this field, or nothing."""
    found = await field(exchange, name)
    return "" if found is None else found.value.decode("utf-8", "replace")


async def without(exchange: Exchange, *names: str) -> Reply:
    """What the server answers when these fields do not reach it."""
    exchange.put_form([one for one in await exchange.form() if one.name not in names])
    return await exchange.reply()


async def preferring(exchange: Exchange, winner: str, loser: str) -> Reply:
    """What the server answers when `winner` counts before `loser`."""
    names = {one.name for one in await exchange.form()}
    if {winner, loser} <= names:
        return await without(exchange, loser)
    return await exchange.reply()


def is_multipart(exchange: Exchange) -> bool:
    """Whether the form is sent as multipart."""
    return exchange.headers.get("content-type", "").startswith("multipart/")


def with_text(reply: Reply, change: Callable[[str], str]) -> Reply:
    """The answer with its recognised text changed, in the text and in the page data."""
    if reply.status == 200 and isinstance(reply.json.get("markdown_text"), str):
        reply.json["markdown_text"] = change(reply.json["markdown_text"])
        data = reply.json["json_data"]
        for page in data if isinstance(data, list) else [data]:
            for block in page["parsing_res_list"]:
                block["block_content"] = change(block["block_content"])
    return reply


def holds_an_image(scope: Any) -> bool:
    """Whether a request to /ocr is long enough to hold an image."""
    lengths = [int(value) for name, value in scope.get("headers", ()) if name == b"content-length"]
    return scope.get("path") == "/ocr" and any(length > 1000 for length in lengths)
