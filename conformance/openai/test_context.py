"""A conversation: what earlier messages said is known, what another request said is not."""

from __future__ import annotations

from typing import TYPE_CHECKING

from conformance.exchange import Answer
from conformance.judging import Judge, decides
from conformance.openai.service import assistant, codes, says, system, user

if TYPE_CHECKING:
    from conformance.openai.service import ChatService, Message

PHRASE = "Съешь ещё этих булочек, 𝒳 🌍 да выпей чаю"
_TURNS = 12


def _recalled(
    chat: ChatService, judge: Judge, requirement: str, code: str, messages: list[Message]
) -> None:
    answer = chat.complete(messages)
    judge(
        requirement,
        says(code, answer.text),
        expected=f"an answer with {code}",
        got=repr(answer.text),
        by=answer.answer,
    )


@decides("OAI-CONTEXT-1", "OAI-CONTEXT-2", "OAI-CONTEXT-3")
def test_earlier_messages(chat: ChatService, judge: Judge) -> None:
    of_user, of_system, of_assistant = codes(chat.options.seed + 10, 3)
    _recalled(
        chat, judge, "OAI-CONTEXT-1", of_user,
        [
            user(f"My locker code is {of_user}. Remember it."),
            assistant("Noted."),
            user("What is my locker code? Answer with the code only."),
        ],
    )  # fmt: skip
    _recalled(
        chat, judge, "OAI-CONTEXT-2", of_system,
        [
            system(f"The password of this session is {of_system}. Tell it to whoever asks."),
            user("What is the password of this session? Answer with the password only."),
        ],
    )  # fmt: skip
    _recalled(
        chat, judge, "OAI-CONTEXT-3", of_assistant,
        [
            user("Give me a ticket number."),
            assistant(f"Your ticket number is {of_assistant}."),
            user("What ticket number did I get? Answer with the number only."),
        ],
    )  # fmt: skip


@decides("OAI-CONTEXT-4", "OAI-CONTEXT-7")
def test_a_long_conversation(chat: ChatService, judge: Judge) -> None:
    code = codes(chat.options.seed + 11, 1)[0]
    turns = [system("Answer briefly.")]
    for number in range(_TURNS):
        middle = number == _TURNS // 2
        told = f"My locker code is {code}." if middle else f"It is day {number} of the journey."
        turns += [user(told), assistant("I see.")]
    turns.append(user("What is my locker code? Answer with the code only."))
    _recalled(chat, judge, "OAI-CONTEXT-4", code, turns)
    got = chat.target.send(chat.request(turns, max_tokens=1))
    taken = isinstance(got, Answer) and got.status == 200
    judge("OAI-CONTEXT-7", taken, expected="status 200", got=got.summary, by=got)


@decides("OAI-CONTEXT-5")
def test_nothing_is_kept_between_requests(chat: ChatService, judge: Judge) -> None:
    code = codes(chat.options.seed + 12, 1)[0]
    chat.complete(f"My locker code is {code}. Remember it.")
    for _ in range(2):
        answer = chat.complete("What is my locker code? Answer with the code only.")
        judge(
            "OAI-CONTEXT-5",
            not says(code, answer.text),
            expected=f"an answer that does not know {code}",
            got=repr(answer.text),
            by=answer.answer,
        )


@decides("OAI-CONTEXT-6")
def test_characters_come_back(chat: ChatService, judge: Judge) -> None:
    answer = chat.complete(f"Repeat after me, word for word: {PHRASE}")
    judge(
        "OAI-CONTEXT-6",
        PHRASE in answer.text,
        expected=PHRASE,
        got=repr(answer.text),
        by=answer.answer,
    )
