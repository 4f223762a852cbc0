"""Which model is asked by which method: given with --model-uri, or found by trying."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from conformance.judging import NotTestable
from conformance.yandex.methods import COMPLETION, EMBEDDING, FEW_SHOT, METHODS, TUNED

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from conformance.yandex.methods import Method

HYBRID_MODEL = "gpt://0/general"
_CANDIDATES: Mapping[Method, tuple[str, ...]] = {
    COMPLETION: ("general", "yandexgpt/latest"),
    EMBEDDING: ("general", "text-search-doc/latest"),
    FEW_SHOT: ("general", "yandexgpt/latest", "yandexgpt-lite/latest"),
}


@dataclass(frozen=True)
class Models:
    """The model URI of each method by its name; a method without one was refused every model."""

    uris: Mapping[str, str]

    def of(self, method: Method) -> str:
        """The model to ask. Raises NotTestable where none is known."""
        if method.scheme == COMPLETION.scheme:
            method = COMPLETION
        if method.name not in self.uris:
            reason = f"no model of {method.name} is known: give --model-uri {method.name}=URI"
            raise NotTestable(reason, "not_selected" if method is TUNED else "prerequisite")
        return self.uris[method.name]


def given(options: Iterable[str]) -> dict[str, str]:
    """The models of --model-uri: `METHOD=URI`, or a URI for every method of its scheme."""
    by_name: dict[str, str] = {}
    for option in options:
        name, equals, uri = option.partition("=")
        if equals and any(method.name == name for method in METHODS):
            by_name[name] = uri
            continue
        for method in METHODS:
            if option.startswith(f"{method.scheme}://") and method is not TUNED:
                by_name.setdefault(method.name, option)
    return by_name


def candidates(method: Method, folder: str) -> list[str]:
    """The models that an installation may have for this method."""
    return [f"{method.scheme}://{folder}/{name}" for name in _CANDIDATES[method]]


def folder_of(model_uri: str) -> str:
    """The folder of a model URI: 0 in a Hybrid installation."""
    return model_uri.partition("://")[2].partition("/")[0]
