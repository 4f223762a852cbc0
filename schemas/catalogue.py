"""The requirement catalogue of a contract: every clause as a row, read from requirements.yaml."""

from __future__ import annotations

from dataclasses import dataclass
from types import MappingProxyType
from typing import TYPE_CHECKING, Literal

from schemas.data_file import DataFile, read_data_file
from schemas.errors import UnknownEditionError
from schemas.folder import ROOT

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

Level = Literal["MUST", "SHOULD", "MAY"]


@dataclass(frozen=True, slots=True)
class Group:
    """A heading under which a report lists requirements, in English and Russian."""

    id: str
    title: str
    title_ru: str


@dataclass(frozen=True, slots=True)
class Requirement:
    """One clause of a contract.

    `level` holds in every edition that `levels` does not name; `editions` are those in which
    the clause exists at all. `excluded` is the reason why no check decides it, or None.
    """

    id: str
    group: str
    level: Level
    levels: Mapping[str, Level]
    editions: tuple[str, ...]
    text: str
    text_ru: str
    source: str
    excluded: str | None

    def holds_in(self, edition: str) -> bool:
        """Return whether the clause is part of `edition`."""
        return edition in self.editions

    def level_in(self, edition: str) -> Level:
        """Return the level in `edition`; raises `UnknownEditionError` where the clause is absent."""
        if not self.holds_in(edition):
            raise UnknownEditionError(
                f"{self.id} is no part of edition {edition!r}; ask holds_in() first"
            )
        return self.levels.get(edition, self.level)


@dataclass(frozen=True, slots=True)
class Catalogue:
    """The whole of one requirements.yaml, in the order of the file."""

    contract: str
    title: str
    editions: tuple[str, ...]
    groups: tuple[Group, ...]
    requirements: tuple[Requirement, ...]


def read_catalogue(path: Path) -> Catalogue:
    """Read and check a requirements.yaml.

    Raises `DataFileError` naming file and line when a row is malformed, repeats an id, carries
    the id of another group or contract, or names an edition that the contract does not have.
    """
    data = read_data_file(path, ROOT / "requirements.schema.json")
    content = data.value
    editions = tuple(content["editions"])
    requirements: list[Requirement] = []
    prefixes: set[str] = set()
    seen: set[str] = set()
    for g, group in enumerate(content["groups"]):
        if group["id"] in seen:
            raise data.fault(f"the group {group['id']} is repeated; merge them", "groups", g, "id")
        seen.add(group["id"])
        for r, row in enumerate(group["requirements"]):
            steps = ("groups", g, "requirements", r)
            _check_id(data, row["id"], group["id"], prefixes, seen, steps)
            requirement = Requirement(
                id=row["id"],
                group=group["id"],
                level=row["level"],
                levels=MappingProxyType(row.get("levels", {})),
                editions=tuple(row.get("editions", editions)),
                text=row["text"],
                text_ru=row["text_ru"],
                source=row["source"],
                excluded=row.get("excluded"),
            )
            _check_editions(data, requirement, editions, steps)
            requirements.append(requirement)
    return Catalogue(
        contract=content["contract"],
        title=content["title"],
        editions=editions,
        groups=tuple(
            Group(group["id"], group["title"], group["title_ru"]) for group in content["groups"]
        ),
        requirements=tuple(requirements),
    )


def _check_id(
    data: DataFile,
    row_id: str,
    group: str,
    prefixes: set[str],
    seen: set[str],
    steps: tuple[str | int, ...],
) -> None:
    prefix, middle, _ = row_id.split("-")
    prefixes.add(prefix)
    if row_id in seen:
        raise data.fault(f"{row_id} is given twice; number one of them anew", *steps, "id")
    if middle != group:
        raise data.fault(f"{row_id} stands in group {group}; move or rename it", *steps, "id")
    if len(prefixes) > 1:
        raise data.fault(
            f"{row_id} mixes prefixes ({', '.join(sorted(prefixes))}); use one", *steps, "id"
        )
    seen.add(row_id)


def _check_editions(
    data: DataFile,
    requirement: Requirement,
    editions: tuple[str, ...],
    steps: tuple[str | int, ...],
) -> None:
    for edition in requirement.editions:
        if edition not in editions:
            raise data.fault(
                f"{requirement.id} names edition {edition!r}; use one of {', '.join(editions)}",
                *steps,
                "editions",
            )
    for edition in requirement.levels:
        if not requirement.holds_in(edition):
            raise data.fault(
                f"{requirement.id} sets a level for edition {edition!r}, in which it does not "
                f"hold; use one of {', '.join(requirement.editions)}",
                *steps,
                "levels",
            )
