"""Mutants of the JSON mapping: what stands in answers, and which requests are understood."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any

from reference_server.delivery import WrongBody
from reference_server.yandex import json_requests
from reference_server.yandex.json_requests import JsonMessage, WrongJson
from tests.mutants.mutant import patches
from tests.mutants.yandex.planting import REST, edit, edit_alternative

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.mutants.yandex.planting import Json

ONLY_REST = (REST,)


def _as_number(kind: str, *names: str) -> None:
    def numbers(body: Json) -> None:
        holder = body["usage"] if kind == "completion" else body
        for name in names:
            holder[name] = int(holder[name])

    edit(kind, numbers, over=ONLY_REST)


@patches(kills=("YC-JSON-1",))
def input_tokens_as_number() -> None:
    """`inputTextTokens` is a JSON number."""
    _as_number("completion", "inputTextTokens")


@patches(kills=("YC-JSON-2",))
def completion_tokens_as_number() -> None:
    """`completionTokens` is a JSON number."""
    _as_number("completion", "completionTokens")


@patches(kills=("YC-JSON-3",))
def total_tokens_as_number() -> None:
    """`totalTokens` is a JSON number."""
    _as_number("completion", "totalTokens")


@patches(kills=("YC-JSON-1", "YC-JSON-2", "YC-JSON-3"), all_of=True)
def counts_as_numbers() -> None:
    """Every int64 of a completion is a JSON number."""
    _as_number("completion", "inputTextTokens", "completionTokens", "totalTokens")


@patches(kills=("YC-JSON-4",))
def num_tokens_as_number() -> None:
    """`numTokens` is a JSON number."""
    _as_number("embedding", "numTokens")


@patches(kills=("YC-JSON-5",))
def status_as_number() -> None:
    """`status` is the number of the enumeration's value."""
    edit_alternative(lambda one: one.update(status=3), over=ONLY_REST)


@patches(kills=("YC-JSON-5",))
def status_in_short() -> None:
    """`status` lacks the prefix of the enumeration."""
    short = lambda one: one.update(status=one["status"].removeprefix("ALTERNATIVE_STATUS_"))  # noqa: E731
    edit_alternative(short, over=ONLY_REST)


def _embedding_as(write: Callable[[float], Any]) -> None:
    change = lambda body: body.update(embedding=[write(one) for one in body["embedding"]])  # noqa: E731
    edit("embedding", change, over=ONLY_REST)


@patches(kills=("YC-JSON-6",), edition="hosted")
def embedding_as_texts_when_hosted() -> None:
    """The hosted service writes the numbers of `embedding` as texts."""
    _embedding_as(str)


@patches(kills=("YC-JSON-7",))
def embedding_as_words() -> None:
    """The numbers of `embedding` are texts with a comma."""
    _embedding_as(lambda one: str(one).replace(".", ","))


@patches(kills=("YC-JSON-8",), outcome="warns")
def embedding_as_texts() -> None:
    """The numbers of `embedding` are decimal texts, as the Hybrid document prints them."""
    _embedding_as(lambda one: f"{one:.8f}")


def _confidence_as(write: Callable[[float], Any]) -> None:
    def written(body: Json) -> None:
        for row in body["predictions"]:
            row["confidence"] = write(row["confidence"])

    edit("classification", written, over=ONLY_REST)


@patches(kills=("YC-JSON-9",), edition="hosted")
def confidence_as_text_when_hosted() -> None:
    """The hosted service writes `confidence` as a text."""
    _confidence_as(str)


@patches(kills=("YC-JSON-10",))
def confidence_as_word() -> None:
    """`confidence` is a word."""
    _confidence_as(lambda one: "high" if one > 0.5 else "low")


@patches(kills=("YC-JSON-11",), outcome="warns")
def confidence_as_text() -> None:
    """`confidence` is a decimal text, as the Hybrid document prints it."""
    _confidence_as(lambda one: f"{one:.8f}")


@patches(kills=("YC-JSON-12",))
def answers_in_snake_case() -> None:
    """Answers are named as in the proto."""

    def snake(body: Json) -> None:
        body["model_version"] = body["modelVersion"]

    edit("completion", snake, over=ONLY_REST)


@patches(kills=("YC-JSON-13",), outcome="warns")
def answers_with_more() -> None:
    """Completions have an `id`."""
    edit("completion", lambda body: body.update(id="1"), over=ONLY_REST)


def _before(name: str, look: Callable[[Any], None]) -> None:
    """Look at a body before it is read; `look` may raise WrongJson."""
    read = getattr(json_requests, name)

    def looking(body: Any) -> Any:
        look(body)
        return read(body)

    setattr(json_requests, name, looking)


def _refuse(name: str, pattern: str) -> None:
    def look(body: Any) -> None:
        if re.search(pattern, json.dumps(body)):
            raise WrongJson("planted: it is not understood")

    _before(name, look)


@patches(kills=("YC-JSON-14",))
def max_tokens_as_text_refused() -> None:
    """`maxTokens` must not be a text."""
    _refuse("completion_request", r'"maxTokens": "\d')


@patches(kills=("YC-JSON-15",))
def max_tokens_as_number_refused() -> None:
    """`maxTokens` must not be a number."""
    _refuse("completion_request", r'"maxTokens": \d')


@patches(kills=("YC-JSON-16",))
def completion_in_snake_case_refused() -> None:
    """`model_uri` is not known to completion."""
    _refuse("completion_request", '"model_uri"')


@patches(kills=("YC-JSON-17",))
def embedding_in_snake_case_refused() -> None:
    """`model_uri` is not known to textEmbedding."""
    _refuse("embedding_request", '"model_uri"')


@patches(kills=("YC-JSON-18",))
def classification_in_snake_case_refused() -> None:
    """`task_description` is not known to fewShotTextClassification."""
    _refuse("few_shot_request", '"task_description"')


def _lenient(name: str, read: Callable[[Any, str], Any]) -> None:
    """Replace the getter of one kind of field by one that takes anything."""
    strict = getattr(JsonMessage, name)

    def getter(self: JsonMessage, field: str) -> Any:
        try:
            return strict(self, field)
        except WrongJson:
            return read(self._fields.get(field), field)

    setattr(JsonMessage, name, getter)


@patches(kills=("YC-JSON-19",))
def texts_of_any_type() -> None:
    """Whatever stands where a text belongs is written out as one."""
    _lenient(
        "string", lambda value, field: "gpt://0/general" if field == "modelUri" else str(value)
    )


@patches(kills=("YC-JSON-19",))
def temperature_of_any_type() -> None:
    """A temperature that is no number is passed over."""
    _lenient("double", lambda value, field: None)


@patches(kills=("YC-JSON-19",))
def stream_of_any_type() -> None:
    """Any `stream` but false is true."""
    _lenient("boolean", lambda value, field: bool(value))


@patches(kills=("YC-JSON-20",))
def max_tokens_without_bound() -> None:
    """A `maxTokens` beyond int64 is cut to the largest."""

    def bounded(value: Any, _field: str) -> int | None:
        if str(value).lstrip("-").isdecimal():
            return min(int(value), 2**63 - 1)
        raise WrongJson("maxTokens must be an int64")

    _lenient("int64", bounded)


@patches(kills=("YC-JSON-21",))
def max_tokens_of_any_kind() -> None:
    """A `maxTokens` that is no whole number is passed over."""

    def whole(value: Any, _field: str) -> int | None:
        if str(value).lstrip("-").isdecimal():
            raise WrongJson("maxTokens must be an int64")
        return None

    _lenient("int64", whole)


def _read_otherwise(make: Callable[[bytes], Any]) -> None:
    """Where a body is refused, read it in another way; None keeps the refusal."""
    from reference_server.yandex import rest

    original = rest.read_json

    async def read(request: Any) -> Any:
        content = bytearray()
        receive = request._receive

        async def remembering() -> Any:
            message = await receive()
            content.extend(message.get("body", b""))
            return message

        request._receive = remembering
        try:
            return await original(request)
        except WrongBody:
            found = make(bytes(content))
            if found is None:
                raise
            return found

    rest.read_json = read


GOOD = {
    "modelUri": "gpt://0/general",
    "messages": [{"role": "user", "text": "Hello."}],
    "completionOptions": {"maxTokens": 5},
}


@patches(kills=("YC-JSON-22",), check="test_not_json")
def not_json_is_a_greeting() -> None:
    """A body that is not JSON is taken for a greeting."""
    _read_otherwise(lambda content: GOOD if content and not content.endswith(b"}") else None)


@patches(kills=("YC-JSON-23",))
def trailing_garbage_ignored() -> None:
    """What follows the JSON of the body is passed over."""

    def first(content: bytes) -> Any:
        try:
            return json.JSONDecoder().raw_decode(content.decode())[0]
        except ValueError:
            return None

    _read_otherwise(first)


@patches(kills=("YC-JSON-24",))
def empty_body_is_a_greeting() -> None:
    """An empty body is taken for a greeting."""
    _read_otherwise(lambda content: None if content else GOOD)


@patches(kills=("YC-JSON-25",))
def lists_unpacked() -> None:
    """A list of one request is taken for the request."""
    from reference_server.yandex import rest

    original = rest.read_json

    async def read(request: Any) -> Any:
        body = await original(request)
        return body[0] if isinstance(body, list) else body

    rest.read_json = read


@patches(kills=("YC-JSON-26",))
def latin_one_taken() -> None:
    """A body that is not UTF-8 is read as Latin-1."""

    def latin(content: bytes) -> Any:
        try:
            content.decode()
        except UnicodeDecodeError:
            return json.loads(content.decode("latin-1"))
        return None

    _read_otherwise(latin)


class Broken(RuntimeError):
    """Nobody catches this, as nobody catches what was not thought of."""


def _crash(content: bytes) -> None:
    raise Broken(f"planted: {len(content)} bytes")


@patches(kills=("YC-JSON-27",))
def breaks_on_lone_surrogates() -> None:
    """A lone surrogate is an internal error."""
    _read_otherwise(lambda content: _crash(content) if b"\\ud" in content else None)


@patches(kills=("YC-JSON-28",))
def breaks_on_deep_nesting() -> None:
    """Deep nesting is an internal error."""
    _read_otherwise(lambda content: _crash(content) if len(content) > 100_000 else None)


@patches(kills=("YC-JSON-29",))
def breaks_on_content_types() -> None:
    """Another content type is an internal error."""
    _read_otherwise(lambda content: _crash(content) if content.endswith(b"}") else None)


@patches(kills=("YC-JSON-30",), outcome="warns")
def any_content_type() -> None:
    """Any content type is taken for JSON."""

    def anything(content: bytes) -> Any:
        try:
            return None if b"\\ud" in content else json.loads(content)
        except (ValueError, RecursionError):
            return None

    _read_otherwise(anything)
