"""Requests drawn at random: every valid combination, and each with exactly one thing wrong."""

from __future__ import annotations

import string
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from hypothesis import strategies as st

from conformance.yandex.methods import COMPLETION, EMBEDDING, FEW_SHOT, Call, Method, user

if TYPE_CHECKING:
    from collections.abc import Mapping

    from hypothesis.strategies import DrawFn, SearchStrategy

    from conformance.yandex.models import Models

MOST_TOKENS = 30
"""Answers stay short: what is drawn is how a request looks, not how much it generates."""
_ALPHABET = (
    string.ascii_letters
    + string.digits
    + " .,:;!?-()\"'\n"
    + "абвгдежзийклмнопрстуфхцчшщъыьэюяёЁ«»—№"
    + "äßñçλ中文字日本語😀🦔"
)


def _texts(most: int = 60) -> SearchStrategy[str]:
    """Texts with at least one word: a text of spaces may be taken for an empty one."""
    return st.text(_ALPHABET, max_size=most).map(lambda text: f"On {text}")


@st.composite
def _conversations(draw: DrawFn) -> list[dict[str, Any]]:
    texts = draw(st.lists(_texts(), min_size=1, max_size=4))
    roles = [draw(st.sampled_from(["user", "assistant"])) for _ in texts[:-1]]
    messages = [{"role": role, "text": text} for role, text in zip(roles, texts, strict=False)]
    if draw(st.booleans()):
        messages.insert(0, {"role": "system", "text": draw(_texts())})
    return [*messages, user(texts[-1])]


@st.composite
def _options(draw: DrawFn) -> dict[str, Any]:
    found: dict[str, Any] = {"maxTokens": draw(st.integers(1, MOST_TOKENS))}
    if draw(st.booleans()):
        found["maxTokens"] = str(found["maxTokens"])
    if draw(st.booleans()):
        found["stream"] = draw(st.booleans())
    if draw(st.booleans()):
        found["temperature"] = draw(st.sampled_from([0, 1, 0.3, 0.5, 1e-9, 0.999]))
    return found


@st.composite
def _tasks(draw: DrawFn) -> dict[str, Any]:
    labels = draw(st.lists(_texts(12), min_size=2, max_size=20, unique_by=str.strip))
    found: dict[str, Any] = {
        "taskDescription": draw(_texts()),
        "labels": labels,
        "text": draw(_texts()),
    }
    if draw(st.booleans()):
        sample = st.fixed_dictionaries({"text": _texts(), "label": st.sampled_from(labels)})
        found["samples"] = draw(st.lists(sample, max_size=3))
    return found


@st.composite
def _valid_calls(draw: DrawFn, models: Models, method: Method) -> Call:
    body: dict[str, Any]
    if method is COMPLETION:
        body = {"completionOptions": draw(_options()), "messages": draw(_conversations())}
    elif method is EMBEDDING:
        body = {"text": draw(_texts(400))}
    else:
        body = draw(_tasks())
    return Call(method, {"modelUri": models.of(method), **body})


def valid_calls(models: Models) -> list[SearchStrategy[Call]]:
    """Calls that must be answered, a kind for each method."""
    return [_valid_calls(models, method) for method in (COMPLETION, EMBEDDING, FEW_SHOT)]


@dataclass(frozen=True)
class Wrong:
    """A call with one thing wrong, and what that is."""

    what: str
    call: Call


def invalid_calls(models: Models) -> list[SearchStrategy[Wrong]]:
    """Calls that must be refused with code 3: valid ones with one thing made wrong, a kind each."""
    lost = {"modelUri": st.none()}
    words = {"modelUri": st.text(string.ascii_letters, min_size=1)}
    kinds: list[tuple[Method, str, dict[str, SearchStrategy[Any]]]] = [
        *((method, "no model", lost) for method in (COMPLETION, EMBEDDING, FEW_SHOT)),
        *((method, "no uri", words) for method in (COMPLETION, EMBEDDING, FEW_SHOT)),
        (COMPLETION, "no messages", {"messages": st.just([])}),
        (EMBEDDING, "no text", {"text": st.just("")}),
        (FEW_SHOT, "too many labels", {"labels": _many_labels(), "samples": st.just([])}),
        (FEW_SHOT, "no labels", {"labels": st.just([]), "samples": st.just([])}),
    ]
    options = [
        ("just too cold", "temperature", st.floats(-1, -1e-6)),
        ("cold", "temperature", st.floats(-1e6, -1)),
        ("just too hot", "temperature", st.floats(1 + 1e-6, 2)),
        ("hot", "temperature", st.floats(2.001, 1e6)),
        ("maxTokens", "maxTokens", st.integers(-(2**63), 0).map(str)),
    ]
    return [
        _foreign_roles(models),
        *(_spoilt(models, method, what, fields) for method, what, fields in kinds),
        *(_spoilt_options(models, what, name, values) for what, name, values in options),
    ]


@st.composite
def _foreign_roles(draw: DrawFn, models: Models) -> Wrong:
    call = draw(_valid_calls(models, COMPLETION))
    messages = [dict(one) for one in call.body["messages"]]
    role = draw(st.text(string.ascii_lowercase, min_size=1).map(lambda text: f"x{text}"))
    messages[draw(st.integers(0, len(messages) - 1))]["role"] = role
    return Wrong("role", call.but(messages=messages))


@st.composite
def _spoilt(
    draw: DrawFn,
    models: Models,
    method: Method,
    what: str,
    fields: Mapping[str, SearchStrategy[Any]],
) -> Wrong:
    call = draw(_valid_calls(models, method))
    return Wrong(what, call.but(**{name: draw(values) for name, values in fields.items()}))


@st.composite
def _spoilt_options(
    draw: DrawFn, models: Models, what: str, name: str, values: SearchStrategy[Any]
) -> Wrong:
    call = draw(_valid_calls(models, COMPLETION))
    options = {**call.body["completionOptions"], name: draw(values)}
    return Wrong(what, call.but(completionOptions=options))


def _many_labels() -> SearchStrategy[list[str]]:
    return st.integers(21, 60).map(lambda count: [f"label {number}" for number in range(count)])
