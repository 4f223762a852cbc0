"""Mutants of the fields of a whole answer."""

from __future__ import annotations

from typing import TYPE_CHECKING

from reference_server.openai_api import chat
from tests.mutants.mutant import patches
from tests.mutants.openai.wire import edits_answers, edits_replies

if TYPE_CHECKING:
    from tests.mutants.exchange import Reply
    from tests.mutants.openai.wire import Json


@edits_replies(kills=("OAI-CHAT-1",))
def an_answer_is_created(reply: Reply) -> None:
    """An answer comes with status 201."""
    reply.status = 201 if reply.status == 200 else reply.status


@edits_replies(kills=("OAI-CHAT-2",))
def an_answer_is_sent_as_text(reply: Reply) -> None:
    """An answer is sent as text/plain."""
    reply.headers["content-type"] = "text/plain"


@edits_answers(kills=("OAI-CHAT-3",))
def an_answer_has_no_id(body: Json) -> None:
    """`id` is missing."""
    del body["id"]


@edits_answers(kills=("OAI-CHAT-4",))
def an_answer_is_a_chunk(body: Json) -> None:
    """`object` is `chat.completion.chunk`."""
    body["object"] = "chat.completion.chunk"


@edits_answers(kills=("OAI-CHAT-5",))
def an_answer_is_dated_with_a_fraction(body: Json) -> None:
    """`created` has a fraction."""
    body["created"] += 0.5


@edits_answers(kills=("OAI-CHAT-6",), outcome="warns")
def an_answer_is_dated_in_milliseconds(body: Json) -> None:
    """`created` counts milliseconds."""
    body["created"] *= 1000


@edits_answers(kills=("OAI-CHAT-7",))
def an_answer_names_no_model(body: Json) -> None:
    """`model` is null."""
    body["model"] = None


@edits_answers(kills=("OAI-CHAT-8",), outcome="warns")
def an_answer_names_another_model(body: Json) -> None:
    """`model` is the folder on the disk."""
    body["model"] = "/models/main"


@edits_answers(kills=("OAI-CHAT-9",))
def an_answer_has_a_second_choice(body: Json) -> None:
    """There are always two choices."""
    body["choices"].append(body["choices"][0] | {"index": len(body["choices"])})


@edits_answers(kills=("OAI-CHAT-10",))
def choices_count_from_one(body: Json) -> None:
    """`index` begins at 1."""
    for choice in body["choices"]:
        choice["index"] += 1


@edits_answers(kills=("OAI-CHAT-11",))
def the_model_speaks_as_the_user(body: Json) -> None:
    """`message.role` is `user`."""
    body["choices"][0]["message"]["role"] = "user"


@edits_answers(kills=("OAI-CHAT-12",))
def the_text_comes_in_parts(body: Json) -> None:
    """`message.content` is a list of parts."""
    message = body["choices"][0]["message"]
    message["content"] = [{"type": "text", "text": message["content"]}]


@edits_answers(kills=("OAI-CHAT-13",))
def the_reason_is_one_of_its_own(body: Json) -> None:
    """`finish_reason` is `eos_token`."""
    body["choices"][0]["finish_reason"] = "eos_token"


@patches(kills=("OAI-CHAT-14",), check="test_what_the_fields_say")
def every_answer_has_one_id() -> None:
    """`id` is the same for ever."""
    chat.uuid4 = type("Fixed", (), {"hex": "0" * 32})  # type: ignore[attr-defined]


@edits_answers(kills=("OAI-CHAT-15",))
def the_text_is_blank(body: Json) -> None:
    """`message.content` is white space."""
    body["choices"][0]["message"]["content"] = "\n\n"
