r"""Patterns as JSON Schema means them (ECMA-262), for a library that uses Python's `re`.

`$` is the one construct of our patterns that the two read differently: in Python it also
matches before a final newline, which would let `"20251205_091500_page.md\n"` pass as a path.
"""

from __future__ import annotations

import re
from functools import cache
from typing import TYPE_CHECKING, Any

from jsonschema.exceptions import ValidationError
from jsonschema.validators import extend

if TYPE_CHECKING:
    from collections.abc import Iterator

    from jsonschema.protocols import Validator

_TOKEN = re.compile(r"\\.|\[(?:\\.|[^\]\\])*\]|\$", re.DOTALL)


@cache
def ecma_validator(base: type[Validator]) -> type[Validator]:
    """Return `base` with its `pattern` keyword reading `$` as the very end of the text."""
    # `extend` carries no annotations
    extended: type[Validator] = extend(base, {"pattern": _pattern})  # type: ignore[no-untyped-call]
    return extended


@cache
def compiled(pattern: str) -> re.Pattern[str]:
    r"""Compile an ECMA-262 pattern: `$` outside classes and escapes becomes `\Z`."""
    return re.compile(_TOKEN.sub(lambda token: r"\Z" if token[0] == "$" else token[0], pattern))


def _pattern(
    _validator: Any, pattern: str, instance: object, _schema: object
) -> Iterator[ValidationError]:
    if isinstance(instance, str) and not compiled(pattern).search(instance):
        yield ValidationError(f"{instance!r} does not match {pattern!r}")
