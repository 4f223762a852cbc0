"""Recommendations in words, each with the place of its evidence."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from reports.recommendations.facts import Bilingual, Day, Rate, Seconds, Sentence
from reports.rendering.figures import Figures

if TYPE_CHECKING:
    from collections.abc import Iterable

    from reports.recommendations import Recommendation
    from reports.recommendations.facts import Value
    from reports.recommendations.rules import Sign
    from reports.rendering.words import Words

SIGNS: dict[Sign, str] = {"stop": "❌", "care": "⚠️", "good": "✅"}


@dataclass(frozen=True)
class Advice:
    """One recommendation as it is shown."""

    mark: str
    text: str
    evidence: tuple[str, ...]


def advice(found: Iterable[Recommendation], words: Words) -> tuple[Advice, ...]:
    """Return the recommendations in the language of `words`."""
    return tuple(
        Advice(
            mark=SIGNS[one.rule.sign],
            text=words.either(one.rule.text, one.rule.text_ru)
            % {name: _value(value, words) for name, value in one.values.items()},
            evidence=one.evidence,
        )
        for one in found
    )


def _value(value: Value, words: Words) -> str:
    figures = Figures(words)
    if isinstance(value, Bilingual):
        return words.either(value.english, value.russian)
    if isinstance(value, Sentence):
        return words.say(value.english).rstrip(".")
    if isinstance(value, Seconds):
        return figures.seconds(value.value)
    if isinstance(value, Rate):
        return figures.rate(value.value)
    if isinstance(value, Day):
        return figures.day(value.iso)
    return words.number(value) if isinstance(value, int) else value
