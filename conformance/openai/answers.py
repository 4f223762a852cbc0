"""Completions taken apart for the checks: whole ones and streamed ones.

Reading is forgiving, so that one wrong member does not hide what the others say; what cannot be
read at all raises Unexpected.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

from conformance.exchange import Answer, NoAnswer, Unexpected, answered
from conformance.openai.sse import DONE, EventStream, read_events

if TYPE_CHECKING:
    from collections.abc import Iterator

Json = dict[str, Any]


@dataclass(frozen=True)
class Usage:
    """Token counts; a count that is missing or no number raises Unexpected when it is read."""

    fields: Any
    by: Answer

    @property
    def prompt(self) -> int:
        """Tokens of the messages."""
        return self._count("prompt_tokens")

    @property
    def completion(self) -> int:
        """Tokens of the answer."""
        return self._count("completion_tokens")

    @property
    def total(self) -> int:
        """Tokens that the answer cost."""
        return self._count("total_tokens")

    def _count(self, name: str) -> int:
        value = self.fields.get(name) if isinstance(self.fields, dict) else None
        if not isinstance(value, int) or isinstance(value, bool):
            raise Unexpected(expected=f"usage.{name}", got=repr(value), by=self.by)
        return value


@dataclass(frozen=True)
class Completion:
    """A whole answer. Raises Unexpected when it is made of anything but a 200 with JSON."""

    answer: Answer

    @classmethod
    def of(cls, got: Answer | NoAnswer) -> Completion:
        """The completion that this answer carries."""
        completion = cls(answered(got).expect(200))
        _ = completion.body
        return completion

    @cached_property
    def body(self) -> Json:
        """The answer as a JSON object."""
        body = self.answer.json
        if not isinstance(body, dict):
            raise Unexpected(expected="a JSON object", got=self.answer.summary, by=self.answer)
        return body

    @property
    def choices(self) -> list[Json]:
        """The choices that are objects."""
        return _objects(self.body.get("choices"))

    @property
    def text(self) -> str:
        """The text of the first choice."""
        return self.texts[0]

    @property
    def texts(self) -> list[str]:
        """The text of every choice; raises Unexpected where there is none."""
        found = [_object(choice.get("message")).get("content") for choice in self.choices]
        texts = [text for text in found if isinstance(text, str)]
        if not texts or len(texts) < len(found):
            raise Unexpected(expected="a text", got=self.answer.summary, by=self.answer)
        return texts

    @property
    def finish_reason(self) -> object:
        """Of the first choice."""
        return self.choices[0].get("finish_reason") if self.choices else None

    @property
    def usage(self) -> Usage:
        """What the answer cost."""
        return Usage(self.body.get("usage"), self.answer)


@dataclass(frozen=True)
class Streamed:
    """A streamed answer."""

    answer: Answer

    @classmethod
    def of(cls, got: Answer | NoAnswer) -> Streamed:
        """The stream that this answer is; raises Unexpected when it holds no chunk at all."""
        streamed = cls(answered(got).expect(200))
        if not streamed.chunks:
            raise Unexpected(
                expected="events with JSON objects", got=streamed.answer.summary, by=streamed.answer
            )
        return streamed

    @cached_property
    def events(self) -> EventStream:
        """The events as they arrived."""
        return read_events(self.answer.chunks)

    @cached_property
    def timed_chunks(self) -> tuple[tuple[float, Json], ...]:
        """Every event that holds a JSON object, with its time in seconds since the request."""
        parsed = ((event.at_s, _parsed(event.payload)) for event in self.events.events)
        return tuple((at_s, chunk) for at_s, chunk in parsed if isinstance(chunk, dict))

    @property
    def chunks(self) -> tuple[Json, ...]:
        """Every event that holds a JSON object."""
        return tuple(chunk for _, chunk in self.timed_chunks)

    @property
    def no_objects(self) -> list[str]:
        """The payloads, but for `[DONE]`, that are no JSON object."""
        payloads = [event.payload for event in self.events.events if event.payload != DONE]
        return [one for one in payloads if not isinstance(_parsed(one), dict)]

    def choices(self, index: int | None = None) -> Iterator[tuple[float, Json]]:
        """The parts of one choice (default: of all), each with its time."""
        for at_s, chunk in self.timed_chunks:
            for choice in _objects(chunk.get("choices")):
                if index is None or choice.get("index") == index:
                    yield at_s, choice

    def deltas(self, index: int = 0) -> list[tuple[float, str]]:
        """The pieces of text of one choice that are not empty, each with its time."""
        pieces = (
            (at_s, _object(choice.get("delta")).get("content"))
            for at_s, choice in self.choices(index)
        )
        return [(at_s, piece) for at_s, piece in pieces if isinstance(piece, str) and piece]

    def text(self, index: int = 0) -> str:
        """The deltas of one choice, joined."""
        return "".join(piece for _, piece in self.deltas(index))

    def finish_reasons(self, index: int = 0) -> list[object]:
        """Every `finish_reason` of one choice that is not null."""
        reasons = (choice.get("finish_reason") for _, choice in self.choices(index))
        return [reason for reason in reasons if reason is not None]

    @property
    def indices(self) -> list[object]:
        """The index of every choice, in order of their first part."""
        return list(dict.fromkeys(repr(choice.get("index")) for _, choice in self.choices()))

    def values(self, name: str) -> list[object]:
        """The different values that a member has over all chunks."""
        found: list[object] = []
        for chunk in self.chunks:
            if chunk.get(name) not in found:
                found.append(chunk.get(name))
        return found

    @property
    def usage_chunks(self) -> list[Json]:
        """The chunks that carry a usage, or no choice."""
        return [one for one in self.chunks if one.get("usage") or one.get("choices") == []]

    @property
    def usage(self) -> Usage:
        """The usage of the last chunk that has one; raises Unexpected when none has."""
        with_usage = [chunk["usage"] for chunk in self.chunks if chunk.get("usage")]
        if not with_usage:
            raise Unexpected(
                expected="a chunk with the usage", got=self.answer.summary, by=self.answer
            )
        return Usage(with_usage[-1], self.answer)


def _parsed(payload: str) -> Any:
    try:
        return json.loads(payload)
    except (ValueError, RecursionError):
        return None


def _object(value: Any) -> Json:
    return value if isinstance(value, dict) else {}


def _objects(value: Any) -> list[Json]:
    return [one for one in value if isinstance(one, dict)] if isinstance(value, list) else []
