"""Mutants of the stored results."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from tests.mutants.exchange import Reply
from tests.mutants.mutant import answers, rewrites

if TYPE_CHECKING:
    from tests.mutants.exchange import Exchange

PASSWORDS = "root:x:0:0:root:/root:/bin/bash\n"


@rewrites("GET /files", kills=("OCR-FILES-1",))
def files_not_offered(reply: Reply) -> None:
    """GET /files answers 404 in edition 1.3."""
    reply.status, reply.json = 404, {"detail": "Not Found"}


def _each(reply: Reply, **fields: Any) -> None:
    for one in reply.json.get("files", ()):
        one.update(fields)


@rewrites("GET /files", kills=("OCR-FILES-2",))
def list_status_missing(reply: Reply) -> None:
    """`status` of the list is missing."""
    reply.json.pop("status", None)


@rewrites("GET /files", kills=("OCR-FILES-3",))
def list_count_is_the_limit(reply: Reply) -> None:
    """`count` is the limit, however many there are."""
    reply.json["count"] = 50


@rewrites("GET /files", kills=("OCR-FILES-3",), edition="1.3")
def list_count_as_text(reply: Reply) -> None:
    """`count` is a text."""
    reply.json["count"] = str(reply.json.get("count"))


@rewrites("GET /files", kills=("OCR-FILES-4",))
def list_with_paths(reply: Reply) -> None:
    """`filename` holds the folder."""
    for one in reply.json.get("files", ()):
        one["filename"] = f"/app/output/{one['filename']}"


@rewrites("GET /files", kills=("OCR-FILES-5",))
def list_type_in_full(reply: Reply) -> None:
    """`type` is `markdown`."""
    _each(reply, type="markdown")


@rewrites("GET /files", kills=("OCR-FILES-6",))
def list_size_with_unit(reply: Reply) -> None:
    """`size_bytes` is a text with a unit."""
    _each(reply, size_bytes="1 kB")


@rewrites("GET /files", kills=("OCR-FILES-7",))
def list_modified_as_number(reply: Reply) -> None:
    """`modified` is a number of seconds."""
    _each(reply, modified=1735689600.5)


@answers("GET /files", kills=("OCR-FILES-8", "OCR-FILES-9"), all_of=True)
async def list_ignores_the_type(exchange: Exchange) -> Reply:
    """`file_type` is ignored."""
    if exchange.query.get("file_type") in ("md", "json"):
        exchange.move("GET", "/files")
    return await exchange.reply()


@answers("GET /files", kills=("OCR-FILES-9",))
async def list_knows_markdown_only(exchange: Exchange) -> Reply:
    """`file_type=json` lists markdown files."""
    if exchange.query.get("file_type") == "json":
        exchange.move("GET", "/files?file_type=md")
    return await exchange.reply()


@answers("GET /files", kills=("OCR-FILES-8",))
async def list_knows_json_only(exchange: Exchange) -> Reply:
    """`file_type=md` lists JSON files."""
    if exchange.query.get("file_type") == "md":
        exchange.move("GET", "/files?file_type=json")
    return await exchange.reply()


@answers("GET /files", kills=("OCR-FILES-10",))
async def list_ignores_the_limit(exchange: Exchange) -> Reply:
    """`limit` is checked and then ignored."""
    if exchange.query.get("limit") == "1":
        exchange.move("GET", "/files")
    return await exchange.reply()


@answers("GET /files", kills=("OCR-FILES-11",))
async def list_takes_any_limit(exchange: Exchange) -> Reply:
    """A `limit` out of range is put right in silence."""
    if exchange.query.get("limit") in ("0", "201", "-1"):
        exchange.move("GET", "/files?limit=200")
    return await exchange.reply()


@answers("GET /files", kills=("OCR-FILES-12",))
async def list_takes_any_type(exchange: Exchange) -> Reply:
    """An unknown `file_type` lists nothing and answers 200."""
    if exchange.query.get("file_type", "md") not in ("md", "json"):
        return Reply(200, {}, {"status": "success", "count": 0, "files": []})
    return await exchange.reply()


@rewrites("GET /files", kills=("OCR-FILES-13",))
def list_comes_late(reply: Reply) -> None:
    """The two newest files are not listed yet."""
    reply.json["files"] = reply.json.get("files", [])[2:]
    reply.json["count"] = len(reply.json["files"])


@rewrites("GET /files/md/*", kills=("OCR-FILES-14",))
def markdown_file_empty(reply: Reply) -> None:
    """A markdown file is served empty."""
    if reply.status == 200:
        reply.text("", "text/markdown")


@rewrites("GET /files/json/*", kills=("OCR-FILES-15",))
def json_file_as_python(reply: Reply) -> None:
    """A JSON file is served as Python prints it."""
    if reply.status == 200:
        reply.text(repr(reply.json), "application/json")


@rewrites("GET /files/md/*", kills=("OCR-FILES-16",))
def absent_file_empty(reply: Reply) -> None:
    """A file that does not exist is served as an empty one."""
    if reply.status == 404:
        reply.status = 200
        reply.text("", "text/markdown")


@answers("GET /files/exe/*", kills=("OCR-FILES-17",))
async def kind_ignored(exchange: Exchange) -> Reply:
    """The kind in the path is ignored."""
    exchange.move("GET", exchange.path.replace("/exe/", "/md/"))
    return await exchange.reply()


@rewrites("GET /files/*", kills=("OCR-FILES-18",))
def download_shown_in_place(reply: Reply) -> None:
    """`download=true` sends the file to be shown."""
    reply.headers["content-disposition"] = "inline"


@rewrites("GET /files", kills=("OCR-FILES-19",))
def list_size_in_blocks(reply: Reply) -> None:
    """`size_bytes` is the room on disk."""
    _each(reply, size_bytes=4096)


def _passwords() -> Reply:
    return Reply(200, {"content-type": "text/plain"}, PASSWORDS.encode())


def _raw(exchange: Exchange) -> bytes:
    return bytes(exchange.scope.get("raw_path", b"")).lower()


@answers("GET /files/*", kills=("OCR-FILES-20",))
async def dots_climb(exchange: Exchange) -> Reply:
    """`../` in a file name is followed."""
    return _passwords() if b"/../" in _raw(exchange) else await exchange.reply()


@answers("GET /files/*", kills=("OCR-FILES-21",))
async def encoded_dots_climb(exchange: Exchange) -> Reply:
    """Percent-encoded `../` is decoded and followed."""
    return _passwords() if b"%2e%2e%2f" in _raw(exchange) else await exchange.reply()


@answers("GET /files/*", kills=("OCR-FILES-21",))
async def dots_decoded_twice_climb(exchange: Exchange) -> Reply:
    """The file name is decoded twice, so that `%252e` climbs."""
    return _passwords() if b"%252e" in _raw(exchange) else await exchange.reply()


@answers("GET /files/*", kills=("OCR-FILES-22",))
async def absolute_paths_served(exchange: Exchange) -> Reply:
    """An absolute path in place of a name is served."""
    return _passwords() if "//etc/" in exchange.path else await exchange.reply()


@answers("GET /files/*", kills=("OCR-FILES-22",))
async def nul_breaks_the_path(exchange: Exchange) -> Reply:
    """A NUL in a file name draws a 500."""
    if "\0" in exchange.path:
        return Reply(500, {}, {"detail": "embedded null byte"})
    return await exchange.reply()
