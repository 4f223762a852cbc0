"""Requests drawn at random: every valid combination, and each with exactly one thing wrong."""

from __future__ import annotations

import string
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from hypothesis import strategies as st

from conformance.yandex.methods import COMPLETION, EMBEDDING, FEW_SHOT, Call, Method, user

if TYPE_CHECKING:
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


def valid_calls(models: Models) -> SearchStrategy[Call]:
    """A call of any of the three methods that must be answered."""
    methods = st.sampled_from([COMPLETION, EMBEDDING, FEW_SHOT])
    return methods.flatmap(lambda method: _valid_calls(models, method))


@dataclass(frozen=True)
class Wrong:
    """A call with one thing wrong, and what that is."""

    what: str
    call: Call


_FAULTS: tuple[tuple[Method, str], ...] = (
    *(
        (method, what)
        for method in (COMPLETION, EMBEDDING, FEW_SHOT)
        for what in ("no model", "no uri")
    ),
    *((COMPLETION, what) for what in ("role", "messages", "cold", "hot", "maxTokens")),
    (EMBEDDING, "empty"),
    (FEW_SHOT, "labels"),
    (FEW_SHOT, "no labels"),
)


@st.composite
def invalid_calls(draw: DrawFn, models: Models) -> Wrong:
    """A call that must be refused with code 3: a valid one with one thing made wrong."""
    method, what = draw(st.sampled_from(_FAULTS))
    call = draw(_valid_calls(models, method))
    options = call.body.get("completionOptions", {})
    if what == "no model":
        return Wrong(what, call.but(modelUri=None))
    if what == "no uri":
        return Wrong(what, call.but(modelUri=draw(st.text(string.ascii_letters, min_size=1))))
    if what == "role":
        messages = [dict(one) for one in call.body["messages"]]
        wrong = draw(st.text(string.ascii_lowercase, min_size=1).map(lambda text: f"x{text}"))
        messages[draw(st.integers(0, len(messages) - 1))]["role"] = wrong
        return Wrong(what, call.but(messages=messages))
    faults: dict[str, dict[str, Any]] = {
        "messages": {"messages": []},
        "cold": {"completionOptions": {**options, "temperature": -draw(_excess())}},
        "hot": {"completionOptions": {**options, "temperature": 1 + draw(_excess())}},
        "maxTokens": {
            "completionOptions": {**options, "maxTokens": str(draw(st.integers(-(2**63), 0)))}
        },
        "empty": {"text": ""},
        "labels": {
            "labels": [f"label {number}" for number in range(draw(st.integers(21, 60)))],
            "samples": [],
        },
        "no labels": {"labels": [], "samples": []},
    }
    return Wrong(what, call.but(**faults[what]))


def _excess() -> SearchStrategy[float]:
    return st.floats(1e-6, 1e6)
