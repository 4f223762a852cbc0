"""Judging one answer by its schema: the fast validator decides, its first error explains."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, Any

import msgspec

from load.call import violation
from schemas import load_contract

if TYPE_CHECKING:
    import jsonschema_rs

    from load.call import Judgement

_decode = msgspec.json.Decoder().decode


class WrongShapeError(Exception):
    """The answer is not JSON of its schema; `judgement` says which of the two."""

    def __init__(self, judgement: Judgement) -> None:
        super().__init__(judgement.detail)
        self.judgement = judgement


@cache
def validator(
    contract: str, schema: str, edition: str | None = None
) -> jsonschema_rs.Draft202012Validator:
    """The compiled schema, looked up once: a look-up per answer would cost more than judging it."""
    return load_contract(contract).tolerant_validator(schema, edition)


def parsed(body: bytes, contract: str, schema: str, edition: str | None = None) -> Any:
    """The JSON of the body, valid by the schema. Raises WrongShapeError."""
    return checked(decoded(body), contract, schema, edition)


def checked(value: Any, contract: str, schema: str, edition: str | None = None) -> Any:
    """The value, valid by the schema. Raises WrongShapeError."""
    compiled = validator(contract, schema, edition)
    if not compiled.is_valid(value):
        error = next(iter(compiled.iter_errors(value)))
        path = "/".join(str(step) for step in error.instance_path)
        raise WrongShapeError(violation("schema", f"/{path}: {error.message}"))
    return value


def decoded(body: bytes) -> Any:
    """The JSON of the body. Raises WrongShapeError."""
    try:
        return _decode(body)
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise WrongShapeError(violation("not_json", str(error))) from error
