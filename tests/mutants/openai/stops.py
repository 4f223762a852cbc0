"""Mutants of stop sequences."""

from __future__ import annotations

from typing import TYPE_CHECKING

from reference_server.openai_api import requests
from reference_server.text import builtin
from tests.mutants.mutant import patches
from tests.mutants.openai.wire import edits_answers, edits_requests

if TYPE_CHECKING:
    from tests.mutants.openai.wire import Json


@edits_requests(kills=("OAI-STOP-1",))
def one_stop_is_passed_over(body: Json) -> None:
    """A `stop` that is one text is passed over."""
    if isinstance(body.get("stop"), str):
        del body["stop"]


@edits_requests(kills=("OAI-STOP-2",))
def only_the_first_stop_counts(body: Json) -> None:
    """Of a list in `stop` only the first sequence is looked for."""
    if isinstance(body.get("stop"), list):
        body["stop"] = body["stop"][:1]


@patches(kills=("OAI-STOP-3",), outcome="warns")
def the_text_ends_a_word_early() -> None:
    """What stands right before a stop sequence is lost."""
    cut = builtin.cut_at_stop
    builtin.cut_at_stop = lambda text, stops: cut(text, stops)[:-3] if stops else text


@edits_answers(kills=("OAI-STOP-4",))
def a_stopped_answer_was_filtered(body: Json) -> None:
    """`finish_reason` is `content_filter` unless the limit was reached."""
    choice = body["choices"][0]
    if choice["finish_reason"] == "stop":
        choice["finish_reason"] = "content_filter"


@patches(kills=("OAI-STOP-5",))
def two_stops_are_the_most() -> None:
    """A `stop` of more than two sequences is refused."""
    requests.MAX_STOPS = 2


@edits_requests(kills=("OAI-STOP-6",))
def a_stream_does_not_stop(body: Json) -> None:
    """`stop` of a streamed request is passed over."""
    if body.get("stream"):
        body.pop("stop", None)


@edits_answers(kills=("OAI-STOP-7",))
def only_a_stop_ends_an_answer(body: Json) -> None:
    """An answer that met no stop sequence is thrown away."""
    choice = body["choices"][0]
    if choice["finish_reason"] == "length" and body["usage"]["completion_tokens"] == 16:
        choice["message"]["content"] = ""
