"""Which variables a release reads: the data of releases.yaml, found by version."""

from __future__ import annotations

import re
from fnmatch import fnmatchcase
from functools import cache
from pathlib import Path
from typing import Literal

import msgspec

from schemas import read_data_file

Role = Literal["needed", "optional", "obsolete", "image", "unused"]
Version = tuple[int, int, int]

_FOLDER = Path(__file__).resolve().parent
_VERSION = re.compile(r"v?(\d+)\.(\d+)\.(\d+)")


class UnknownReleaseError(Exception):
    """Nothing is known of this release; the message names those of which something is."""


class KnownVariable(msgspec.Struct, frozen=True, kw_only=True):
    """A variable that means something to a release; `name` may hold `*`."""

    name: str
    role: Role
    does: str
    does_ru: str
    holds: Literal["url"] | None = None
    value: str | None = None


class VariableGroup(msgspec.Struct, frozen=True, kw_only=True):
    """Variables that work only together, and what the service does with all, none or some."""

    id: str
    title: str
    title_ru: str
    together: tuple[str, ...]
    all: str
    all_ru: str
    none: str
    none_ru: str
    some: str
    some_ru: str


class ReleaseRange(msgspec.Struct, frozen=True, kw_only=True):
    """Releases that read the same variables: from `since` up to, not including, `before`."""

    known_as: str
    since: str
    image: str
    says: str
    says_ru: str
    variables: tuple[KnownVariable, ...]
    groups: tuple[VariableGroup, ...]
    before: str | None = None

    def known(self, name: str) -> KnownVariable | None:
        """What is known of the variable `name`: the first row that fits."""
        return next((row for row in self.variables if fnmatchcase(name, row.name)), None)

    def names(self) -> tuple[str, ...]:
        """The variables that are known by their whole name."""
        return tuple(row.name for row in self.variables if "*" not in row.name)


def range_for(release: str) -> ReleaseRange:
    """Return what is known of `release` ("1.3.6"). Raises `UnknownReleaseError`."""
    ranges = _ranges()
    known = "; ".join(entry.known_as for entry in ranges)
    match = _VERSION.fullmatch(release.strip())
    if match is None:
        raise UnknownReleaseError(
            f"{release!r} is no release; write it like 1.3.6 (known: {known})"
        )
    wanted = _version(release)
    for entry in ranges:
        if _version(entry.since) <= wanted and (
            entry.before is None or wanted < _version(entry.before)
        ):
            return entry
    raise UnknownReleaseError(f"nothing is known of release {release}; known: {known}")


@cache
def _ranges() -> tuple[ReleaseRange, ...]:
    data = read_data_file(_FOLDER / "releases.yaml", _FOLDER / "releases.schema.json")
    return msgspec.convert(data.value["ranges"], tuple[ReleaseRange, ...])


def _version(text: str) -> Version:
    major, minor, patch = _VERSION.fullmatch(text.strip()).groups()  # type: ignore[union-attr]
    return int(major), int(minor), int(patch)
