"""The sentences of a release's report, in one language; plain text, escaped where it is shown."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from reports.rendering import vocabulary
from reports.rendering.figures import Figures
from reports.rendering.purposes import purpose_of
from reports.standing import works
from reports.verdict import ExitCode

if TYPE_CHECKING:
    from collections.abc import Iterator

    from reports.conformance_result import ConformanceResult, Cost, Endpoint, Limits
    from reports.load_result import LoadResult
    from reports.rendering.release_view import GroupView, ReleaseView, Tally
    from reports.rendering.words import Words

TALLIED: tuple[tuple[str, str, str], ...] = (
    ("violates", "%(n)s violated", "%(n)s violated"),
    ("harness_error", "%(n)s harness error", "%(n)s harness errors"),
    ("warns", "%(n)s warning", "%(n)s warnings"),
    ("conforms", "%(n)s conforms", "%(n)s conform"),
    ("untested", "%(n)s not tested", "%(n)s not tested"),
    ("unsupported", "%(n)s not offered", "%(n)s not offered"),
)


@dataclass(frozen=True)
class ReleaseText:
    """Sentences about one release."""

    view: ReleaseView
    words: Words

    @property
    def figures(self) -> Figures:
        return Figures(self.words)

    def headline(self) -> str:
        """Why the verdict is what it is, in one sentence."""
        say, count, view = self.words.say, self.words.count, self.view
        verdict, load = view.conformance_verdict, view.release.load
        if verdict is None:
            return say("the contract has not been judged.")
        tally = view.tally
        if tally.critical:
            return count(
                "%(n)s requirement is violated that the contract makes a MUST.",
                "%(n)s requirements are violated that the contract makes a MUST.",
                tally.critical,
            )
        if verdict.name == "FAIL":
            return say("a deviation is out of date; see the problems below.")
        if load is not None and load.verdict == "FAIL":
            return say("the contract is kept, the limits under load are not.")
        if verdict.name == "PASS" and load is not None and load.verdict != "PASS":
            return say("the contract is kept; the load run decided nothing.")
        return self._contract_headline(verdict.exit_code)

    def _contract_headline(self, exit_code: ExitCode) -> str:
        say, view = self.words.say, self.view
        conformance = view.release.conformance
        if exit_code == ExitCode.PASS and view.left_out:
            return self.words.count(
                "nothing tested is violated; %(n)s MUST was left out by choice.",
                "nothing tested is violated; %(n)s MUSTs were left out by choice.",
                len(view.left_out),
            )
        if exit_code == ExitCode.PASS:
            return say("the contract is kept, nothing tested is violated.")
        if exit_code == ExitCode.HARNESS_ERROR:
            return say("the harness failed; this says nothing about the service.")
        if exit_code == ExitCode.NOTHING_TESTED:
            return say("nothing was tested.")
        if conformance is not None and conformance.incomplete:
            return say(
                "%(why)s before everything was tested.",
                why=say(vocabulary.INCOMPLETE[conformance.incomplete]),
            )
        return self.words.count(
            "%(n)s requirement that the contract makes a MUST could not be tested.",
            "%(n)s requirements that the contract makes a MUST could not be tested.",
            len(view.blocking),
        )

    def outcome_counts(self, tally: Tally) -> str:
        """The outcomes that occurred, worst first: `1 violated, 15 conform`."""
        parts = [
            self.words.count(one, many, tally.counts[outcome])  # type: ignore[index]
            for outcome, one, many in TALLIED
            if tally.counts[outcome]  # type: ignore[index]
        ]
        return ", ".join(parts)

    def group_remark(self, group: GroupView) -> str:
        """What of a group does not conform, or nothing."""
        rest = [
            self.words.count(one, many, group.tally.counts[outcome])  # type: ignore[index]
            for outcome, one, many in TALLIED
            if outcome != "conforms" and group.tally.counts[outcome]  # type: ignore[index]
        ]
        return ", ".join(rest)

    def start_time(self) -> str:
        """How long the service took to start, by the best measurement there is."""
        return self.figures.seconds(self.view.release.start_seconds)

    def log_errors(self) -> str:
        """How many errors the log holds."""
        logs = self.view.release.logs
        if logs is None:
            return self.words.say("not measured")
        return self.error_count(
            sum(one.errors for one in logs.readings), sum(one.critical for one in logs.readings)
        )

    def error_count(self, errors: int, critical: int) -> str:
        """A number of errors in a log and how many kinds of them are critical."""
        if not errors and not critical:
            return self.words.say("none")
        text = self.words.count("%(n)s error", "%(n)s errors", errors)
        if critical:
            return f"{text}, {self.words.count('%(n)s critical', '%(n)s critical', critical)}"
        return self.words.say("%(errors)s, not critical", errors=text)

    def purpose(self, endpoint: Endpoint) -> str:
        """What the contract says an operation is for."""
        return self.words.say(purpose_of(self.view.release, endpoint)) or "—"

    def endpoint_status(self, endpoint: Endpoint) -> str:
        """Whether the operation works."""
        answer = works(endpoint)
        if answer is None:
            return "❔ " + self.words.say("not found out")
        return "✅ " + self.words.say("works") if answer else "❌ " + self.words.say("fails")

    def answers(self, endpoint: Endpoint) -> str:
        """How often each status came: `200 × 12, 401 × 3`."""
        return ", ".join(
            f"{status} × {self.words.number(n)}" for status, n in sorted(endpoint.statuses.items())
        )

    def ending(self, ending: str) -> str:
        """How one life of the container ended."""
        return self.words.say(vocabulary.ENDINGS[ending])

    def meaning(self, group: object) -> str:
        """What a group of log errors means, where a rule says so."""
        return self.words.either(group.means, group.means_ru)  # type: ignore[attr-defined]

    def measured(self) -> list[tuple[str, str]]:
        """How everything was measured, as names and values."""
        say, release = self.words.say, self.view.release
        rows: list[tuple[str, str]] = []
        if release.conformance:
            rows += self._of_the_suite(release.conformance)
        if release.load:
            rows += self._of_the_load(release.load)
        if release.startup:
            starts = self.words.count("%(n)s start", "%(n)s starts", len(release.startup.runs))
            rows.append((say("Starts measured"), f"{starts}, `{release.startup.subject}`"))
        parts = ("conformance", "load", "logs", "startup")
        files = [f"`{part}.json`" for part in parts if getattr(release, part) is not None]
        rows.append((say("Computed from"), ", ".join(files)))
        return rows

    def _of_the_suite(self, run: ConformanceResult) -> Iterator[tuple[str, str]]:
        say, machine = self.words.say, run.machine
        yield say("Harness"), f"inference-gate {run.harness_version}"
        yield say("Depth"), run.depth
        yield say("Seed"), str(run.seed)
        yield say("Cost"), self._cost(run.cost)
        yield say("Limits"), self._limits(run.limits)
        yield say("Machine"), self._machine(machine.platform, machine.python, machine.cpus)
        if run.incomplete:
            why = say(vocabulary.INCOMPLETE[run.incomplete])
            yield say("Incomplete"), f"{why}: {run.incomplete_reason}"
        if run.accepted_untested:
            yield say("Accepted untested"), ", ".join(run.accepted_untested)
        for note in run.notes:
            yield say("Note"), note

    def _of_the_load(self, load: LoadResult) -> Iterator[tuple[str, str]]:
        say, software = self.words.say, load.software
        yield say("Load scenario"), f"{load.scenario}, {self.figures.when(load.started_at)}"
        machine = self._machine(software.platform, software.python, software.cpus)
        yield say("Load from"), f"{machine}, Locust {software.locust}"

    def _machine(self, platform: str, python: str, cpus: int) -> str:
        cores = self.words.count("%(n)s core", "%(n)s cores", cpus)
        return f"{platform}, Python {python}, {cores}"

    def _cost(self, cost: Cost) -> str:
        """What the run cost the target."""
        text = self.words.say(
            "%(requests)s in %(time)s, %(sent)s sent, %(received)s received",
            requests=self.words.count("%(n)s request", "%(n)s requests", cost.requests),
            time=self.figures.seconds(cost.duration_s),
            sent=self.figures.size(cost.sent_bytes),
            received=self.figures.size(cost.received_bytes),
        )
        if cost.tokens is not None:
            text += ", " + self.words.count("%(n)s token", "%(n)s tokens", cost.tokens)
        if cost.rate_limited:
            text += ", " + self.words.count(
                "asked to slow down %(n)s time", "asked to slow down %(n)s times", cost.rate_limited
            )
        return text

    def _limits(self, limits: Limits) -> str:
        """What the user allowed the run to cost."""
        parts = []
        if limits.max_requests is not None:
            parts += [self.words.count("%(n)s request", "%(n)s requests", limits.max_requests)]
        if limits.time_budget_s is not None:
            parts += [self.figures.seconds(limits.time_budget_s)]
        return ", ".join(parts) or self.words.say("none")
