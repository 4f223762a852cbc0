"""Calls that must be refused: one of every class that the contract names."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from conformance.yandex.methods import COMPLETION, EMBEDDING, FEW_SHOT, user
from conformance.yandex.models import folder_of
from conformance.yandex.outcome import INVALID_ARGUMENT, NOT_FOUND
from conformance.yandex.service import LABELS

if TYPE_CHECKING:
    from conformance.yandex.methods import Call, Method
    from conformance.yandex.service import Service

Refusable = tuple[str, "Call", tuple[int, ...]]
LONGEST_TEXT = 100_000
MOST_LABELS = 20
_BAD = (INVALID_ARGUMENT,)
_UNKNOWN = (INVALID_ARGUMENT, NOT_FOUND)


def refusable(service: Service) -> list[Refusable]:
    """Each with its row and the codes that it may be refused with."""
    return [*completions(service), *embeddings(service), *classifications(service)]


def unknown_model(service: Service, method: Method) -> str:
    """The URI of a model that no installation has, in the folder of the one that it has."""
    folder = folder_of(service.models.of(COMPLETION))
    return f"{method.scheme}://{folder}/no-such-model-{service.codes('model')[0].lower()}"


def completions(service: Service) -> list[Refusable]:
    """Completions that must be refused."""
    good = service.completing([user("Hello.")], max_tokens=20)

    def options(**changed: Any) -> Call:
        return good.but(completionOptions={**good.body["completionOptions"], **changed})

    return [
        ("ERR-1", good.but(modelUri=None), _BAD),
        ("ERR-2", good.but(modelUri=""), _BAD),
        ("ERR-3", good.but(modelUri=unknown_model(service, COMPLETION)), _UNKNOWN),
        ("ERR-4", good.but(modelUri="general"), _BAD),
        ("ERR-4", good.but(modelUri="gpt://"), _BAD),
        ("ERR-5", good.but(messages=[{"role": "moderator", "text": "Hello."}]), _BAD),
        ("ERR-5", good.but(messages=[user("Hello."), {"role": "", "text": "Hello."}]), _BAD),
        ("ERR-6", good.but(messages=None), _BAD),
        ("ERR-6", good.but(messages=[]), _BAD),
        ("ERR-7", options(temperature=-0.01), _BAD),
        ("ERR-8", options(temperature=1.01), _BAD),
        ("ERR-8", options(temperature=2), _BAD),
        ("ERR-9", options(maxTokens="0"), _BAD),
        ("ERR-10", options(maxTokens="-1"), _BAD),
    ]


def embeddings(service: Service) -> list[Refusable]:
    """Embeddings that must be refused."""
    good = service.embedding("Hello.")
    return [
        ("ERR-11", good.but(modelUri=None), _BAD),
        ("ERR-12", good.but(modelUri=unknown_model(service, EMBEDDING)), _UNKNOWN),
        ("ERR-13", good.but(text=""), _BAD),
        ("ERR-14", good.but(text="ten chars " * (LONGEST_TEXT // 10) + "x"), _BAD),
    ]


def classifications(service: Service) -> list[Refusable]:
    """Classifications that must be refused."""
    good = service.classifying("The acid turned red.")
    many = [f"topic {number}" for number in range(MOST_LABELS + 1)]
    foreign = [{"text": "A goal in the last minute.", "label": "weather"}]
    return [
        ("ERR-15", good.but(modelUri=None), _BAD),
        ("ERR-16", good.but(modelUri=unknown_model(service, FEW_SHOT)), _UNKNOWN),
        ("ERR-17", good.but(labels=many), _BAD),
        ("ERR-18", good.but(labels=None), _BAD),
        ("ERR-19", good.but(labels=LABELS[:1]), _BAD),
        ("ERR-20", good.but(labels=[*LABELS, LABELS[0]]), _BAD),
        ("ERR-21", good.but(samples=foreign), _BAD),
        ("ERR-22", good.but(text=""), _BAD),
    ]
