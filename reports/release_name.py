"""Names of services and versions: what may become a folder under the published reports."""

from __future__ import annotations

import re
import unicodedata
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

MOST_BYTES = 100
"""`<a>-vs-<b>.ru.html` must fit the 255 bytes that file systems give a name."""

_FORM = re.compile(r"[\w][\w.+@=~ -]*")
_RESERVED = re.compile(
    r"charts|(con|prn|aux|nul|com\d|lpt\d)(\..*)?|.*\.(md|html|json|svg)|.*-vs-.*", re.IGNORECASE
)


class BadNameError(ValueError):
    """A service or version is called something that no report folder may be called."""


def folder_name(kind: str, name: str) -> str:
    """Return `name` in the one form (NFC) under which its folder is kept.

    `kind` is the word for the error: service or version. Letters of any script, digits and
    `. _ + @ = ~ -` and inner spaces may stand in a name, which begins with a letter, a digit or
    `_`. Raises BadNameError, in one line with the remedy.
    """
    normal = unicodedata.normalize("NFC", name)
    fault = _fault(normal)
    if fault:
        raise BadNameError(
            f"{kind} {name[:60]!a}: {fault}; name it like paddleocr-vl-service or 1.0.8"
        )
    return normal


def _fault(name: str) -> str:
    if not name.strip():
        return "the name is empty"
    if len(name.encode(errors="replace")) > MOST_BYTES:
        return f"the name is longer than {MOST_BYTES} bytes"
    if not _FORM.fullmatch(name):
        return "only letters, digits and . _ + @ = ~ - may stand in it, a letter or digit first"
    if name.endswith((".", " ")):
        return "it ends in a dot or a space, which not every file system keeps"
    if _RESERVED.fullmatch(name):
        return "that name is taken by a report file or by the operating system"
    return ""


def in_order(versions: Iterable[str]) -> tuple[str, ...]:
    """Return version names from old to new as people count: 1.0.9 before 1.0.10."""
    return tuple(sorted(versions, key=_parts))


def _parts(version: str) -> list[tuple[int, int, str]]:
    """Numbers by value and before words; a longer version after the one that it begins with."""
    return [
        (0, int(part), "") if part.isdecimal() else (1, 0, part)
        for part in re.findall(r"\d+|[^\W\d]+", version)
    ]
