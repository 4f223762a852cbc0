"""Axes: where a value lies on a chart, and which round values are written beside it."""

from __future__ import annotations

import math
from dataclasses import dataclass


@dataclass(frozen=True)
class Scale:
    """Maps values from [low, high] to pixels from [start, end], evenly or by their logarithm."""

    low: float
    high: float
    start: float
    end: float
    logarithmic: bool = False

    def at(self, value: float) -> float:
        """The pixel of a value; values beyond the ends stay at them."""
        value = min(max(value, self.low), self.high)
        if self.logarithmic:
            share = math.log(value / self.low) / math.log(self.high / self.low)
        else:
            share = (value - self.low) / (self.high - self.low)
        return self.start + share * (self.end - self.start)

    def ticks(self, most: int = 6) -> list[float]:
        """Round values within the scale, `most` of them or a few less."""
        return self._log_ticks(most) if self.logarithmic else self._even_ticks(most)

    def _even_ticks(self, most: int) -> list[float]:
        step = _round_step((self.high - self.low) / max(1, most - 1))
        first = math.ceil(self.low / step - 1e-9)
        last = math.floor(self.high / step + 1e-9)
        return [round(n * step, 10) for n in range(first, last + 1)]

    def _log_ticks(self, most: int) -> list[float]:
        first, last = math.floor(math.log10(self.low)), math.ceil(math.log10(self.high))
        for digits in ((1, 2, 3, 5, 7), (1, 2, 5), (1, 3), (1,)):
            found = [
                digit * 10.0**power
                for power in range(first, last + 1)
                for digit in digits
                if self.low <= digit * 10.0**power <= self.high
            ]
            if len(found) <= most:
                break
        return found if len(found) > 1 else self._even_ticks(most)


def _round_step(least: float) -> float:
    power = 10.0 ** math.floor(math.log10(least)) if least > 0 else 1.0
    return next(step for step in (power, 2 * power, 5 * power, 10 * power) if step >= least)
