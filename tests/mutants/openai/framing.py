"""Mutants of the framing of streams: headers, lines, the mark at the end."""

from __future__ import annotations

from typing import TYPE_CHECKING

from reference_server.openai_api import chat
from tests.mutants.mutant import patches, wraps_app
from tests.mutants.openai.wire import CHAT, DONE, edits_events, edits_requests

if TYPE_CHECKING:
    from typing import Any

    from tests.mutants.mutant import App
    from tests.mutants.openai.wire import Json


@wraps_app(kills=("OAI-STREAM-1",))
def a_stream_is_accepted(app: App) -> App:
    """A stream comes with status 202."""

    async def wrapped(scope: Any, receive: Any, send: Any) -> None:
        async def sending(message: Any) -> None:
            streams = any(b"event-stream" in value for _, value in message.get("headers", ()))
            await send(message | {"status": 202} if streams else message)

        await app(scope, receive, sending if scope.get("path") == CHAT else send)

    return wrapped


@patches(kills=("OAI-STREAM-2",))
def a_stream_is_sent_as_json_lines() -> None:
    """A stream is sent as application/x-ndjson."""
    chat.EVENT_STREAM = "application/x-ndjson"


@edits_events(kills=("OAI-STREAM-3",))
def one_line_break_is_enough(event: bytes, state: Json) -> bytes:
    """No blank line ends an event but the last two."""
    return event if event == DONE or b'finish_reason":"' in event else event[:-1]


@edits_events(kills=("OAI-STREAM-3",))
def no_space_after_data(event: bytes, state: Json) -> bytes:
    """The lines begin with `data:` and no space."""
    return event.replace(b"data: ", b"data:", 1)


@edits_events(kills=("OAI-STREAM-3",))
def events_have_names(event: bytes, state: Json) -> bytes:
    """Every event has a line `event:` of its own."""
    return b"event: message\n" + event


@edits_events(kills=("OAI-STREAM-4",))
def no_mark_at_the_end(event: bytes, state: Json) -> bytes:
    """A stream ends without `[DONE]`."""
    return b"" if event == DONE else event


@edits_events(kills=("OAI-STREAM-5",))
def more_after_the_end(event: bytes, state: Json) -> bytes:
    """The last chunk comes once more after `[DONE]`."""
    last = state.get("last", b"")
    state["last"] = event
    return event + last if event == DONE else event


@edits_events(kills=("OAI-STREAM-6",))
def an_event_of_a_ping(event: bytes, state: Json) -> bytes:
    """The first event is the word `ping`."""
    first = not state.setdefault("begun", False)
    state["begun"] = True
    return b"data: ping\n\n" + event if first else event


@edits_events(kills=("OAI-STREAM-26",))
def characters_are_torn(event: bytes, state: Json) -> bytes:
    """An event ends in the middle of a character, and the next one holds the other half."""
    place = next((place for place, byte in enumerate(event) if byte >= 0xC0), None)
    if place is None:
        return event
    return event[: place + 1] + b'"}}]}\n\n' + b'data: {"choices":[{"delta":"' + event[place + 1 :]


@edits_requests(kills=("OAI-STREAM-29",))
def everything_is_streamed(body: Json) -> None:
    """`stream` false is taken for true."""
    if body.get("stream") is False:
        body["stream"] = True


@wraps_app(kills=("OAI-STREAM-30",))
def a_refusal_is_streamed(app: App) -> App:
    """A refused request gets 200 and the error as an event."""

    async def wrapped(scope: Any, receive: Any, send: Any) -> None:
        async def sending(message: Any) -> None:
            if message["type"] == "http.response.start" and message["status"] in (400, 404):
                message = message | {
                    "status": 200,
                    "headers": [(b"content-type", b"text/event-stream")],
                }
            await send(message)

        await app(scope, receive, sending if scope.get("path") == CHAT else send)

    return wrapped
