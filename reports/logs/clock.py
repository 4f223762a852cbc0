"""A log's clock: full stamps, and those that leave out the year, the day or the zone."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta, timezone
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from reports.logs.result import Clock

_YEAR_IF_NONE_IS_NAMED = 2000  # a leap year, so that 29 February is a date
_HALF_A_DAY = timedelta(hours=12)
_HALF_A_YEAR = timedelta(days=180)
_ISO = re.compile(
    r"(\d{4})[-/](\d\d)[-/](\d\d)[T ](\d\d):(\d\d):(\d\d)(?:[.,](\d{1,9}))?\s?(Z|[+-]\d\d:?\d\d)?"
)
# Epoch numbers above these are milli-, micro- and nanoseconds.
_EPOCH_SCALES = ((1e17, 1e9), (1e14, 1e6), (1e11, 1e3))


class LogClock:
    """Turns the stamps of one log into naive datetimes that can be subtracted.

    A stamp with a zone is given in UTC. One without a date continues the day of the stamp
    before it, and passes midnight when the hour falls back.
    """

    def __init__(self, day: datetime | None = None) -> None:
        """`day` is any moment of the day on which a log without dates begins."""
        self._last = day
        self._zoned = False
        self._stamps = 0

    @property
    def kind(self) -> Clock:
        if not self._stamps:
            return "none"
        return "utc" if self._zoned else "unzoned"

    def full(self, *parts: str | None) -> datetime | None:
        """Read year, month, day, hour, minute, second, fraction and zone."""
        *calendar, fraction, zone = parts
        year, month, day, hour, minute, second = (int(part or 0) for part in calendar)
        try:
            moment = datetime(year, month, day, hour, minute, second, _microseconds(fraction))  # noqa: DTZ001 - the zone follows
        except ValueError:
            return None
        if zone:
            self._zoned = True
            moment = moment.replace(tzinfo=_zone(zone)).astimezone(UTC).replace(tzinfo=None)
        return self._keep(moment)

    def yearless(self, *parts: str | None) -> datetime | None:
        """Read month, day, hour, minute, second and fraction."""
        *rest, fraction = parts
        month, day, hour, minute, second = (int(part or 0) for part in rest)
        year = self._last.year if self._last else _YEAR_IF_NONE_IS_NAMED
        try:
            moment = datetime(year, month, day, hour, minute, second, _microseconds(fraction))  # noqa: DTZ001 - unzoned as written
        except ValueError:
            return None
        if self._last and self._last - moment > _HALF_A_YEAR:
            moment = moment.replace(year=year + 1)
        return self._keep(moment)

    def time_of_day(self, *parts: str | None) -> datetime | None:
        """Read hour, minute, second and fraction."""
        hour, minute, second, fraction = parts
        base = self._last or datetime(_YEAR_IF_NONE_IS_NAMED, 1, 1)  # noqa: DTZ001 - unzoned as written
        try:
            moment = base.replace(
                hour=int(hour or 0),
                minute=int(minute or 0),
                second=int(second or 0),
                microsecond=_microseconds(fraction),
            )
        except ValueError:
            return None
        if self._last and self._last - moment > _HALF_A_DAY:
            moment += timedelta(days=1)
        return self._keep(moment)

    def epoch_parts(self, *parts: str | None) -> datetime:
        """Read seconds since 1970 and their fraction."""
        seconds, fraction = parts
        return self.epoch(int(seconds or 0) + _microseconds(fraction) / 1e6)

    def epoch(self, seconds: float) -> datetime:
        """Read seconds (or milli-, micro-, nanoseconds) since 1970."""
        scale = next((by for above, by in _EPOCH_SCALES if seconds > above), 1.0)
        self._zoned = True
        return self._keep(datetime.fromtimestamp(seconds / scale, UTC).replace(tzinfo=None))

    def any(self, stamp: Any) -> datetime | None:
        """Read a JSON field: an ISO 8601 string, or a number since 1970."""
        if isinstance(stamp, bool):
            return None
        if isinstance(stamp, int | float):
            return self.epoch(float(stamp)) if 1e9 < stamp < 4e18 else None  # noqa: PLR2004 - 2001 to 2096
        match = _ISO.match(stamp) if isinstance(stamp, str) else None
        return self.full(*match.groups()) if match else None

    def _keep(self, moment: datetime) -> datetime:
        self._last = moment
        self._stamps += 1
        return moment


def first_date(lines: list[str]) -> datetime | None:
    """Find the first full date in `lines`: it dates the stamps before it that have none."""
    for line in lines:
        match = _ISO.search(line)
        if match:
            return LogClock().full(*match.groups())
    return None


def seconds_between(begin: datetime | None, end: datetime | None) -> float | None:
    """Seconds from `begin` to `end`; None when either is unknown or the clock went backwards."""
    if begin is None or end is None or end < begin:
        return None
    return round((end - begin).total_seconds(), 3)


def stamp(moment: datetime | None) -> str | None:
    """ISO 8601 to the millisecond, without a zone."""
    return None if moment is None else moment.isoformat(timespec="milliseconds")


def _microseconds(fraction: str | None) -> int:
    return int((fraction or "0")[:6].ljust(6, "0"))


def _zone(text: str) -> timezone:
    if text == "Z":
        return UTC
    minutes = int(text[1:3]) * 60 + int(text[-2:])
    return timezone(timedelta(minutes=-minutes if text[0] == "-" else minutes))
