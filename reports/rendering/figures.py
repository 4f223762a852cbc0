"""Measured values as a reader wants them: the unit that fits, no digits that mean nothing."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from reports.rendering.words import Words

_MINUTE = 60.0
_LONG_MS = 1000.0


@dataclass(frozen=True)
class Figures:
    """Writes figures in one language. None is written as not measured."""

    words: Words

    def seconds(self, value: float | None) -> str:
        """A duration given in seconds: 250 ms, 2.1 s, 25 s, 19 min 9 s."""
        say = self.words.say
        if value is None:
            return say("not measured")
        if 0 < value < 1:
            return self.milliseconds(value * 1000)
        if value < _MINUTE:
            return say("%(n)s s", n=self._plain(value))
        minutes, rest = divmod(round(value), 60)
        if not rest:
            return say("%(n)s min", n=self.words.number(minutes))
        return say("%(n)s min %(s)s s", n=self.words.number(minutes), s=self.words.number(rest))

    def milliseconds(self, value: float | None) -> str:
        """A duration given in milliseconds: 3.2 ms, 310 ms, 1.25 s."""
        say = self.words.say
        if value is None:
            return say("not measured")
        if value >= _LONG_MS:
            return say("%(n)s s", n=self._plain(value / 1000))
        return say("%(n)s ms", n=self._plain(value))

    def rate(self, value: float | None) -> str:
        """Requests per second."""
        if value is None:
            return self.words.say("not measured")
        return self.words.say("%(n)s/s", n=self._plain(value))

    def size(self, value: int) -> str:
        """A number of bytes: 512 B, 3.4 kB, 12 MB."""
        number = float(value)
        for unit in (self.words.say("B"), self.words.say("kB")):
            if number < 1000:  # noqa: PLR2004 - the step of SI prefixes
                return f"{self._plain(number)} {unit}"
            number /= 1000
        return f"{self._plain(number)} {self.words.say('MB')}"

    def when(self, iso: str) -> str:
        """An ISO 8601 time in UTC, as a day and a time of day; anything else as it stands."""
        moment = _moment(iso)
        if moment is None:
            return iso
        moment = moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)
        return f"{self.words.date(moment)}, {moment:%H:%M} UTC"

    def day(self, iso: str) -> str:
        """An ISO 8601 date or time, as a day; anything else as it stands."""
        moment = _moment(iso)
        return self.words.date(moment) if moment else iso

    def _plain(self, value: float) -> str:
        """Three significant digits at most."""
        size = abs(value)
        digits = 0 if size >= 100 else 1 if size >= 10 else 2  # noqa: PLR2004 - powers of ten
        return self.words.number(value, digits)


def _moment(iso: str) -> datetime | None:
    try:
        return datetime.fromisoformat(iso)
    except ValueError:
        return None
