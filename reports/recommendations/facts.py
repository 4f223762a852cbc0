"""An observation that a recommendation may rest on, and the kinds of values it carries."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

MOST_IDS = 5


@dataclass(frozen=True)
class Bilingual:
    """A text of the data, in both report languages."""

    english: str
    russian: str


@dataclass(frozen=True)
class Sentence:
    """A sentence of the harness itself, translated where a catalogue has it."""

    english: str


@dataclass(frozen=True)
class Seconds:
    """A duration."""

    value: float


@dataclass(frozen=True)
class Rate:
    """Requests per second."""

    value: float


@dataclass(frozen=True)
class Day:
    """A date in ISO 8601."""

    iso: str


Value = str | int | Bilingual | Sentence | Seconds | Rate | Day


@dataclass(frozen=True)
class Fact:
    """Something that was observed: its name, the values a rule may quote, and where it stands.

    `evidence` are result files with the place in them, such as `conformance.json: OCR-AUTH-2`.
    """

    name: str
    evidence: tuple[str, ...]
    values: Mapping[str, Value] = field(default_factory=dict)


def listed(ids: Iterable[str]) -> str:
    """The first few ids, and how many more there are."""
    ids = tuple(ids)
    more = f" + {len(ids) - MOST_IDS}" if len(ids) > MOST_IDS else ""
    return ", ".join(ids[:MOST_IDS]) + more
