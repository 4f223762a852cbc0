"""How the suite talks to a chat service: messages in, completions and streams out."""

from __future__ import annotations

import random
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

from conformance.exchange import Answer, Request, Unexpected
from conformance.openai.answers import Completion, Streamed

if TYPE_CHECKING:
    from collections.abc import Sequence

    from conformance.openai.recognition import OpenaiRecognition
    from conformance.plugin.options import Options
    from conformance.target import Target

Message = dict[str, str]

SYSTEM = "Вы очень полезный ассистент."
QUESTION = "Что такое искусственный интеллект?"
COUNTING = "Count from 1 to 100, separated by single spaces."
COUNTED_TOKENS = 300
"""More than the numbers from 1 to 100 take, even where every character is a token."""
ANSWER_TOKENS = 64
_WORDS = ("ZEBRA", "MAPLE", "ORBIT", "DELTA", "TIGER", "CORAL", "PIXEL", "QUARTZ")


def system(text: str) -> Message:
    """A system message."""
    return {"role": "system", "content": text}


def user(text: str) -> Message:
    """A message of the user."""
    return {"role": "user", "content": text}


def assistant(text: str) -> Message:
    """A message of the assistant."""
    return {"role": "assistant", "content": text}


def codes(seed: int, count: int) -> list[str]:
    """Words that no model says by chance, such as ZEBRA-4821; all different."""
    draw = random.Random(f"codes {seed}")
    numbers = draw.sample(range(1000, 10000), count)
    return [f"{_WORDS[place % len(_WORDS)]}-{number}" for place, number in enumerate(numbers)]


def say_again(code: str) -> str:
    """A request that any model that follows instructions answers with the code."""
    return f"Repeat this code and say nothing else: {code}"


def says(code: str, text: str) -> bool:
    """Whether a text holds the code, or at least its number."""
    return code.rpartition("-")[2] in text


@dataclass
class ChatService:
    """The chat service under test."""

    target: Target
    options: Options
    recognition: OpenaiRecognition

    @property
    def model(self) -> str:
        """The model that the checks ask. Raises Unexpected when there is none."""
        if self.recognition.model is None:
            raise Unexpected(
                expected="a model in /v1/models, or one named with --model-uri chat=NAME",
                got=self.recognition.models.summary,
                by=self.recognition.models,
            )
        return self.recognition.model

    def body(self, messages: Sequence[Message] | str, **fields: Any) -> dict[str, Any]:
        """A chat request's body: at temperature 0, of at most ANSWER_TOKENS, unless given."""
        given = [user(messages)] if isinstance(messages, str) else list(messages)
        return {
            "model": self.model,
            "messages": given,
            "temperature": 0,
            "max_tokens": ANSWER_TOKENS,
        } | fields

    def request(self, messages: Sequence[Message] | str, **fields: Any) -> Request:
        """A chat request; a field given as None is left out."""
        body = {k: v for k, v in self.body(messages, **fields).items() if v is not None}
        return chat_request(body)

    def complete(self, messages: Sequence[Message] | str, **fields: Any) -> Completion:
        """A whole answer. Raises Unexpected when there is none."""
        return Completion.of(self.target.send(self.request(messages, **fields)))

    def stream(self, messages: Sequence[Message] | str, **fields: Any) -> Streamed:
        """A streamed answer. Raises Unexpected when there is none."""
        return Streamed.of(self.target.send(self.request(messages, stream=True, **fields)))

    def all_of(self, requests: Sequence[Request]) -> list[Completion]:
        """Whole answers to requests sent concurrently. Raises Unexpected for the first bad one."""
        return [Completion.of(got) for got in self.target.together(requests)]

    @cached_property
    def question(self) -> Answer:
        """The answer to the question of the contract, asked once. Raises Unexpected."""
        return self.target.ask(self.request([system(SYSTEM), user(QUESTION)]))

    @cached_property
    def question_again(self) -> Answer:
        """The same once more. Raises Unexpected."""
        return self.target.ask(self.request([system(SYSTEM), user(QUESTION)]))

    @cached_property
    def question_streamed(self) -> Answer:
        """The same as a stream with its usage. Raises Unexpected."""
        return self.target.ask(
            self.request(
                [system(SYSTEM), user(QUESTION)],
                stream=True,
                stream_options={"include_usage": True},
            )
        )

    @cached_property
    def question_streamed_plainly(self) -> Answer:
        """The same as a stream without its usage. Raises Unexpected."""
        return self.target.ask(self.request([system(SYSTEM), user(QUESTION)], stream=True))

    @cached_property
    def counted(self) -> Completion:
        """A long answer: the numbers from 1 to 100. Raises Unexpected."""
        return self.complete(COUNTING, max_tokens=COUNTED_TOKENS)


def chat_request(body: Any, *, authorization: str | None = "key") -> Request:
    """POST /v1/chat/completions with this JSON body."""
    return Request("POST", "/v1/chat/completions", json=body, authorization=authorization)
