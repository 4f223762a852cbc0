"""Mutants of the course of a stream: when its events come, and in which order."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.mutants.openai.wire import DONE, chunk_of, edits_events, framed

if TYPE_CHECKING:
    from tests.mutants.openai.wire import Json


@edits_events(kills=("OAI-STREAM-23",))
def a_stream_is_collected(event: bytes, state: Json) -> bytes:
    """The events are held back until the last is there."""
    held = state.get("held", b"") + event
    state["held"] = b"" if event == DONE else held
    return held if event == DONE else b""


@edits_events(kills=("OAI-STREAM-23",))
def only_the_role_comes_early(event: bytes, state: Json) -> bytes:
    """The first chunk comes at once, all text at the end."""
    if not state.get("begun"):
        state["begun"] = True
        return event
    return a_stream_is_collected(event, state)


@edits_events(kills=("OAI-STREAM-24",))
def the_text_comes_in_one_piece(event: bytes, state: Json) -> bytes:
    """All text is in one delta."""
    if event == DONE:
        return event
    chunk = chunk_of(event)
    choice = chunk["choices"][0] if chunk["choices"] else None
    if choice is None or choice["finish_reason"]:
        whole = chunk | {
            "choices": [
                {"index": 0, "delta": {"content": state.pop("text", "")}, "finish_reason": None}
            ]
        }
        return framed(whole) + event
    state["text"] = state.get("text", "") + choice["delta"].pop("content", "")
    return framed(chunk) if choice["delta"] else b""


@edits_events(kills=("OAI-STREAM-32",))
def the_usage_comes_first(event: bytes, state: Json) -> bytes:
    """The usage stands in the first chunk, and an empty one at the end."""
    if event == DONE:
        return event
    chunk = chunk_of(event)
    if not state.get("begun"):
        state["begun"] = True
        counts = {"prompt_tokens": 1, "completion_tokens": 1, "total_tokens": 2}
        return framed(chunk | {"choices": [], "usage": counts}) + event
    return framed(chunk | {"usage": None})
