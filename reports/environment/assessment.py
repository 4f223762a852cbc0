"""A set of variables weighed for one release: what each is for, and what the service will do."""

from __future__ import annotations

import re
from difflib import get_close_matches
from typing import TYPE_CHECKING, Literal

import msgspec

from reports.environment.releases import ReleaseRange, VariableGroup, range_for

if TYPE_CHECKING:
    from reports.environment.releases import KnownVariable
    from reports.environment.sources import Variable, VariableSet

Verdict = Literal["needed", "optional", "obsolete", "image", "unused", "unknown"]
GroupState = Literal["complete", "off", "incomplete", "cannot be seen"]

_PLACEHOLDER = re.compile(r"(?i)^(?:<.*>|your[-_ ].*|change[-_ ]?me.*|xxx+|\*+|todo|\.\.\.|…)$")
_URL = re.compile(r"https?://[^\s/]+(?:/\S*)?")
_ALIKE = 0.85  # how like a known name a misspelling must be, 0 to 1


class VariableReading(msgspec.Struct, frozen=True, kw_only=True):
    """One variable: what it is for in this release, whether it is set, and what is wrong with it.

    Values are never kept. `wrong` keeps the service from using it, `remark` does not.
    """

    name: str
    verdict: Verdict
    is_set: bool
    does: str = ""
    does_ru: str = ""
    wrong: str = ""
    remark: str = ""


class GroupReading(msgspec.Struct, frozen=True, kw_only=True):
    """Variables that work only together: the state, those missing, and what the service will do."""

    id: str
    title: str
    title_ru: str
    state: GroupState
    missing: tuple[str, ...]
    then: str
    then_ru: str


class EnvironmentReading(msgspec.Struct, frozen=True, kw_only=True):
    """What a set of variables comes to for one release."""

    release: str
    known_as: str
    source: str
    says: str
    says_ru: str
    variables: tuple[VariableReading, ...]
    groups: tuple[GroupReading, ...]
    problems: tuple[str, ...]
    remarks: tuple[str, ...]

    @property
    def fine(self) -> bool:
        return not self.problems


class EnvironmentReadings(msgspec.Struct, frozen=True, kw_only=True):
    """The document that `inference-gate env --json` writes."""

    readings: tuple[EnvironmentReading, ...]
    format: Literal["inference-gate/env/1"] = "inference-gate/env/1"


def assess(found: VariableSet, release: str) -> EnvironmentReading:
    """Weigh `found` for `release`. Raises `reports.environment.UnknownReleaseError`."""
    known = range_for(release)
    readings = tuple(
        _read(name, variable, known)
        for name, variable in sorted(found.variables.items())
        if not found.whole_process or known.known(name) or _meant(name, known)
    )
    groups = tuple(_group(group, found) for group in known.groups)
    needed = [
        f"{row.name} is needed and not set; set it"
        for row in known.variables
        if row.role == "needed" and not _is_set(found.variables.get(row.name))
    ]
    incomplete = [
        f"{group.title} is incomplete: {', '.join(group.missing)} not set; set all or none"
        for group in groups
        if group.state == "incomplete"
    ]
    return EnvironmentReading(
        release=release,
        known_as=known.known_as,
        source=found.source,
        says=known.says,
        says_ru=known.says_ru,
        variables=readings,
        groups=groups,
        problems=(*needed, *incomplete, *(f"{r.name}: {r.wrong}" for r in readings if r.wrong)),
        remarks=tuple(f"{r.name}: {r.remark}" for r in readings if r.remark),
    )


def to_json(readings: tuple[EnvironmentReading, ...]) -> bytes:
    """Return the readings as the bytes of one indented JSON document, a newline at its end."""
    document = EnvironmentReadings(readings=readings)
    return msgspec.json.format(msgspec.json.encode(document), indent=2) + b"\n"


def _read(name: str, variable: Variable, known: ReleaseRange) -> VariableReading:
    row = known.known(name)
    # An unused or obsolete pattern catches misspellings too; what was meant is worth more.
    meant = _meant(name, known) if row is None or row.role in ("unused", "obsolete") else None
    remarks = [_by_role(row, variable) if meant is None else f"is {meant} meant? it is not read"]
    if variable.spaced:
        remarks.append("blanks round the value, which docker --env-file would keep")
    if variable.repeated:
        remarks.append("set more than once; the last one counts")
    return VariableReading(
        name=name,
        verdict=row.role if row else "unknown",
        is_set=_is_set(variable),
        does=row.does if row else "",
        does_ru=row.does_ru if row else "",
        wrong=_wrong(row, variable),
        remark="; ".join(remark for remark in remarks if remark),
    )


def _by_role(row: KnownVariable | None, variable: Variable) -> str:
    if row is None:
        return "not a variable that this release is known to read"
    if row.role == "obsolete":
        return "obsolete; remove it"
    if row.role == "unused":
        return "does nothing; remove it"
    if row.role == "image":
        same = variable.value is not None and variable.value == row.value
        return "set by the image already; remove it" if same else "overrides what the image sets"
    return "" if _is_set(variable) else "empty, which counts as not set"


def _wrong(row: KnownVariable | None, variable: Variable) -> str:
    if row is None or row.role not in ("needed", "optional") or not variable.value:
        return ""
    if _PLACEHOLDER.match(variable.value.strip()):
        return "holds a placeholder; put the real value in"
    if row.holds == "url" and not _URL.fullmatch(variable.value.strip()):
        return "is no http(s) URL; write it with its scheme"
    return ""


def _group(group: VariableGroup, found: VariableSet) -> GroupReading:
    missing = tuple(name for name in group.together if not _is_set(found.variables.get(name)))
    if not missing:
        state: GroupState = "complete"
    elif found.unseen:
        state = "cannot be seen"
    else:
        state = "off" if len(missing) == len(group.together) else "incomplete"
    unseen = f"It depends on what {', '.join(found.unseen)} holds."
    unseen_ru = f"Зависит от содержимого: {', '.join(found.unseen)}."
    then = {
        "complete": (group.all, group.all_ru),
        "off": (group.none, group.none_ru),
        "incomplete": (group.some, group.some_ru),
        "cannot be seen": (unseen, unseen_ru),
    }[state]
    return GroupReading(
        id=group.id,
        title=group.title,
        title_ru=group.title_ru,
        state=state,
        missing=missing,
        then=then[0],
        then_ru=then[1],
    )


def _is_set(variable: Variable | None) -> bool:
    """A value that cannot be seen counts as set, an empty one does not."""
    return variable is not None and (variable.value is None or variable.value.strip() != "")


def _meant(name: str, known: ReleaseRange) -> str | None:
    """The known name that `name` misspells, if it does."""
    if name in known.names():
        return None
    alike = get_close_matches(name.upper(), known.names(), n=1, cutoff=_ALIKE)
    return alike[0] if alike else None
