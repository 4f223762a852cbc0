"""Mutants of the token counts of a whole answer."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.mutants.openai.wire import edits_answers

if TYPE_CHECKING:
    from tests.mutants.openai.wire import Json

_TURNS = iter(range(10**9))


@edits_answers(kills=("OAI-USAGE-1",))
def the_prompt_is_not_counted(body: Json) -> None:
    """`prompt_tokens` is missing."""
    del body["usage"]["prompt_tokens"]


@edits_answers(kills=("OAI-USAGE-2",))
def the_answer_is_not_counted(body: Json) -> None:
    """`completion_tokens` is null."""
    body["usage"]["completion_tokens"] = None


@edits_answers(kills=("OAI-USAGE-3",))
def the_total_is_a_text(body: Json) -> None:
    """`total_tokens` is a text."""
    body["usage"]["total_tokens"] = str(body["usage"]["total_tokens"])


@edits_answers(kills=("OAI-USAGE-4",))
def the_total_forgets_the_prompt(body: Json) -> None:
    """`total_tokens` counts the answer only."""
    body["usage"]["total_tokens"] = body["usage"]["completion_tokens"]


@edits_answers(kills=("OAI-USAGE-5",))
def the_prompt_counts_nothing(body: Json) -> None:
    """`prompt_tokens` is 0."""
    usage = body["usage"]
    usage |= {"prompt_tokens": 0, "total_tokens": usage["completion_tokens"]}


@edits_answers(kills=("OAI-USAGE-6",))
def every_prompt_counts_the_same(body: Json) -> None:
    """`prompt_tokens` is always 20."""
    usage = body["usage"]
    usage |= {"prompt_tokens": 20, "total_tokens": 20 + usage["completion_tokens"]}


@edits_answers(kills=("OAI-USAGE-7",))
def the_answer_counts_nothing(body: Json) -> None:
    """`completion_tokens` is 0."""
    usage = body["usage"]
    usage |= {"completion_tokens": 0, "total_tokens": usage["prompt_tokens"]}


@edits_answers(kills=("OAI-USAGE-8",))
def what_is_cached_is_not_counted(body: Json) -> None:
    """A prompt that was seen before counts a token less."""
    body["usage"]["prompt_tokens"] -= min(next(_TURNS), 1)
    body["usage"]["total_tokens"] = sum(
        body["usage"][name] for name in ("prompt_tokens", "completion_tokens")
    )
