"""The ids that every Yandex answer carries, over either transport."""

from __future__ import annotations

from secrets import token_hex
from uuid import uuid4

MAX_LENGTH = 128


def request_id(given: str | None) -> str:
    """The client's own id if it may stand in a header, else a new one."""
    usable = given and given.isascii() and given.isprintable() and len(given) <= MAX_LENGTH
    return given if given and usable else str(uuid4())


def trace_id() -> str:
    """Trace, span, parent and flags, as the hosted service writes them."""
    return f"{token_hex(16)}:{token_hex(8)}:{token_hex(8)}:1"
