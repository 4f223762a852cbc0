"""The sentences and cells of a comparison, in one language; plain text, escaped where shown."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from reports.comparison.comparing import lost_from_sight
from reports.rendering.figures import Figures
from reports.rendering.vocabulary import mark

if TYPE_CHECKING:
    from reports.comparison import Caveat, Comparison, Figure, MoveKind, Side
    from reports.comparison.caveats import Subject
    from reports.rendering.words import Words

MOVES: dict[MoveKind, str] = {
    "newly_violated": mark("Newly violated"),
    "newly_unsupported": mark("No longer offered"),
    "newly_untested": mark("No longer tested"),
    "newly_warned": mark("New warnings"),
    "newly_accepted": mark("Violated and accepted for a time"),
    "still_violated": mark("Violated in both"),
    "fixed": mark("Fixed"),
    "newly_tested": mark("Newly tested, and kept"),
    "level_changed": mark("Of another level"),
    "appeared": mark("Asked only of version %(b)s"),
    "vanished": mark("Asked only of version %(a)s"),
}

CAVEATS: dict[Subject, str] = {
    "conformance": mark("The contract was not judged for both (%(a)s / %(b)s)."),
    "contracts": mark("The contracts differ: %(a)s / %(b)s."),
    "service": mark("The services differ: %(a)s / %(b)s."),
    "order": mark(
        "%(b)s is named as the newer release, but its number is lower than that of %(a)s: "
        "were they swapped?"
    ),
    "edition": mark("The editions of %(contract)s differ: %(a)s / %(b)s."),
    "case_set": mark(
        "The sets of requirements of %(contract)s differ; asked only of one: %(a)s / %(b)s. "
        "Only those asked of both are compared."
    ),
    "wording": mark("%(contract)s was reworded in between: “%(a)s” / “%(b)s”."),
    "harness": mark("The versions of the harness differ: %(a)s / %(b)s."),
    "depth": mark("The depths differ: %(a)s / %(b)s."),
    "seed": mark("The seeds differ: %(a)s / %(b)s."),
    "machine": mark("The machines of the harness differ: %(a)s / %(b)s."),
    "incomplete": mark("Not every run came to its end: %(a)s / %(b)s."),
    "load": mark("Load was not measured for both: %(a)s / %(b)s."),
    "load_plan": mark("The load differed, so its figures stand without a change: %(a)s / %(b)s."),
    "load_machine": mark(
        "The load came from different machines, so its figures stand without a change: "
        "%(a)s / %(b)s."
    ),
    "load_verdict": mark("A load run was not valid: %(a)s / %(b)s."),
}

MEASURES: dict[str, str] = {
    "listening_s": mark("Start: port open"),
    "healthy_s": mark("Start: first good answer"),
    "ready_s": mark("Start: engine ready"),
    "first_page_s": mark("Start: first page answered"),
    "first_page_took_s": mark("First page took"),
    "second_page_took_s": mark("Second page took"),
    "correct_throughput": mark("Right answers"),
    "error_share": mark("Failed or wrong"),
    "latency_p50": mark("Latency p50"),
    "latency_p95": mark("Latency p95"),
    "latency_p99": mark("Latency p99"),
    "first_token_p95": mark("Time to first token p95"),
}

WITHIN_NOISE = 0.05
"""Two single runs of the same release differ by this much often enough to mean nothing."""


@dataclass(frozen=True)
class ComparisonText:
    """Sentences about one comparison."""

    comparison: Comparison
    words: Words

    @property
    def figures(self) -> Figures:
        return Figures(self.words)

    def headline(self) -> str:
        """Why the verdict is what it is, in one sentence."""
        one, say, count = self.comparison, self.words.say, self.words.count
        names = {"a": one.a.version, "b": one.b.version}
        worse = len(one.moved("newly_violated"))
        if any(caveat.refuses for caveat in one.caveats):
            return say("the two results cannot be compared.")
        if worse:
            return count(
                "%(n)s requirement is violated in %(b)s that was not in %(a)s.",
                "%(n)s requirements are violated in %(b)s that were not in %(a)s.",
                worse,
                **names,
            )
        unseen = sum(lost_from_sight(move) for move in one.moves)
        if unseen:
            return count(
                "%(n)s requirement that %(a)s keeps was not seen to be kept in %(b)s.",
                "%(n)s requirements that %(a)s keeps were not seen to be kept in %(b)s.",
                unseen,
                **names,
            )
        still = len(one.moved("still_violated"))
        if still:
            return count(
                "nothing got worse in %(b)s; %(n)s requirement is violated in both.",
                "nothing got worse in %(b)s; %(n)s requirements are violated in both.",
                still,
                **names,
            )
        return say("nothing that %(a)s keeps is violated in %(b)s.", **names)

    def side_rows(self) -> list[tuple[str, str, str]]:
        """The rows of the table that people used to write by hand: name, older, newer."""
        say, a, b = self.words.say, self.comparison.side_a, self.comparison.side_b
        return [
            (say("Works"), self.works(a), self.works(b)),
            (say("vLLM problems"), self.vllm(a), self.vllm(b)),
            (say("Start time"), self.start_time(a), self.start_time(b)),
            (say("Errors in the log"), self.log_errors(a), self.log_errors(b)),
            (say("Functionality"), self.functionality(a), self.functionality(b)),
        ]

    def start_time(self, side: Side) -> str:
        """How long the release takes to start."""
        return self.figures.seconds(side.start_seconds)

    def works(self, side: Side) -> str:
        """Whether the release works."""
        if side.works is None:
            return self.words.say("not measured")
        return "✅ " + self.words.say("yes") if side.works else "❌ " + self.words.say("no")

    def vllm(self, side: Side) -> str:
        """Whether the log shows vLLM problems."""
        if side.vllm_problems is None:
            return self.words.say("not measured")
        return (
            "⚠️ " + self.words.say("present")
            if side.vllm_problems
            else "✅ " + self.words.say("none")
        )

    def log_errors(self, side: Side) -> str:
        """How many errors the log has."""
        if side.log_errors is None:
            return self.words.say("not measured")
        if not side.log_errors and not side.log_critical:
            return "✅ " + self.words.say("none")
        sign = "❌" if side.log_critical else "⚠️"
        return f"{sign} {self.words.say('present')}: {self.words.number(side.log_errors)}"

    def functionality(self, side: Side) -> str:
        """How much of what the contract asks for is there."""
        if side.functionality is None:
            return self.words.say("not measured")
        if side.functionality == "full":
            return "✅ " + self.words.say("full")
        if side.functionality == "partial":
            return "⚠️ " + self.words.count(
                "partial: %(n)s MUST is missing", "partial: %(n)s MUSTs are missing", side.missing
            )
        return "❔ " + self.words.count(
            "full as far as tested, %(n)s MUST is open",
            "full as far as tested, %(n)s MUSTs are open",
            side.missing,
        )

    def caveat(self, caveat: Caveat) -> str:
        """One inequality as a sentence."""
        return self.words.say(
            CAVEATS[caveat.subject],
            a=self._side(caveat.a),
            b=self._side(caveat.b),
            contract=caveat.contract,
        )

    def _side(self, value: str) -> str:
        return self.words.say(value) if value in ("yes", "no") else value

    def move_title(self, kind: MoveKind) -> str:
        """What the requirements of this kind have in common."""
        names = {"a": self.comparison.a.version, "b": self.comparison.b.version}
        return self.words.say(MOVES[kind], **names)

    def measure(self, figure: Figure) -> str:
        """The name of a figure."""
        return self.words.say(MEASURES[figure.measure])

    def value(self, figure: Figure, value: float | None) -> str:
        """A value of a figure in its unit."""
        if value is None:
            return "—"
        if figure.unit == "share":
            return self.words.percent(value)
        write = {"s": self.figures.seconds, "ms": self.figures.milliseconds}
        return write.get(figure.unit, self.figures.rate)(value)

    def change(self, figure: Figure) -> str:
        """How far b lies from a, marked when it is worse by more than chance often does."""
        change = figure.change
        if change is None:
            return "—"
        text = f"{'+' if change > 0 else '−' if change < 0 else ''}{self.words.percent(abs(change), 0)}"
        worse = change if figure.better == "lower" else -change
        if abs(change) <= WITHIN_NOISE:
            return text
        return f"{text} {'⚠️' if worse > 0 else '✅'}"
