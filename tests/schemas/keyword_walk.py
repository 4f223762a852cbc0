"""Mutations of a JSON Schema: each takes away one keyword, or one alternative of one."""

from __future__ import annotations

import copy
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

if TYPE_CHECKING:
    from collections.abc import Iterator

# Keywords that assert nothing, and `properties`, which only holds schemas that do.
SILENT = frozenset(
    {"$schema", "$id", "$defs", "$comment", "title", "description", "default", "examples"}
    | {"properties", "contentEncoding", "contentMediaType"}
)
ALTERNATIVES = frozenset({"enum", "anyOf", "oneOf", "type"})
ONE_SCHEMA = frozenset({"items", "additionalProperties", "unevaluatedProperties", "not", "if"})
SCHEMA_LISTS = frozenset({"anyOf", "oneOf", "allOf", "prefixItems"})
SCHEMA_MAPS = frozenset({"properties", "$defs", "patternProperties", "dependentSchemas"})

Effect = Literal["looser", "tighter"]


@dataclass(frozen=True)
class Mutation:
    """A schema less one assertion (`looser`) or less one alternative (`tighter`)."""

    where: str
    effect: Effect
    schema: dict[str, Any]


def mutations(schema: dict[str, Any]) -> Iterator[Mutation]:
    """Yield every mutation of `schema`, its subschemas included."""
    for steps in _subschemas(schema, ()):
        for keyword, value in _at(schema, steps).items():
            if keyword in SILENT:
                continue
            where = "/".join(map(str, (*steps, keyword)))
            if keyword == "required":
                for name in value:
                    rest = [other for other in value if other != name]
                    yield Mutation(
                        f"{where}/{name}", "looser", _replaced(schema, steps, keyword, rest)
                    )
                continue
            # Without the reference, all that it described counts as unevaluated and is refused.
            closes = keyword == "$ref" and "unevaluatedProperties" in _at(schema, steps)
            effect: Effect = "tighter" if closes else "looser"
            yield Mutation(where, effect, _replaced(schema, steps, keyword, None))
            if keyword in ALTERNATIVES and isinstance(value, list) and len(value) > 1:
                for index in range(len(value)):
                    rest = value[:index] + value[index + 1 :]
                    yield Mutation(
                        f"{where}/{index}", "tighter", _replaced(schema, steps, keyword, rest)
                    )


def references(schema: Any) -> Iterator[str]:
    """Yield every `$ref` in `schema`."""
    if isinstance(schema, dict):
        for key, value in schema.items():
            if key == "$ref" and isinstance(value, str):
                yield value
            else:
                yield from references(value)
    elif isinstance(schema, list):
        for item in schema:
            yield from references(item)


def keywords(schema: dict[str, Any]) -> Iterator[tuple[str, Any]]:
    """Yield every keyword of `schema` and its subschemas with its value."""
    for steps in _subschemas(schema, ()):
        yield from _at(schema, steps).items()


def _subschemas(schema: Any, steps: tuple[str | int, ...]) -> Iterator[tuple[str | int, ...]]:
    if not isinstance(schema, dict):
        return
    yield steps
    for keyword, value in schema.items():
        if keyword in ONE_SCHEMA:
            yield from _subschemas(value, (*steps, keyword))
        elif keyword in SCHEMA_LISTS:
            for index, item in enumerate(value):
                yield from _subschemas(item, (*steps, keyword, index))
        elif keyword in SCHEMA_MAPS:
            for name, item in value.items():
                yield from _subschemas(item, (*steps, keyword, name))


def _at(schema: dict[str, Any], steps: tuple[str | int, ...]) -> dict[str, Any]:
    place: Any = schema
    for step in steps:
        place = place[step]
    found: dict[str, Any] = place
    return found


def _replaced(
    schema: dict[str, Any], steps: tuple[str | int, ...], keyword: str, value: Any
) -> dict[str, Any]:
    result = copy.deepcopy(schema)
    if value is None:
        del _at(result, steps)[keyword]
    else:
        _at(result, steps)[keyword] = value
    return result
