"""The sentences and figures of a load run, in one language."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from reports.load_figures import error_share
from reports.rendering.figures import Figures
from reports.rendering.vocabulary import mark

if TYPE_CHECKING:
    from reports.load_result import (
        CapacityResult,
        Distribution,
        LoadResult,
        OverloadResult,
    )
    from reports.rendering.words import Words

_CAPACITY = {
    "FOUND": mark("%(low)s kept the limits, %(high)s did not."),
    "UNRESOLVED": mark("not decided; %(low)s kept the limits, %(high)s did not."),
    "ABOVE_LIMIT": mark("at least %(low)s, the highest rate that was tried."),
    "BELOW_START": mark("below %(high)s, the lowest rate that was tried."),
    "INVALID": mark("not measured: the generator was the limit, not the service."),
}


@dataclass(frozen=True)
class LoadText:
    """Sentences about load runs."""

    words: Words

    @property
    def figures(self) -> Figures:
        return Figures(self.words)

    def load_summary(self, load: LoadResult) -> str:
        """What was asked of the service and what came of it, in one sentence."""
        return self.words.say(
            "%(rate)s offered for %(time)s, %(achieved)s answered rightly, %(errors)s went wrong.",
            rate=self.figures.rate(load.generator.offered_rate),
            time=self.figures.seconds(load.measured_s),
            achieved=self.figures.rate(sum(row.correct_throughput for row in load.operations)),
            errors=self.words.percent(error_share(load.operations) or 0),
        )

    def percentile(self, latency: Distribution | None, name: str) -> str:
        """One percentile, unless too few values support it."""
        if latency is None or not latency.count:
            return "—"
        if name in latency.unsupported:
            return self.words.say("too few")
        return self.figures.milliseconds(getattr(latency, name))

    def capacity(self, capacity: CapacityResult) -> str:
        """The rate up to which the limits were kept."""
        return self.words.say(
            _CAPACITY[capacity.status],
            low=self.figures.rate(capacity.highest_passing_rate),
            high=self.figures.rate(capacity.lowest_failing_rate),
        )

    def overload(self, overload: OverloadResult) -> str:
        """How the service took more than it could do."""
        peak = self.words.say(
            "at %(peak)s it refused %(shed)s, gave %(wrong)s and left %(hung)s without an end;",
            peak=self.figures.rate(overload.peak_rate),
            shed=self.words.count("%(n)s request", "%(n)s requests", overload.shed),
            wrong=self.words.count("%(n)s wrong answer", "%(n)s wrong answers", overload.wrong),
            hung=self.words.count("%(n)s request", "%(n)s requests", overload.hung),
        )
        if not overload.recovered:
            return f"{peak} {self.words.say('it did not recover.')}"
        after = self.figures.seconds(overload.recovery_s)
        return f"{peak} {self.words.say('it recovered after %(time)s.', time=after)}"
