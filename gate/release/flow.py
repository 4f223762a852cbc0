"""The steps of a release gate, in their order: suite, load in turn, comparison, decision."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import httpx

from gate.release.errors import CandidateCrashed, CannotJudge
from gate.release.identity import difference, identify
from gate.release.secrets import authorization, redactor
from gate.release.stored import advisory
from gate.release.suite import run_suite
from gate.release.trial_run import TrialRun
from reports import sentences
from reports.comparison import compare
from reports.comparison.gate_record import GateRecord
from reports.logs import load_rules, read_log
from reports.release import Release
from reports.stored_files import CONFORMANCE
from reports.trials.decision import decide
from reports.verdict import ExitCode, judge_conformance

if TYPE_CHECKING:
    from pathlib import Path

    from gate.release.journal import Journal
    from gate.release.progress import Telling
    from gate.release.side import Side
    from reports.store import ReportStore
    from reports.trials.policy import Policy
    from reports.trials.result import Side as SideName
    from reports.trials.result import Trial
    from reports.verdict import Verdict

_JUDGED = frozenset({0, 1, 3, 5})
"""Exit codes of the suite after which its report can be weighed."""


@dataclass
class Gate:
    """One comparison of a candidate that is up with a baseline that is up, or stored."""

    baseline: Side | Release
    candidate: Side
    service: str
    policy: Policy
    store: ReportStore
    journal: Journal
    seed: int
    telling: Telling
    trial: Trial | None = None

    def run(self, *, load: bool) -> Verdict:
        """Judge, load, compare, decide. Raises CannotJudge."""
        try:
            self._watch()
            for name, side in self._sides().items():
                self._publish_start(side)
                self._judge(name, side)
            self._watch()
            if load:
                self._load()
        finally:
            self._publish_logs()
        baseline, candidate = self._releases()
        judged = candidate.conformance
        if judged is None:
            raise CannotJudge(sentences.NO_RESULT(), ExitCode.HARNESS_ERROR)
        change = compare(baseline, candidate)
        for move in change.moved("fixed"):
            self.telling.say(f"fixed: {move.row.id} {move.row.text}")
        if load and isinstance(self.baseline, Release):
            for line in advisory(baseline, candidate):
                self.telling.say(line)
        return decide(
            self.policy,
            contract=judge_conformance(judged),
            change=change.verdict,
            trial=self.trial,
            start_s=candidate.start_seconds,
        )

    def publish(self, verdict: Verdict) -> Path:
        """Write the comparison with the decision in it, and return where it lies."""
        record = GateRecord(
            verdict=verdict.name,
            exit_code=verdict.exit_code,
            reasons=verdict.reasons,
            trial=self.trial,
        )
        return self.store.write_comparison(
            *self._releases(), record, redactor(self.candidate.options.key_env)
        )

    def candidate_release(self) -> Release:
        """Everything that is stored of the candidate."""
        return self._release(self.candidate)

    def _sides(self) -> dict[SideName, Side]:
        """The releases that are up, the baseline first."""
        if isinstance(self.baseline, Release):
            return {"candidate": self.candidate}
        return {"baseline": self.baseline, "candidate": self.candidate}

    def _releases(self) -> tuple[Release, Release]:
        baseline = self.baseline
        return (
            baseline if isinstance(baseline, Release) else self._release(baseline),
            self._release(self.candidate),
        )

    def _release(self, side: Side) -> Release:
        """What is stored of a side; a gate that ended early may have stored nothing."""
        if not self.store.folder(self.service, side.version).is_dir():
            return Release(service=self.service, version=side.version)
        return self.store.read(self.service, side.version)

    def _judge(self, name: SideName, side: Side) -> None:
        report = self.store.folder(self.service, side.version) / CONFORMANCE
        if self.journal.was_judged(name, report) is not None:
            self.telling.say(f"{side.version}: conformance: kept from the interrupted run")
            return
        self.telling.step(f"{side.version}: conformance")
        before = _written(report)
        done = run_suite(
            side, self.policy, service=self.service, reports=self.store.root, seed=self.seed
        )
        clean = redactor(side.options.key_env)
        last = [clean(line) for line in done.tail(30)]
        if done.exit_code == ExitCode.UNREACHABLE:
            raise self._lost(name, last[-1] if last else "no answer")
        if done.exit_code not in _JUDGED or _written(report) == before:
            for line in last:
                self.telling.say(line)
            usage = done.exit_code == ExitCode.USAGE
            raise CannotJudge(
                sentences.SUITE_FAILED(version=side.version, reason=_why(last)),
                ExitCode.USAGE if usage else ExitCode.HARNESS_ERROR,
            )
        self.journal.keep_judged(name, done.exit_code, report)
        for line in _summary(last):
            self.telling.say(f"{side.version}: {line}")

    def _publish_start(self, side: Side) -> None:
        if side.startup is not None:
            clean = redactor(side.options.key_env)
            self.store.write_startup(self.service, side.version, side.startup, clean)

    def _publish_logs(self) -> None:
        """What the containers have logged until now, a crash under load included."""
        for side in self._sides().values():
            if side.log is not None:
                with side.log.open("rb") as log:
                    reading = read_log(log, side.log.name, load_rules(None))
                clean = redactor(side.options.key_env)
                self.store.write_logs(self.service, side.version, (reading,), clean)

    def _load(self) -> None:
        stored = isinstance(self.baseline, Release)
        run = TrialRun(
            sides=self._sides(),
            versions=(self.baseline.version, self.candidate.version),
            policy=self.policy,
            journal=self.journal,
            seed=self.seed,
            telling=self.telling,
            watch=self._watch,
            lost=self._lost,
        )
        try:
            self.trial = run.run()
        except CannotJudge:
            self.trial = run.analysed() if run.loads else None
            raise
        finally:
            for name, side in self._sides().items():
                if (middle := run.middle(name)) is not None:
                    clean = redactor(side.options.key_env)
                    self.store.write_load(self.service, side.version, middle, clean)
        if stored:
            self.telling.say("load: the baseline is stored, so only limits were judged")

    def _watch(self) -> None:
        """Raise CannotJudge if a deployment is not what it was when the run began."""
        for name, side in self._sides().items():
            headers = authorization(side.options.key_env)
            try:
                facts = identify(side.url, headers, self.policy)
            except (httpx.TransportError, httpx.InvalidURL) as error:
                raise self._lost(name, f"{type(error).__name__}: {error}") from None
            before = self.journal.identity(name)
            if before is None:
                self.journal.keep_identity(name, facts)
            elif (changed := difference(before, facts)) is not None:
                what, code = changed
                raise CannotJudge(sentences.CHANGED(version=side.version, reason=what), code)

    def _lost(self, name: SideName, how: str) -> CannotJudge:
        """How the gate ends when a side does not answer any more."""
        side = self._sides()[name]
        crash = side.crash()
        if crash is not None and name == "candidate":
            return CandidateCrashed(f"{side.version}: {crash}")
        return CannotJudge(
            sentences.NO_ANSWER(
                version=side.version, reason=crash or redactor(side.options.key_env)(how)
            ),
            ExitCode.UNREACHABLE,
        )


def _written(report: Path) -> tuple[int, int] | None:
    """What tells one written report from another at the same place."""
    try:
        stat = report.stat()
    except FileNotFoundError:
        return None
    return stat.st_ino, stat.st_mtime_ns


def _summary(last: list[str]) -> list[str]:
    """The suite's own words at its end: outcomes, reasons, verdict."""
    begin = next((n for n, line in enumerate(last) if line.startswith("====")), len(last) - 1)
    end = next(
        (n for n, line in enumerate(last) if n > begin and line.startswith("====")), len(last)
    )
    return [line.strip() for line in last[begin + 1 : end]]


def _why(last: list[str]) -> str:
    """The line in which the suite says what kept it from judging."""
    for line in reversed(last):
        _, mark, why = line.partition("outcomes.Exit: ")
        if mark:
            return why.rstrip("! ")
        if "report could not be written" in line:
            return line.strip()
    return last[-1] if last else "it printed nothing"
