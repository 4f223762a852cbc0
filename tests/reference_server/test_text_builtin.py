"""The built-in engine: its tokenizer rule, the instructions it follows, its limits."""

from __future__ import annotations

import asyncio
import time
from typing import TYPE_CHECKING

import pytest

from reference_server.text import tokens
from reference_server.text.builtin import MAX_INPUT_TOKENS, BuiltinEngine
from reference_server.text.engine import End, Message, Options, Piece
from reference_server.text.errors import TooLong
from reference_server.text.instructions import answer

if TYPE_CHECKING:
    from collections.abc import Sequence

    Turns = Sequence[tuple[str, str]]

U, S, A = "user", "system", "assistant"


def said(*turns: tuple[str, str]) -> str:
    return answer([Message(role, text) for role, text in turns])


def complete(text: str, **options: object) -> list[Piece]:
    async def run() -> list[Piece]:
        engine = BuiltinEngine()
        asked = Options(**options)  # type: ignore[arg-type]
        return [piece async for piece in engine.complete([Message(U, text)], asked)]

    return asyncio.run(run())


@pytest.mark.parametrize(
    "text",
    [
        "",
        "one",
        "To be, or not to be",
        "  two  spaces\n\n",
        "Быть или не быть — вот",
        "e\u0301 👩‍👩‍👧 \0",
    ],
)
def test_tokens_joined_are_the_text(text: str) -> None:
    assert "".join(tokens.split(text)) == text


def test_token_counts_grow_with_the_text() -> None:
    text = "Lorem ipsum, dolor sit — amet " * 20
    counts = [tokens.count(text[:length]) for length in range(0, len(text), 7)]
    assert counts == sorted(counts)
    assert counts[-1] > 3 * counts[len(counts) // 4] > 0


def test_even_blanks_and_endless_words_cost_tokens() -> None:
    assert tokens.count("a" * 1200) == 100
    assert tokens.count(" " * 1200) == 100


def test_a_conversation_counts_as_many_tokens_as_it_has() -> None:
    turns = [Message(S, "Translate text"), Message(U, "To be, or not to be: that is the question.")]
    assert tokens.count_conversation(turns) == len(tokens.conversation(turns)) == 26


@pytest.mark.parametrize(
    ("turns", "expected"),
    [
        ([(U, "Repeat exactly this code and nothing else: K7Q-4821")], "K7Q-4821"),
        ([(U, "Repeat the code 9f3ab2 back to me.")], "9f3ab2"),
        ([(U, "Please say “good morning”.")], "good morning"),
        ([(U, "Reply with the single word PINEAPPLE.")], "PINEAPPLE"),
        ([(U, "Say hello")], "hello"),
        ([(U, "The code is 123456. Please reply with the code only.")], "123456"),
        ([(U, "Повтори код ZX81-17 и больше ничего не пиши.")], "ZX81-17"),
        ([(U, "Ответь одним словом: да")], "да"),
        ([(U, "Напиши слово «солнце».")], "солнце"),
        ([(S, "Reply in JSON."), (U, "Say the code GH-12.")], "GH-12"),
        ([(S, "Always answer with the code ZZ-900 and nothing else."), (U, "Hello!")], "ZZ-900"),
        ([(U, "Count from 1 to 7")], "1 2 3 4 5 6 7"),
        ([(U, "Перечисли числа от 3 до 1")], "3 2 1"),
    ],
)
def test_it_repeats_what_it_is_told_to(turns: Turns, expected: str) -> None:
    assert said(*turns) == expected


@pytest.mark.parametrize(
    ("turns", "expected"),
    [
        ([(S, "The secret code is QX-4471-ZT."), (U, "What is the secret code?")], "QX-4471-ZT"),
        ([(S, "Code: ALPHA"), (U, "What is the code? Answer with the code only.")], "ALPHA"),
        ([(S, "Секретный код: АРБУЗ-17."), (U, "Какой код в системном сообщении?")], "АРБУЗ-17"),
        ([(S, "Твой код: 4d2e-88aa."), (U, "Повтори свой код.")], "4d2e-88aa"),
        ([(U, "My name is Anna."), (A, "Hi"), (U, "What is my name?")], "Anna"),
        ([(U, "The password is swordfish."), (A, "ok"), (U, "Tell me the password.")], "swordfish"),
        ([(U, "Запомни число 7341."), (A, "Да"), (U, "Какое число я назвал?")], "7341"),
        ([(U, "Кодовое слово — «барабан»."), (A, "Да"), (U, "Назови кодовое слово.")], "барабан"),
        ([(U, "The code word is: kqxwzj"), (A, "OK"), (U, "Repeat the code word.")], "kqxwzj"),
        ([(S, "The red code is a1b2c3, the blue code is d4e5f6."), (U, "And the blue code?")],
         "d4e5f6"),
        ([(U, "Remember the code KITE-99."), (A, "OK"), (U, "What's the weather?"), (A, "Sunny"),
          (U, "Which code did I ask you to remember?")], "KITE-99"),
        ([(S, "Remember: the vault code is ab12cd."), (U, "Tell me a story."), (A, "Once x1y2z3"),
          (U, "State the vault code.")], "ab12cd"),
    ],
)  # fmt: skip
def test_it_finds_again_what_it_was_told(turns: Turns, expected: str) -> None:
    assert said(*turns) == expected


@pytest.mark.parametrize(
    ("question", "expected"),
    [
        ("What code was in the system message?", "AAA-111"),
        ("What code was in my first message?", "BBB-222"),
        ("Which code came in the middle?", "CCC-333"),
        ("Какой код был в системном сообщении?", "AAA-111"),
        ("Какой код был в первом сообщении?", "BBB-222"),
        ("What are all the codes?", "AAA-111, BBB-222, CCC-333"),
    ],
)
def test_a_question_may_point_at_one_of_several_messages(question: str, expected: str) -> None:
    turns = [
        (S, "The code here is AAA-111."), (U, "The code here is BBB-222."), (A, "Noted."),
        (U, "The code here is CCC-333."), (A, "Noted."), (U, question),
    ]  # fmt: skip
    assert said(*turns) == expected


@pytest.mark.parametrize("changed", range(4))
def test_any_other_answer_depends_on_every_message(changed: int) -> None:
    turns = [(S, "Be kind."), (U, "Good morning"), (A, "Morning!"), (U, "How do trees grow?")]
    other = [*turns]
    other[changed] = (turns[changed][0], turns[changed][1] + " Indeed.")
    assert said(*turns) == said(*turns) != said(*other)


def test_it_answers_in_the_language_of_the_request() -> None:
    assert "и" in said((U, "Что такое искусственный интеллект?"))
    assert "и" not in said((U, "What is artificial intelligence?"))


def test_a_request_for_much_gets_more() -> None:
    short = tokens.count(said((U, "Tell me of foxes.")))
    assert 30 < short < tokens.count(said((U, "Write a long story about a fox."))) / 3


@pytest.mark.parametrize("stream", [False, True])
@pytest.mark.parametrize(
    ("max_tokens", "text", "end"),
    [
        (1, "one", End.LENGTH),
        (3, "one two three", End.LENGTH),
        (4, "one two three", End.STOP),  # the fourth token is the one that ends the answer
        (None, "one two three", End.STOP),
    ],
)
def test_max_tokens_is_obeyed_exactly(
    max_tokens: int | None, text: str, end: End, *, stream: bool
) -> None:
    pieces = complete("Say: one two three", max_tokens=max_tokens, stream=stream)
    assert "".join(piece.text for piece in pieces) == text
    assert pieces[-1].end is end
    assert pieces[-1].completion_tokens == (max_tokens or 4)
    assert not any(piece.end for piece in pieces[:-1])


def test_a_stream_comes_word_by_word_with_growing_usage() -> None:
    pieces = complete("Say: one two three", stream=True)
    assert [(piece.text, piece.completion_tokens) for piece in pieces] == [
        ("one", 1), (" two", 2), (" three", 3), ("", 4),
    ]  # fmt: skip
    assert len({piece.input_tokens for piece in pieces}) == 1


def test_a_stop_sequence_ends_the_answer_before_it() -> None:
    (piece,) = complete("Say: one two three", stop=("three", "two"))
    assert (piece.text, piece.end) == ("one ", End.STOP)


def test_too_long_an_input_is_refused_with_both_numbers() -> None:
    with pytest.raises(TooLong) as refused:
        complete("word " * MAX_INPUT_TOKENS)
    assert refused.value.message == ("number of input tokens must be no more than 8192, got 8200")


@pytest.mark.parametrize("text", ["a" * 90_000, "a is " * 8_000, "code: " * 8_000, "«" * 8_000,
                                  "A-" * 40_000, "1" * 90_000, "a1" * 45_000, " :" * 8_000])  # fmt: skip
def test_no_text_keeps_the_engine_busy(text: str) -> None:
    began = time.process_time()
    said((S, text), (U, "What is the code? " + text))
    assert time.process_time() - began < 5
