"""Mutants of completions: what their messages say, and which requests get one."""

from __future__ import annotations

import itertools
import random
from typing import TYPE_CHECKING, Any

from reference_server.text.errors import Code
from tests.mutants.mutant import patches
from tests.mutants.yandex.planting import (
    GRPC,
    REST,
    ask_instead,
    both,
    edit,
    edit_alternative,
    edit_status,
    edit_text,
    fail_where,
    options,
    over_grpc,
    over_rest,
)

if TYPE_CHECKING:
    from tests.mutants.yandex.planting import Json


def _says(word: str) -> Any:
    return lambda request: any(word in (one.text or "") for one in request.messages)


@patches(kills=both("COMPLETION-1"), all_of=True)
def completion_fails() -> None:
    """Fails to repeat anything."""
    fail_where("completion", _says("Repeat"))


@patches(kills=both("COMPLETION-2"), all_of=True)
def completion_always_streams() -> None:
    """Streams whether it is asked to or not."""
    from reference_server.yandex import grpc_messages, json_requests

    for module in (json_requests, grpc_messages):
        original = module.completion_request
        module.completion_request = lambda body, read=original: options(stream=True)(read(body))  # type: ignore[attr-defined,misc]


@patches(kills=both("COMPLETION-3"), all_of=True)
def completion_without_alternatives() -> None:
    """`alternatives` is empty."""
    edit("completion", lambda body: body.update(alternatives=[]))


@patches(kills=both("COMPLETION-4"), all_of=True)
def completion_by_the_user() -> None:
    """The role of the answer is `user`."""
    edit_alternative(lambda one: one["message"].update(role="user"))


@patches(kills=both("COMPLETION-5"), all_of=True)
def completion_without_text() -> None:
    """The text is always empty."""
    edit_text(lambda text: "")


@patches(kills=both("COMPLETION-6"), all_of=True)
def completion_without_version() -> None:
    """`modelVersion` is empty."""
    edit("completion", lambda body: body.update(modelVersion=""))


@patches(kills=both("COMPLETION-7"), all_of=True)
def completion_version_flaps() -> None:
    """`modelVersion` is another one from answer to answer."""
    versions = itertools.cycle(("07.03.2024", "08.03.2024"))
    edit("completion", lambda body: body.update(modelVersion=next(versions)))


@patches(kills=both("COMPLETION-8"), all_of=True)
def completion_mojibake() -> None:
    """UTF-8 is taken for Latin-1 on the way out."""
    edit_text(lambda text: text.encode().decode("latin-1"))


@patches(kills=both("COMPLETION-8"), all_of=True)
def completion_question_marks() -> None:
    """Letters beyond ASCII come back as question marks."""
    edit_text(lambda text: text.encode("ascii", "replace").decode())


@patches(kills=both("COMPLETION-9"), all_of=True, outcome="warns")
def completion_never_repeats_itself() -> None:
    """At temperature 0 every answer ends in another number."""
    draw = random.Random(1)
    edit_text(lambda text: f"{text} {draw.random()}")


@patches(kills=both("COMPLETION-10"), all_of=True)
def completion_options_required() -> None:
    """A request without completionOptions is refused."""
    bare = lambda request: request.max_tokens is None and request.temperature is None  # noqa: E731
    fail_where("completion", bare, Code.INVALID_ARGUMENT)


@patches(kills=both("COMPLETION-11"), all_of=True)
def completion_refuses_hot() -> None:
    """`temperature` has to be below 1."""
    fail_where("completion", lambda request: request.temperature == 1, Code.INVALID_ARGUMENT)


@patches(kills=both("COMPLETION-12"), all_of=True)
def completion_refuses_assistant() -> None:
    """Messages of the role assistant are refused."""
    fail_where(
        "completion",
        lambda request: any(one.role == "assistant" for one in request.messages),
        Code.INVALID_ARGUMENT,
    )


@patches(kills=both("STATUS-1", "STREAM-13"), all_of=True)
def truncated_but_final() -> None:
    """An answer that the limit cut short says FINAL."""
    edit_status("TRUNCATED_FINAL", "FINAL")


@patches(kills=both("STATUS-2", "STREAM-14"), all_of=True)
def final_but_truncated() -> None:
    """An answer that ended by itself says TRUNCATED_FINAL."""
    edit_status("FINAL", "TRUNCATED_FINAL")


@patches(kills=both("STATUS-3", "STREAM-4"), all_of=True)
def final_but_partial() -> None:
    """The last message says PARTIAL."""
    edit_status("FINAL", "PARTIAL")


@patches(kills=both("STATUS-3"), all_of=True)
def status_unspecified() -> None:
    """The status is left unspecified."""
    edit_status("FINAL", "UNSPECIFIED")


@patches(kills=both("STATUS-4"), all_of=True, outcome="warns")
def truncated_one_early() -> None:
    """An answer is cut one token before its limit."""
    fewer = lambda request: options(max_tokens=max(1, request.max_tokens - 1))(request)  # noqa: E731
    ask_instead("completion", lambda request: fewer(request) if request.max_tokens else request)


def _usage(**counts: Any) -> Any:
    """Replace counts by numbers, or by functions of all of them."""

    def change(body: Json) -> None:
        usage = body["usage"]
        now = {
            name: int(usage[name])
            for name in ("inputTextTokens", "completionTokens", "totalTokens")
        }
        for name, count in counts.items():
            now[name] = count(now) if callable(count) else count
        if "totalTokens" not in counts:
            now["totalTokens"] = now["inputTextTokens"] + now["completionTokens"]
        usage.update({name: str(count) for name, count in now.items()})

    return change


@patches(kills=both("USAGE-1"), all_of=True)
def total_is_one_too_many() -> None:
    """`totalTokens` is one more than the sum."""
    edit("completion", _usage(totalTokens=lambda now: now["totalTokens"] + 1))


@patches(kills=over_rest("USAGE-1"), all_of=True)
def total_is_the_larger_part_over_rest() -> None:
    """Over REST `totalTokens` is the larger of the two counts."""
    larger = lambda now: max(now["inputTextTokens"], now["completionTokens"])  # noqa: E731
    edit("completion", _usage(totalTokens=larger), over=(REST,))


@patches(kills=over_grpc("USAGE-1"), all_of=True)
def total_is_missing_over_grpc() -> None:
    """Over gRPC `totalTokens` is zero."""
    edit("completion", _usage(totalTokens=0), over=(GRPC,))


@patches(kills=both("USAGE-2"), all_of=True)
def usage_without_input() -> None:
    """`inputTextTokens` is zero."""
    edit("completion", _usage(inputTextTokens=0))


@patches(kills=both("USAGE-2", "USAGE-4"), all_of=True)
def usage_of_zero() -> None:
    """Every count is zero."""
    edit("completion", _usage(inputTextTokens=0, completionTokens=0))


@patches(kills=both("USAGE-3"), all_of=True)
def usage_of_constant_input() -> None:
    """`inputTextTokens` is 20, however long the conversation is."""
    edit("completion", _usage(inputTextTokens=20))


@patches(kills=both("USAGE-4"), all_of=True)
def usage_without_completion() -> None:
    """`completionTokens` is zero."""
    edit("completion", _usage(completionTokens=0))


@patches(kills=both("USAGE-5"), all_of=True)
def over_max_tokens() -> None:
    """An answer is twice as long as `maxTokens` allows."""
    twice = lambda request: options(max_tokens=2 * request.max_tokens)(request)  # noqa: E731
    ask_instead("completion", lambda request: twice(request) if request.max_tokens else request)


@patches(kills=both("USAGE-6"), all_of=True, outcome="warns")
def usage_that_wobbles() -> None:
    """`inputTextTokens` is one more in every other answer."""
    more = itertools.cycle((0, 1))
    edit("completion", _usage(inputTextTokens=lambda now: now["inputTextTokens"] + next(more)))
