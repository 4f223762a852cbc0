"""Server-sent events, read byte by byte as they arrived: pure.

The framing is that of the contract, narrower than the standard's: an event is one line
`data: <payload>`, and a blank line ends it. Comment lines (`: …`) hold nothing and are allowed.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

DONE = "[DONE]"
_PREFIX = b"data: "


@dataclass(frozen=True, slots=True)
class Event:
    """One event: its payload, and when its last byte came, in seconds since the request."""

    payload: str
    at_s: float


@dataclass(frozen=True, slots=True)
class EventStream:
    """The events of a body in order, what is wrong with the framing, and with the encoding."""

    events: tuple[Event, ...]
    framing_faults: tuple[str, ...]
    encoding_faults: tuple[str, ...]


def read_events(chunks: Iterable[tuple[float, bytes]]) -> EventStream:
    """The events of a body that arrived in these pieces, each with its time in seconds."""
    events: list[Event] = []
    framing: list[str] = []
    encoding: list[str] = []
    for block, at_s in _blocks(chunks, framing):
        payloads: list[bytes] = []
        for line in block.split(b"\n"):
            text = line.removesuffix(b"\r")
            if text.startswith(b":"):
                continue
            if not text.startswith(_PREFIX):
                framing.append(f"a line {_shown(text)} that does not begin with 'data: '")
            if text.startswith(b"data:"):
                payloads.append(text.removeprefix(b"data:").removeprefix(b" "))
        if len(payloads) > 1:
            framing.append(f"an event of {len(payloads)} lines: {_shown(block)}")
        if payloads:
            joined = b"\n".join(payloads)
            try:
                payload = joined.decode()
            except UnicodeDecodeError as error:
                encoding.append(f"an event that is not UTF-8 ({error.reason}): {_shown(joined)}")
                payload = joined.decode(errors="replace")
            events.append(Event(payload, at_s))
    return EventStream(tuple(events), tuple(framing), tuple(encoding))


def _blocks(
    chunks: Iterable[tuple[float, bytes]], faults: list[str]
) -> Iterator[tuple[bytes, float]]:
    """What stands between blank lines, each with the time at which its blank line was complete."""
    held = b""
    at_s = 0.0
    for at_s, piece in chunks:
        held += piece
        while True:
            ends = [
                (place, len(mark))
                for mark in (b"\n\n", b"\r\n\r\n")
                if (place := held.find(mark)) >= 0
            ]
            if not ends:
                break
            place, length = min(ends)
            block, held = held[:place], held[place + length :]
            if block.strip():
                yield block, at_s
            else:
                faults.append("a blank line that ends no event")
    if held.strip():
        faults.append(f"no blank line after the last event {_shown(held)}")
        yield held.strip(b"\r\n"), at_s


def _shown(data: bytes) -> str:
    return repr(data[:80].decode("utf-8", errors="backslashreplace"))
