"""The words of a report in the reader's language, by gettext catalogues read as they are edited.

The .po files are compiled in memory, so that a checkout needs no build step. Source strings are
English; a string without a translation stays English.
"""

from __future__ import annotations

import gettext
import io
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal, get_args

if TYPE_CHECKING:
    from datetime import datetime

Language = Literal["en", "ru"]
LANGUAGES: tuple[Language, ...] = get_args(Language)
_CATALOGUES = ("suite.po", "reports.po")
"""What results say, and what the reports say themselves; the last one is asked first."""
FOLDER = Path(__file__).resolve().parents[1] / "translations"


@dataclass(frozen=True)
class Words:
    """One language: its translations, and how it writes numbers and dates."""

    language: Language
    _catalogue: gettext.NullTranslations

    def say(self, message: str, **values: Any) -> str:
        """Return the translation of `message`, `%(name)s` filled in from `values`."""
        text = self._catalogue.gettext(message) if message else ""
        return text % values if values else text

    def count(self, one: str, many: str, n: int, **values: Any) -> str:
        """Return the form that goes with `n`, which fills `%(n)s`."""
        return self._catalogue.ngettext(one, many, n) % {"n": self.number(n), **values}

    def either(self, english: str, russian: str) -> str:
        """Return the text that data carries in both languages, English if the other is missing."""
        return russian if self.language == "ru" and russian else english

    def number(self, value: float, digits: int = 0) -> str:
        """Return the number with at most `digits` decimals, grouped as the language does."""
        from babel.numbers import format_decimal

        pattern = "#,##0" + ("." + "#" * digits if digits else "")
        return format_decimal(value, format=pattern, locale=self.language)

    def percent(self, share: float, digits: int = 1) -> str:
        """Return a share of 1 as per cent."""
        from babel.numbers import format_percent

        pattern = "#,##0" + ("." + "#" * digits if digits else "") + "%"
        return format_percent(share, format=pattern, locale=self.language)

    def date(self, moment: datetime) -> str:
        """Return the day: 05.12.2025 for Russian readers, 5 Dec 2025 for others."""
        from babel.dates import format_datetime

        pattern = "dd.MM.yyyy" if self.language == "ru" else "d MMM yyyy"
        return format_datetime(moment, pattern, locale=self.language)


@cache
def words(language: Language) -> Words:
    """Return the words of one language."""
    if language == "en":
        return Words(language, gettext.NullTranslations())
    from babel.messages.mofile import write_mo
    from babel.messages.pofile import read_po

    spoken: gettext.NullTranslations = gettext.NullTranslations()
    for name in _CATALOGUES:
        with (FOLDER / language / "LC_MESSAGES" / name).open("rb") as file:
            catalogue = read_po(file, locale=language, abort_invalid=True)
        compiled = io.BytesIO()
        write_mo(compiled, catalogue)
        compiled.seek(0)
        found = gettext.GNUTranslations(compiled)
        found.add_fallback(spoken)
        spoken = found
    return Words(language, spoken)
