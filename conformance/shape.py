"""Shapes are decided by the JSON Schemas; this maps what they find wrong to requirements."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, cast

from conformance.exchange import shorten

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from jsonschema.exceptions import ValidationError
    from jsonschema.protocols import Validator

    from conformance.exchange import Answer
    from conformance.judging import Judge


class _Missing:
    """What stands where nothing does."""

    def __repr__(self) -> str:
        return "nothing"


MISSING = _Missing()
Pointer = tuple[str | int, ...]
Json = dict[str, Any]


def judge_shape(
    judge: Judge,
    validator: Validator,
    body: Any,
    *,
    by: Answer,
    rows: Mapping[str, str],
) -> bool:
    """Claim each requirement of `rows` from what the schema says of the body at its place.

    `rows` maps a requirement id to a JSON pointer; `*` stands for any array index or key. An error
    counts for the longest pointer that holds it; where something is missing or of another type, it
    counts for all that should have stood below too. Returns whether nothing was wrong there.
    """
    places = {requirement: _parse(pointer) for requirement, pointer in rows.items()}
    faults: dict[str, list[tuple[Pointer, str]]] = {requirement: [] for requirement in rows}
    for fault in _faults(validator, body):
        holders = [one for one, pattern in places.items() if _holds(pattern, fault.place)]
        longest = max((len(places[one]) for one in holders), default=0)
        for requirement, pattern in places.items():
            held = requirement in holders and len(pattern) == longest
            if held or (fault.leaves_nothing and _lies_below(pattern, fault.place)):
                faults[requirement].append((fault.place, fault.message))
    for requirement, found in faults.items():
        shown = ".".join(str(part) for part in places[requirement]) or "the body"
        judge(
            requirement,
            not found,
            expected=found[0][1] if found else "",
            got=f"{shown}: {shorten(repr(_at(body, found[0][0])), 200)}" if found else "",
            by=by,
        )
    return not any(faults.values())


def at(body: Any, pointer: str) -> Any:
    """What stands at a JSON pointer, or MISSING."""
    return _at(body, _parse(pointer))


def _parse(pointer: str) -> Pointer:
    return tuple(part for part in pointer.split("/") if part)


def _at(body: Any, place: Pointer) -> Any:
    for part in place:
        if isinstance(body, dict) and part in body:
            body = body[part]
        elif isinstance(body, list) and str(part).isdigit() and int(part) < len(body):
            body = body[int(part)]
        else:
            return MISSING
    return body


def _holds(pattern: Pointer, place: Pointer) -> bool:
    return len(pattern) <= len(place) and _agree(pattern, place)


def _lies_below(pattern: Pointer, place: Pointer) -> bool:
    return len(pattern) > len(place) and _agree(pattern, place)


def _agree(pattern: Pointer, place: Pointer) -> bool:
    return all(one in ("*", str(other)) for one, other in zip(pattern, place, strict=False))


@dataclass(frozen=True, slots=True)
class _Fault:
    """One thing wrong, and where; `leaves_nothing` where nothing can stand below it."""

    place: Pointer
    message: str
    leaves_nothing: bool = False


def _faults(validator: Validator, body: Any) -> Iterator[_Fault]:
    for error in validator.iter_errors(body):
        yield from _leaves(error)


def _leaves(error: ValidationError) -> Iterator[_Fault]:
    """The places at fault: a missing property is at fault itself, not its parent."""
    place: Pointer = tuple(error.absolute_path)
    if error.validator == "required":
        # jsonschema reports one error for each missing name, and names it in the message only.
        # The keyword only speaks of objects and holds a list of names.
        required, present = cast("list[str]", error.validator_value), cast("Json", error.instance)
        yield from (
            _Fault((*place, name), f"{name} to be present", leaves_nothing=True)
            for name in required
            if name not in present and repr(name) in error.message
        )
    elif error.validator in ("additionalProperties", "unevaluatedProperties"):
        message = f"no fields beyond the documented ones: {shorten(error.message, 200)}"
        yield _Fault((*place, "+"), message)
    elif error.validator in ("anyOf", "oneOf") and error.context:
        branches: dict[str | int, list[ValidationError]] = {}
        for inner in error.context:
            branches.setdefault(inner.schema_path[0], []).append(inner)
        for inner in min(branches.values(), key=_strangeness):
            yield from _leaves(inner)
    else:
        yield _Fault(place, shorten(error.message, 200), leaves_nothing=error.validator == "type")


def _strangeness(branch: list[ValidationError]) -> tuple[int, int, int]:
    """How little a branch of anyOf fits what was meant: by type, by its constants, by errors.

    Counting errors alone would take an object with many small faults for a bad array.
    """
    other_type = any(inner.validator == "type" and not inner.relative_path for inner in branch)
    constants = sum(inner.validator in ("const", "enum") for inner in branch)
    return int(other_type), constants, len(branch)
