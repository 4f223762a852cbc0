"""Judging one answer by its schema: the fast validator decides, its first error explains."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import msgspec

from load.call import violation

if TYPE_CHECKING:
    import jsonschema_rs

    from load.call import Judgement

_decode = msgspec.json.Decoder().decode


class WrongShapeError(Exception):
    """The answer is not JSON of its schema; `judgement` says which of the two."""

    def __init__(self, judgement: Judgement) -> None:
        super().__init__(judgement.detail)
        self.judgement = judgement


def parsed(body: bytes, validator: jsonschema_rs.Draft202012Validator) -> Any:
    """The JSON of the body, valid by the schema. Raises WrongShapeError."""
    value = decoded(body)
    if not validator.is_valid(value):
        error = next(iter(validator.iter_errors(value)))
        path = "/".join(str(step) for step in error.instance_path)
        raise WrongShapeError(violation("schema", f"/{path}: {error.message}"))
    return value


def decoded(body: bytes) -> Any:
    """The JSON of the body. Raises WrongShapeError."""
    try:
        return _decode(body)
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise WrongShapeError(violation("not_json", str(error))) from error
