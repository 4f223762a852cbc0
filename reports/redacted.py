"""Result models with every secret taken out of every field that came from outside.

Redacting values before anything is rendered cannot miss a secret that JSON, XML or HTML would
have written differently, and cannot tear a document apart whose markup contains the same letters.
"""

from __future__ import annotations

import types
import typing
from functools import cache
from typing import TYPE_CHECKING, Any, Literal, TypeVar

import msgspec

from reports.conformance_result import (
    ConformanceResult,
    ContractResult,
    Deviation,
    Finding,
    GroupTitle,
    RequirementResult,
)

if TYPE_CHECKING:
    from collections.abc import Callable

_Model = TypeVar("_Model", bound=msgspec.Struct)

FROM_THE_CATALOGUE: dict[type[msgspec.Struct], frozenset[str]] = {
    ConformanceResult: frozenset({"harness_version"}),
    ContractResult: frozenset({"contract", "title", "edition"}),
    Deviation: frozenset({"requirement"}),
    Finding: frozenset({"check"}),
    GroupTitle: frozenset({"id", "title", "title_ru"}),
    RequirementResult: frozenset({"id", "group", "text", "text_ru", "source", "checks"}),
}
"""Fields that the harness fills from its own data: a short key such as `test` must not eat them."""


def redacted(model: _Model, redact: Callable[[str], str]) -> _Model:
    """Return the model with `redact` applied to every text in it, keys of mappings included.

    Closed vocabularies (Literal fields) and the catalogue's own words stay as they are. What no
    UTF-8 file can hold (lone surrogates of a hostile answer) becomes a question mark.
    """
    return msgspec.structs.replace(
        model,
        **{name: _redacted(getattr(model, name), redact) for name in _open_fields(type(model))},
    )


def _redacted(value: Any, redact: Callable[[str], str]) -> Any:
    if isinstance(value, str):
        return redact(value.encode(errors="replace").decode())
    if isinstance(value, msgspec.Struct):
        return redacted(value, redact)
    if isinstance(value, tuple):
        return tuple(_redacted(item, redact) for item in value)
    if isinstance(value, dict):
        return {_redacted(key, redact): _redacted(item, redact) for key, item in value.items()}
    return value


@cache
def _open_fields(model: type[msgspec.Struct]) -> tuple[str, ...]:
    hints = typing.get_type_hints(model)
    return tuple(
        name
        for name in model.__struct_fields__
        if name not in FROM_THE_CATALOGUE.get(model, ()) and not _closed(hints[name])
    )


def _closed(hint: Any) -> bool:
    """Whether a field of this type can hold no text of others' making."""
    if typing.get_origin(hint) in (typing.Union, types.UnionType):
        return all(_closed(part) for part in typing.get_args(hint))
    return typing.get_origin(hint) is Literal or hint in (int, float, bool, type(None))
