"""Mutants of the chunks of a stream: their fields, and how they hang together."""

from __future__ import annotations

from typing import TYPE_CHECKING
from uuid import uuid4

from reference_server.openai_api import chat
from tests.mutants.mutant import patches
from tests.mutants.openai.wire import edits_chunks

if TYPE_CHECKING:
    from tests.mutants.openai.wire import Json


def _choice(chunk: Json) -> Json:
    """The choice of a chunk, or one that goes nowhere."""
    return chunk["choices"][0] if chunk["choices"] else {"delta": {}}


@edits_chunks(kills=("OAI-STREAM-7",))
def a_chunk_has_an_empty_id(chunk: Json, state: Json) -> None:
    """`id` of every chunk is empty."""
    chunk["id"] = ""


@edits_chunks(kills=("OAI-STREAM-8",))
def a_chunk_is_a_completion(chunk: Json, state: Json) -> None:
    """`object` of a chunk is `chat.completion`."""
    chunk["object"] = "chat.completion"


@edits_chunks(kills=("OAI-STREAM-9",))
def a_chunk_has_no_date(chunk: Json, state: Json) -> None:
    """`created` is missing."""
    del chunk["created"]


@edits_chunks(kills=("OAI-STREAM-10",))
def a_chunk_names_no_model(chunk: Json, state: Json) -> None:
    """`model` of a chunk is null."""
    chunk["model"] = None


@edits_chunks(kills=("OAI-STREAM-11",))
def a_chunk_has_a_single_choice(chunk: Json, state: Json) -> None:
    """`choices` is an object."""
    chunk["choices"] = _choice(chunk)


@edits_chunks(kills=("OAI-STREAM-12",))
def a_choice_has_no_index(chunk: Json, state: Json) -> None:
    """`index` is missing."""
    _choice(chunk).pop("index", None)


@edits_chunks(kills=("OAI-STREAM-13",))
def the_last_delta_is_null(chunk: Json, state: Json) -> None:
    """`delta` of the last part is null."""
    if not _choice(chunk)["delta"]:
        _choice(chunk)["delta"] = None


@edits_chunks(kills=("OAI-STREAM-14",))
def a_delta_holds_parts(chunk: Json, state: Json) -> None:
    """`content` of a delta is a list."""
    delta = _choice(chunk)["delta"]
    if delta.get("content"):
        delta["content"] = [delta["content"]]


@edits_chunks(kills=("OAI-STREAM-15",))
def a_chunk_in_the_middle_has_an_empty_reason(chunk: Json, state: Json) -> None:
    """`finish_reason` is empty instead of null."""
    if chunk["choices"] and _choice(chunk)["finish_reason"] is None:
        _choice(chunk)["finish_reason"] = ""


@edits_chunks(kills=("OAI-STREAM-16",))
def every_chunk_has_an_id(chunk: Json, state: Json) -> None:
    """Every chunk has an `id` of its own."""
    chunk["id"] = uuid4().hex


@edits_chunks(kills=("OAI-STREAM-17",), outcome="warns")
def every_chunk_has_a_date(chunk: Json, state: Json) -> None:
    """`created` is the time of the chunk."""
    state["count"] = state.get("count", 0) + 1
    chunk["created"] += state["count"] // 10


@edits_chunks(kills=("OAI-STREAM-18",), outcome="warns")
def the_last_chunk_names_another_model(chunk: Json, state: Json) -> None:
    """`model` of the last part is its folder."""
    if _choice(chunk).get("finish_reason"):
        chunk["model"] = "/models/main"


@edits_chunks(kills=("OAI-STREAM-19",))
def no_delta_has_a_role(chunk: Json, state: Json) -> None:
    """The first delta carries no role."""
    _choice(chunk)["delta"].pop("role", None)


@edits_chunks(kills=("OAI-STREAM-20",))
def the_end_has_no_reason(chunk: Json, state: Json) -> None:
    """No part has a `finish_reason`."""
    _choice(chunk)["finish_reason"] = None


@edits_chunks(kills=("OAI-STREAM-21",))
def every_part_ends_the_answer(chunk: Json, state: Json) -> None:
    """`finish_reason` stands in every part."""
    _choice(chunk)["finish_reason"] = "stop"


@edits_chunks(kills=("OAI-STREAM-22",), outcome="warns")
def a_piece_is_missing(chunk: Json, state: Json) -> None:
    """The third delta is lost."""
    state["count"] = state.get("count", 0) + 1
    if state["count"] == 3:
        _choice(chunk)["delta"] = {}


@patches(kills=("OAI-STREAM-25",))
def every_stream_has_one_id() -> None:
    """`id` is the same in every stream."""
    chat.uuid4 = type("Fixed", (), {"hex": "0" * 32})  # type: ignore[attr-defined]


@edits_chunks(kills=("OAI-STREAM-31",))
def the_usage_rides_on_the_last_part(chunk: Json, state: Json) -> None:
    """The chunk with the usage has a choice."""
    if not chunk["choices"]:
        chunk["choices"] = [{"index": 0, "delta": {}, "finish_reason": None}]


@edits_chunks(kills=("OAI-STREAM-33",))
def the_usage_does_not_add_up(chunk: Json, state: Json) -> None:
    """`total_tokens` of a stream is one too many."""
    if chunk.get("usage"):
        chunk["usage"]["total_tokens"] += 1


@edits_chunks(kills=("OAI-STREAM-34",))
def a_stream_counts_its_prompt_otherwise(chunk: Json, state: Json) -> None:
    """`prompt_tokens` of a stream leaves out the system message."""
    if usage := chunk.get("usage"):
        usage["prompt_tokens"] -= 8
        usage["total_tokens"] -= 8


@edits_chunks(kills=("OAI-STREAM-35",))
def a_stream_counts_characters(chunk: Json, state: Json) -> None:
    """`completion_tokens` of a stream counts characters."""
    if usage := chunk.get("usage"):
        usage["completion_tokens"] *= 4
        usage["total_tokens"] = usage["prompt_tokens"] + usage["completion_tokens"]


@edits_chunks(kills=("OAI-STREAM-36",), outcome="warns")
def usage_comes_unasked(chunk: Json, state: Json) -> None:
    """Every last part has a `usage`."""
    if _choice(chunk).get("finish_reason"):
        chunk["usage"] = {"prompt_tokens": 1, "completion_tokens": 1, "total_tokens": 2}
