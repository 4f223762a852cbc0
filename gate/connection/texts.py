"""What a diagnosis says to a person, in English and Russian, out of diagnoses.yaml."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from conformance.base_address import with_v1
from gate.connection.diagnosis import told
from gate.connection.seen import SeenModel
from reports.verdict import ExitCode
from schemas import read_data_file

if TYPE_CHECKING:
    from gate.connection.diagnosis import DiagnosisId
    from gate.connection.seen import Seen

Language = Literal["en", "ru"]
LANGUAGES: tuple[Language, ...] = ("en", "ru")
_FOLDER = Path(__file__).resolve().parent


class Words(SeenModel, frozen=True, kw_only=True):
    """A diagnosis in one language."""

    title: str
    cause: str
    next: tuple[str, ...]


class Diagnosis(SeenModel, frozen=True, kw_only=True):
    """The likeliest cause of what was seen, with its words, and what the check exits with."""

    id: str
    exit_code: int
    en: Words
    ru: Words

    def words(self, language: Language) -> Words:
        """The words of one language."""
        return self.ru if language == "ru" else self.en


def described(found: DiagnosisId, seen: Seen) -> Diagnosis:
    """The diagnosis with what was seen put into its texts."""
    entry = texts()[found]
    facts = _facts(seen)
    return Diagnosis(
        id=found,
        exit_code=ExitCode(entry["exit_code"]),
        en=_filled(entry["en"], facts),
        ru=_filled(entry["ru"], facts),
    )


@cache
def texts() -> dict[str, Any]:
    """Every diagnosis as the data file has it. Raises DataFileError."""
    found = read_data_file(_FOLDER / "diagnoses.yaml", _FOLDER / "diagnoses.schema.json").value
    assert isinstance(found, dict)  # noqa: S101 - its schema says so
    return found


def _filled(words: dict[str, Any], facts: dict[str, str]) -> Words:
    return Words(
        title=words["title"].format_map(facts),
        cause=words["cause"].format_map(facts),
        next=tuple(step.format_map(facts) for step in words["next"]),
    )


def _facts(seen: Seen) -> dict[str, str]:
    answered = [probe for probe in told(seen) if probe.status is not None]
    refused = [probe for probe in answered if probe.status in (401, 403)]
    status = (refused or answered)[0].status if answered else None
    return {
        "url": seen.url,
        "root": seen.root,
        "base_url": with_v1(seen.elsewhere or seen.root),
        "found": seen.elsewhere,
        "status": str(status or "?"),
        "contracts": ", ".join(seen.contracts),
        "detail": _detail(seen),
    }


def _detail(seen: Seen) -> str:
    """The one remark that explains most: of the chat, of IAM, of the connection."""
    if seen.chat is not None and seen.chat.problem:
        return seen.chat.problem
    if seen.credentials.error:
        return seen.credentials.error
    remarks = [probe.location or probe.detail for probe in told(seen)]
    return next((remark for remark in remarks if remark), "?")
