"""The sentences of an interleaved load trial, in one language."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from reports.rendering.figures import Figures
from reports.rendering.vocabulary import mark

if TYPE_CHECKING:
    from reports.rendering.words import Words
    from reports.trials.result import MetricVerdict, Trial
    from reports.verdict import VerdictName

HEADLINES: dict[VerdictName, str] = {
    "PASS": mark("Under load it is no worse than allowed."),
    "FAIL": mark("Under load it is worse than allowed."),
    "INCONCLUSIVE": mark("Whether it is worse under load is not decided."),
    "INVALID": mark("The load trial was not valid."),
}

METRICS: dict[str, str] = {
    "latency_p50": mark("Latency p50"),
    "latency_p95": mark("Latency p95"),
    "latency_p99": mark("Latency p99"),
    "throughput": mark("Throughput"),
    "goodput": mark("Right answers"),
    "failure_share": mark("Failed"),
    "time_to_first_token_p50": mark("Time to first token p50"),
    "time_to_first_token_p95": mark("Time to first token p95"),
    "time_to_first_token_p99": mark("Time to first token p99"),
}


@dataclass(frozen=True)
class TrialText:
    """Sentences about one trial."""

    trial: Trial
    words: Words

    def headline(self) -> str:
        """What the trial says of the newer release."""
        return self.words.say(HEADLINES[self.trial.verdict])

    def summary(self) -> str:
        """How it was measured."""
        return self.words.say(
            "%(pairs)s in turn, %(requests)s in all, scenario %(scenario)s, seed %(seed)s.",
            pairs=self.words.count("%(n)s pair of blocks", "%(n)s pairs of blocks", self._pairs()),
            requests=self.words.count(
                "%(n)s request", "%(n)s requests", sum(one.requests for one in self.trial.blocks)
            ),
            scenario=self.trial.scenario,
            seed=str(self.trial.seed),
        )

    def name(self, metric: MetricVerdict) -> str:
        """The name of a metric."""
        return self.words.say(METRICS.get(metric.metric, metric.metric))

    def value(self, metric: MetricVerdict, value: float) -> str:
        """A value of a metric, in its unit."""
        if metric.kind == "share":
            return self.words.percent(value, 2)
        figures = Figures(self.words)
        if metric.metric.startswith(("latency", "time_to_first_token")):
            return figures.milliseconds(value)
        return figures.rate(value)

    def effect(self, metric: MetricVerdict) -> str:
        """How much worse the newer release is, with the bounds of that: +3% (+1% to +5%)."""
        if metric.kind == "share":
            values = (metric.effect, metric.low, metric.high)
        else:
            values = (metric.effect - 1, metric.low - 1, metric.high - 1)
        shown = [self._signed(value) for value in values]
        return self.words.say(
            "%(effect)s (%(low)s to %(high)s)", effect=shown[0], low=shown[1], high=shown[2]
        )

    def allowed(self, metric: MetricVerdict) -> str:
        """How much worse it may be."""
        return self._signed(metric.margin if metric.kind == "share" else metric.margin - 1)

    def needs(self, metric: MetricVerdict) -> str:
        """How many pairs a verdict would take, where there is none yet."""
        if metric.verdict != "INCONCLUSIVE" or metric.needs_pairs is None:
            return ""
        return self.words.count(
            "would need %(n)s pair", "would need %(n)s pairs", metric.needs_pairs
        )

    def wrong_answers(self) -> str:
        """How many answers of the newer release were wrong."""
        wrong = self.trial.wrong_answers
        return self.words.say(
            "%(wrong)s of %(requests)s (at most %(high)s with confidence; allowed %(allowed)s)",
            wrong=self.words.number(wrong.wrong),
            requests=self.words.number(wrong.requests),
            high=self.words.percent(wrong.high, 2),
            allowed=self.words.percent(wrong.allowed, 2),
        )

    def _pairs(self) -> int:
        return len({block.pair for block in self.trial.blocks})

    def _signed(self, value: float) -> str:
        text = self.words.percent(abs(value), 1)
        return f"{'+' if value > 0 else '−' if value < 0 else ''}{text}"
