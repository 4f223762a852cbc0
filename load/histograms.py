"""HDR histograms that merge exactly: counts, sum and extremes are all whole numbers."""

from __future__ import annotations

import base64
from typing import TYPE_CHECKING

import msgspec
from hdrh.histogram import HdrHistogram

from reports.load_result import Distribution
from reports.statistics.binomial import requests_needed

if TYPE_CHECKING:
    from reports.load_result import Unit

LOWEST = 1
HIGHEST = 600_000_000
DIGITS = 3
NOTHING_YET = 1 << 62
PERCENTILES = {"p50": 50.0, "p90": 90.0, "p95": 95.0, "p99": 99.0, "p999": 99.9}


class Packed(msgspec.Struct, frozen=True):
    """A histogram as it travels from a worker to the master."""

    counts: bytes
    total: int
    minimum: int
    maximum: int


class Histogram:
    """Whole numbers from 1 to 600,000,000: microseconds up to ten minutes, or any scaled unit.

    What is smaller or larger is counted at the end of the range; `minimum` and `maximum` keep
    the value itself.
    """

    __slots__ = ("_hdr", "_least", "_record", "maximum", "total")

    def __init__(self) -> None:
        self._hdr = HdrHistogram(LOWEST, HIGHEST, DIGITS, b64_wrap=False)
        self._record = self._hdr.record_value
        self._least = NOTHING_YET
        self.total = 0
        self.maximum = 0

    @property
    def minimum(self) -> int:
        """The smallest value itself; 0 if there is none."""
        return 0 if self._least == NOTHING_YET else self._least

    @property
    def count(self) -> int:
        """How many values were recorded."""
        return int(self._hdr.total_count)

    def record(self, value: int) -> None:
        """Count one value."""
        # Once per request and histogram: conditions cost less than min() and max().
        self.maximum = max(self.maximum, value)
        self._least = min(self._least, value)
        self.total += value
        if value > HIGHEST:
            value = HIGHEST
        elif value < LOWEST:
            value = LOWEST
        self._record(value)

    def add(self, packed: Packed) -> None:
        """Merge another histogram into this one, exactly."""
        other = HdrHistogram.decode(packed.counts, b64_wrap=False)
        if other.total_count == 0:
            return
        self._least = min(self._least, packed.minimum)
        self.maximum = max(self.maximum, packed.maximum)
        self.total += packed.total
        self._hdr.add(other)

    def pack(self) -> Packed:
        """The histogram as bytes; equal histograms give equal bytes."""
        return Packed(self._hdr.encode(), self.total, self.minimum, self.maximum)

    def value_at(self, percentile: float) -> int:
        """The value that this percentage of the values does not exceed, to three digits."""
        if self.count == 0:
            return 0
        return min(int(self._hdr.get_value_at_percentile(percentile)), max(self.maximum, LOWEST))

    def count_over(self, limit: int) -> int:
        """How many values exceed the limit, to the histogram's three digits."""
        within = 0
        for step in self._hdr.get_recorded_iterator():
            if self._hdr.get_lowest_equivalent_value(step.value_iterated_to) > limit:
                break
            within += step.count_added_in_this_iter_step
        return self.count - within

    def distribution(self, unit: Unit, scale: int) -> Distribution:
        """What a result says of these values, in units of which each is `scale` of ours."""
        count = self.count
        values = self._hdr.get_percentile_to_value_dict(list(PERCENTILES.values())) if count else {}
        at = {
            name: min(values.get(percentile, 0), self.maximum) / scale
            for name, percentile in PERCENTILES.items()
        }
        return Distribution(
            unit=unit,
            count=count,
            mean=self.total / count / scale if count else 0.0,
            minimum=self.minimum / scale,
            maximum=self.maximum / scale,
            unsupported=tuple(
                name
                for name, percentile in PERCENTILES.items()
                if count < requests_needed(percentile)
            ),
            scale=scale,
            histogram=base64.b64encode(self._hdr.encode()).decode("ascii"),
            **at,
        )


def merged(parts: list[Packed]) -> Histogram:
    """One histogram with the counts of all parts."""
    whole = Histogram()
    for part in parts:
        whole.add(part)
    return whole
