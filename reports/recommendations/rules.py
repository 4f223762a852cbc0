"""Facts turned into recommendations by the rules of rules.yaml."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from schemas import ROOT, read_data_file

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from reports.recommendations.facts import Fact, Value

Moment = Literal["release", "before", "after"]
Sign = Literal["stop", "care", "good"]

FILE = Path(__file__).resolve().parent / "rules.yaml"
SCHEMA = ROOT / "results" / "recommendations.schema.json"


@dataclass(frozen=True)
class Rule:
    """What to say when a fact was observed, and where in the documents."""

    fact: str
    moment: Moment
    sign: Sign
    text: str
    text_ru: str


@dataclass(frozen=True)
class Recommendation:
    """A rule, the values of the fact that called for it, and where that fact stands."""

    rule: Rule
    values: Mapping[str, Value]
    evidence: tuple[str, ...]


@cache
def rules() -> tuple[Rule, ...]:
    """Return the rules, in the order of the file."""
    return tuple(Rule(**row) for row in read_data_file(FILE, SCHEMA).value["rules"])


def recommendations(facts: Iterable[Fact], moment: Moment) -> tuple[Recommendation, ...]:
    """Return what the facts call for at this moment, in the order of the rules.

    Facts that would say the same twice are said once, with the evidence of all.
    """
    merged = _merged(facts)
    return tuple(
        Recommendation(rule, fact.values, fact.evidence)
        for rule in rules()
        if rule.moment == moment
        for fact in merged
        if fact.name == rule.fact
    )


def _merged(facts: Iterable[Fact]) -> tuple[Fact, ...]:
    by_content: dict[str, Fact] = {}
    for fact in facts:
        content = f"{fact.name} {sorted(fact.values.items())}"
        before = by_content.get(content)
        evidence = dict.fromkeys([*(before.evidence if before else ()), *fact.evidence])
        by_content[content] = replace(fact, evidence=tuple(evidence))
    return tuple(by_content.values())
