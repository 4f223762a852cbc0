"""How streams are read: framing and encoding faults, pieces cut anywhere, and their course."""

from __future__ import annotations

import pytest

from conformance.openai.course import begins_early
from conformance.openai.sse import DONE, read_events

GOOD = 'data: {"a": "да"}\n\ndata: {"b": 2}\n\ndata: [DONE]\n\n'.encode()
PAYLOADS = ['{"a": "да"}', '{"b": 2}', DONE]


def pieces(body: bytes, size: int) -> list[tuple[float, bytes]]:
    return [(place / 10, body[place : place + size]) for place in range(0, len(body), size)]


@pytest.mark.parametrize("size", [1, 2, 3, 7, 1000])
def test_events_are_the_same_however_the_body_is_cut(size: int) -> None:
    stream = read_events(pieces(GOOD, size))
    assert [event.payload for event in stream.events] == PAYLOADS
    assert (stream.framing_faults, stream.encoding_faults) == ((), ())


def test_an_event_is_there_when_its_blank_line_is() -> None:
    stream = read_events([(0.1, b"data: {}\n"), (0.5, b"\ndata: "), (0.9, b"[DONE]\n\n")])
    assert [event.at_s for event in stream.events] == [0.5, 0.9]


def test_carriage_returns_and_comments_are_no_faults() -> None:
    stream = read_events([(0.0, b": keep-alive\n\ndata: {}\r\n\r\ndata: [DONE]\n\n")])
    assert [event.payload for event in stream.events] == ["{}", DONE]
    assert stream.framing_faults == ()


@pytest.mark.parametrize(
    ("body", "fault"),
    [
        (b"data: {}\ndata: {}\n\n", "an event of 2 lines"),
        (b"data:{}\n\n", "does not begin with 'data: '"),
        (b"event: x\ndata: {}\n\n", "does not begin with 'data: '"),
        (b"{}\n\n", "does not begin with 'data: '"),
        (b"data: {}\n\n\n\ndata: {}\n\n", "a blank line that ends no event"),
        (b"data: {}\n\ndata: [DONE]", "no blank line after the last event"),
        (b"data: {}\n\ndata: [DONE]\n", "no blank line after the last event"),
    ],
)
def test_a_fault_of_the_framing_is_named(body: bytes, fault: str) -> None:
    assert any(fault in one for one in read_events([(0.0, body)]).framing_faults)


def test_a_torn_character_is_a_fault_of_the_encoding() -> None:
    torn = "да".encode()
    stream = read_events([(0.0, b"data: " + torn[:1] + b"\n\ndata: " + torn[1:] + b"\n\n")])
    assert len(stream.encoding_faults) == 2
    assert stream.framing_faults == ()


def test_a_stream_begins_early_when_its_first_text_leads_its_last() -> None:
    assert begins_early(0.2, 0.25, 1.2) is True
    assert begins_early(0.2, 1.19, 1.2) is False
    assert begins_early(2.0, 2.1, 2.9) is True, "a slow first token is no sign of collecting"
    assert begins_early(0.2, 0.21, 0.25) is None, "too fast to tell"
