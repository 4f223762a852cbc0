"""A folder of JSON Schema 2020-12 files: found by name and edition, compiled by two libraries."""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from schemas.errors import UnknownSchemaError

if TYPE_CHECKING:
    from collections.abc import Callable

    import jsonschema_rs
    from jsonschema.protocols import Validator
    from referencing import Resource

ROOT = Path(__file__).resolve().parent
_CLOSING = ("additionalProperties", "unevaluatedProperties")
ID_BASE = "https://inference-gate.invalid/schemas/"


@dataclass(frozen=True, slots=True)
class SchemaFolder:
    """The schema files directly in `path`, a folder below `schemas/` (or that folder itself)."""

    path: Path

    def names(self) -> tuple[str, ...]:
        """Return the file names of all schemas in this folder, sorted."""
        return tuple(sorted(file.name for file in self.path.glob("*.json")))

    def filename(self, schema: str, edition: str | None = None) -> str:
        """Return the file that describes `schema` in `edition`.

        The edition's own file (`name.edition.json`) comes before the common one (`name.json`).
        Raises `UnknownSchemaError`, naming the files there are, when neither exists.
        """
        candidates = [f"{schema}.{edition}.json"] if edition is not None else []
        candidates.append(f"{schema}.json")
        for candidate in candidates:
            if (self.path / candidate).is_file():
                return candidate
        raise UnknownSchemaError(
            f"{self.path.name} has no schema {schema!r}"
            + (f" for edition {edition!r}" if edition is not None else " without an edition")
            + f"; use one of {', '.join(self.names())}"
        )

    def schema(self, schema: str, edition: str | None = None) -> dict[str, Any]:
        """Return the schema as parsed JSON; treat it as read-only, it is shared."""
        return _read(self.path / self.filename(schema, edition))

    def validator(self, schema: str, edition: str | None = None) -> Validator:
        """Return the jsonschema validator (format checking on): the one that explains."""
        return _explaining(self.path / self.filename(schema, edition))

    def fast_validator(
        self, schema: str, edition: str | None = None
    ) -> jsonschema_rs.Draft202012Validator:
        """Return the jsonschema_rs validator (format checking on): the one for every answer."""
        return _fast(self.path / self.filename(schema, edition))

    def tolerant_validator(
        self, schema: str, edition: str | None = None
    ) -> jsonschema_rs.Draft202012Validator:
        """Return the fast validator with further fields allowed everywhere.

        A field that no contract documents breaks a SHOULD; it makes no answer wrong.
        """
        return _tolerant(self.path / self.filename(schema, edition))

    def validator_of(self, filename: str) -> Validator:
        """Return the jsonschema validator of one file by its full name."""
        return _explaining(self.path / filename)

    def fast_validator_of(self, filename: str) -> jsonschema_rs.Draft202012Validator:
        """Return the jsonschema_rs validator of one file by its full name."""
        return _fast(self.path / filename)


def retrieve(uri: str) -> dict[str, Any]:
    """Return the schema file that `uri` identifies, from disk; nothing is ever fetched.

    Raises `UnknownSchemaError` for any other address and for a file that does not exist.
    """
    path = ROOT / uri.removeprefix(ID_BASE)
    if not uri.startswith(ID_BASE) or not path.is_file():
        raise UnknownSchemaError(
            f"the reference {uri} leads to no file in schemas/; correct it or add the file"
        )
    return _read(path)


def compile_explaining(schema: dict[str, Any]) -> Validator:
    """Return a jsonschema validator of `schema` with formats checked and references local."""
    from jsonschema import Draft202012Validator
    from referencing import Registry

    from schemas.ecma_pattern import ecma_validator

    # referencing declares the field through a decorator of its own, unseen by type checkers
    registry: Registry[Any] = Registry(retrieve=_resource)  # type: ignore[call-arg]
    return ecma_validator(Draft202012Validator)(
        schema, registry=registry, format_checker=Draft202012Validator.FORMAT_CHECKER
    )


def compile_fast(
    schema: dict[str, Any], retriever: Callable[[str], dict[str, Any]] = retrieve
) -> jsonschema_rs.Draft202012Validator:
    """Return a jsonschema_rs validator of `schema` with formats checked and references local."""
    import jsonschema_rs

    return jsonschema_rs.Draft202012Validator(
        schema, validate_formats=True, ignore_unknown_formats=False, retriever=retriever
    )


def opened(schema: Any) -> Any:
    """Return a copy of a schema without the keywords that forbid further fields."""
    if isinstance(schema, dict):
        return {
            name: opened(part)
            for name, part in schema.items()
            if not (name in _CLOSING and part is False)
        }
    return [opened(part) for part in schema] if isinstance(schema, list) else schema


def _resource(uri: str) -> Resource[Any]:
    from referencing.jsonschema import DRAFT202012

    # A file that names its dialect would be judged by the library's own class for that dialect,
    # which reads patterns as Python does.
    content = {name: part for name, part in retrieve(uri).items() if name != "$schema"}
    return DRAFT202012.create_resource(content)


@cache
def _read(path: Path) -> dict[str, Any]:
    content: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    return content


@cache
def _explaining(path: Path) -> Validator:
    return compile_explaining(_read(path))


@cache
def _fast(path: Path) -> jsonschema_rs.Draft202012Validator:
    return compile_fast(_read(path))


@cache
def _tolerant(path: Path) -> jsonschema_rs.Draft202012Validator:
    return compile_fast(opened(_read(path)), lambda uri: opened(retrieve(uri)))
