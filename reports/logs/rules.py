"""The rules by which a log line is understood: read from YAML, the user's before the built-in."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from schemas import DataFile, read_data_file

if TYPE_CHECKING:
    from reports.logs.result import Severity

Mark = Literal["boot", "process", "ready", "stopped", "sigterm", "failed"]
"""What a line does to an attempt. boot: begins one (never twice in the same); process: begins one
when the last has ended or the very same line was seen in it; ready: the service is up; stopped:
shut down in order; sigterm: killed; failed: the start or the process gave up."""

FOLDER = Path(__file__).resolve().parent
_SCHEMA = FOLDER / "rules.schema.json"


@dataclass(frozen=True, slots=True)
class Rule:
    """One rule: which lines it is about, and what they mean.

    `contains` are lower-case texts of which a line must hold at least one (any line, if empty),
    `pattern` must match as well if given. `level` "info" says that the line is no problem whatever
    it looks like; None leaves that to the line itself.
    """

    id: str
    contains: tuple[str, ...]
    pattern: re.Pattern[str] | None
    mark: Mark | None
    label: str
    level: Literal["info"] | Severity | None
    critical: bool
    topic: str
    means: str
    means_ru: str
    remedy: str
    remedy_ru: str

    @property
    def gravity(self) -> int:
        """How much a match weighs, when several lines of one entry meet different rules."""
        if self.critical:
            return 3
        return {"error": 2, "warning": 1, "info": 0, None: 0}[self.level]


@dataclass(frozen=True, slots=True)
class RuleBook:
    """Rules in the order in which they are asked; the first that matches a line decides."""

    rules: tuple[Rule, ...]

    def match(self, text: str) -> Rule | None:
        lowered = text.lower()
        for rule in self.rules:  # for every line of a log of millions: plain loops
            for part in rule.contains:
                if part in lowered:
                    break
            else:
                if rule.contains:
                    continue
            if rule.pattern is None or rule.pattern.search(text):
                return rule
        return None


def load_rules(extra: Path | None = None) -> RuleBook:
    """Return the built-in rules, those of the file `extra` before them.

    A rule of `extra` with the id of a built-in one takes its place. Raises
    `schemas.DataFileError` (one line: file, line, fault, remedy) for a rules file that is wrong.
    """
    if extra is None:
        return RuleBook(_built_in())
    own = _read(extra)
    replaced = {rule.id for rule in own}
    return RuleBook((*own, *(rule for rule in _built_in() if rule.id not in replaced)))


@cache
def _built_in() -> tuple[Rule, ...]:
    return _read(FOLDER / "rules.yaml")


def _read(path: Path) -> tuple[Rule, ...]:
    data = read_data_file(path, _SCHEMA)
    rules: list[Rule] = []
    seen: set[str] = set()
    for index, row in enumerate(data.value["rules"]):
        if row["id"] in seen:
            raise data.fault(f"the rule {row['id']!r} is there twice; rename one", "rules", index)
        seen.add(row["id"])
        rules.append(_rule(data, index, row))
    return tuple(rules)


def _rule(data: DataFile, index: int, row: dict[str, Any]) -> Rule:
    contains = row.get("contains", [])
    parts = [contains] if isinstance(contains, str) else contains
    return Rule(
        id=row["id"],
        contains=tuple(part.lower() for part in parts),
        pattern=_compiled(data, index, row.get("pattern")),
        mark=row.get("mark"),
        label=row.get("label", ""),
        level=row.get("level"),
        critical=row.get("critical", False),
        topic=row.get("topic", "service"),
        means=row.get("means", ""),
        means_ru=row.get("means_ru", ""),
        remedy=row.get("remedy", ""),
        remedy_ru=row.get("remedy_ru", ""),
    )


def _compiled(data: DataFile, index: int, pattern: str | None) -> re.Pattern[str] | None:
    if pattern is None:
        return None
    try:
        return re.compile(pattern)
    except re.error as error:
        raise data.fault(
            f"not a regular expression ({error}); correct it", "rules", index, "pattern"
        ) from None
