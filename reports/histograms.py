"""The histograms of load runs, read back: one, or several as one."""

from __future__ import annotations

import base64
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

    from hdrh.histogram import HdrHistogram

    from reports.load_result import Distribution


def histogram_of(distribution: Distribution) -> HdrHistogram:
    """The histogram that a distribution carries; its values are in `scale` parts of the unit."""
    from hdrh.histogram import HdrHistogram

    return HdrHistogram.decode(base64.b64decode(distribution.histogram), b64_wrap=False)


class Merged:
    """Every value of some distributions of one measure, in that measure's unit."""

    def __init__(self, distributions: Iterable[Distribution]) -> None:
        """Merge them; none at all is an empty measure."""
        self._histogram: HdrHistogram | None = None
        self._scale = 1
        self.count = 0
        for one in distributions:
            self._add(one)

    def _add(self, one: Distribution) -> None:
        decoded = histogram_of(one)
        self.count, self._scale = self.count + one.count, one.scale
        if self._histogram is None:
            self._histogram = decoded
        else:
            self._histogram.add(decoded)

    def value_at(self, percentile: float) -> float | None:
        """The value that this percentage of the values does not exceed; None of no values."""
        if self._histogram is None or not self.count:
            return None
        value: float = self._histogram.get_value_at_percentile(percentile) / self._scale
        return value

    def count_over(self, limit: float) -> int:
        """How many values exceed the limit, to the histogram's three digits."""
        if self._histogram is None:
            return 0
        within = 0
        for step in self._histogram.get_recorded_iterator():
            lowest = self._histogram.get_lowest_equivalent_value(step.value_iterated_to)
            if lowest > round(limit * self._scale):
                break
            within += step.count_added_in_this_iter_step
        return self.count - within
