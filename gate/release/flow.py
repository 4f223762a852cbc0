"""The steps of a release gate, in their order: suite, load in turn, comparison, decision."""

from __future__ import annotations

import sys
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Protocol

import httpx

from gate.release.fingerprint import fingerprint
from gate.release.load_block import LoadFailed, run_block
from gate.release.side import Side, headers
from gate.release.suite import REPORT_WRITTEN, run_suite
from reports.comparison import compare
from reports.comparison.gate_record import GateRecord
from reports.logs import load_rules, read_log
from reports.trials.analysis import analyse, is_look
from reports.trials.block import block_of
from reports.trials.decision import decide
from reports.verdict import ExitCode, Verdict, judge_conformance

if TYPE_CHECKING:
    from pathlib import Path

    from reports.load_result import LoadResult
    from reports.release import Release
    from reports.store import ReportStore
    from reports.trials.policy import Policy
    from reports.trials.result import Block, Trial
    from reports.trials.result import Side as SideName

INVALID_RETRIES = 2
SIDES: tuple[SideName, SideName] = ("baseline", "candidate")


class Progress(Protocol):
    """Tells the user what happens."""

    def __call__(self, message: str) -> None: ...


class CannotJudge(Exception):
    """The gate cannot come to a verdict; `exit_code` says of what kind the reason is."""

    def __init__(self, message: str, exit_code: ExitCode) -> None:
        super().__init__(message)
        self.exit_code = exit_code


@dataclass
class Gate:
    """One comparison of a baseline with a candidate, both up."""

    baseline: Side
    candidate: Side
    service: str
    policy: Policy
    store: ReportStore
    work: Path
    seed: int
    tell: Progress
    blocks: list[Block] = field(default_factory=list)
    loads: dict[SideName, list[LoadResult]] = field(
        default_factory=lambda: {"baseline": [], "candidate": []}
    )

    def run(self, *, load: bool = True) -> tuple[Verdict, Trial | None]:
        """Judge, load, compare, decide. Raises CannotJudge."""
        before = self._fingerprints()
        for side in (self.baseline, self.candidate):
            self._publish_start(side)
            self._judge(side)
        trial = self._trial(before) if load else None
        if trial is not None:
            self._publish_load()
        baseline, candidate = self._releases()
        change = compare(baseline, candidate)
        judged = candidate.conformance
        if judged is None:
            raise CannotJudge("the candidate left no conformance result", ExitCode.HARNESS_ERROR)
        verdict = decide(
            self.policy,
            contract=judge_conformance(judged),
            change=change.verdict,
            trial=trial,
            start_s=candidate.start_seconds,
        )
        return verdict, trial

    def publish(self, verdict: Verdict, trial: Trial | None) -> Path:
        """Write the comparison with the decision in it, and return where it lies."""
        record = GateRecord(
            verdict=verdict.name, exit_code=verdict.exit_code, reasons=verdict.reasons, trial=trial
        )
        return self.store.write_comparison(*self._releases(), record)

    def _releases(self) -> tuple[Release, Release]:
        baseline, candidate = (
            self.store.read(self.service, one.version) for one in (self.baseline, self.candidate)
        )
        return baseline, candidate

    def _side(self, name: SideName) -> Side:
        return self.baseline if name == "baseline" else self.candidate

    def _judge(self, side: Side) -> None:
        self.tell(f"{side.version}: conformance")
        exit_code, printed = run_suite(
            side, self.policy, service=self.service, reports=self.store.root, seed=self.seed, quiet=True
        )  # fmt: skip
        last = printed.strip().splitlines()[-12:]
        if (
            exit_code not in REPORT_WRITTEN
            or not self.store.folder(self.service, side.version).is_dir()
        ):
            sys.stderr.write("\n".join(last) + "\n")
            code = exit_code if exit_code in (2, 6) else ExitCode.HARNESS_ERROR
            raise CannotJudge(f"{side.version}: the suite could not judge it", ExitCode(code))
        if exit_code:
            self.tell("\n".join(last))

    def _publish_start(self, side: Side) -> None:
        if side.startup is not None:
            self.store.write_startup(self.service, side.version, side.startup)
        if side.log is not None:
            with side.log.open("rb") as log:
                reading = read_log(log, side.log.name, load_rules(None))
            self.store.write_logs(self.service, side.version, (reading,))

    def _trial(self, before: dict[SideName, str]) -> Trial:
        policy = self.policy.trial
        for pair in range(policy.max_pairs):
            order = SIDES if pair % 2 == 0 else SIDES[::-1]
            for name in order:
                self._block(pair, name)
            if self._fingerprints() != before:
                raise CannotJudge(
                    "a deployment changed in mid-run (its OpenAPI document, root or models are "
                    "not what they were): roll out first, then gate",
                    ExitCode.INVALID_RUN,
                )
            if not is_look(pair + 1, policy):
                continue
            trial = self._analysed()
            self.tell(f"after {pair + 1} pairs: {trial.verdict}")
            if trial.verdict != "INCONCLUSIVE":
                break
        return self._analysed()

    def _analysed(self) -> Trial:
        return analyse(
            self.blocks,
            self.policy.trial,
            scenario=self.policy.load.scenario,
            versions=(self.baseline.version, self.candidate.version),
            seed=self.seed,
        )

    def _block(self, pair: int, name: SideName) -> None:
        side = self._side(name)
        for attempt in range(INVALID_RETRIES + 1):
            file = self.work / f"load-{pair}-{name}-{attempt}.json"
            try:
                load = run_block(side, self.policy.load, seed=self.seed + pair, result=file)
            except LoadFailed as error:
                code = error.exit_code if error.exit_code in (2, 6) else ExitCode.HARNESS_ERROR
                raise CannotJudge(str(error), ExitCode(code)) from None
            if load.verdict != "INVALID":
                break
            self.tell(f"{side.version}, pair {pair + 1}: {'; '.join(load.reasons)}: once more")
        else:
            raise CannotJudge(
                f"{side.version}: the load generator could not keep up, {INVALID_RETRIES + 1} times: "
                + "; ".join(load.reasons),
                ExitCode.INVALID_RUN,
            )
        block = block_of(load, pair, name)
        self.blocks.append(block)
        self.loads[name].append(load)
        median = block.metrics.get("latency_p50")
        self.tell(
            f"{side.version}, pair {pair + 1}: {block.requests} requests, {block.failures} failed, "
            f"{block.violations} wrong" + (f", p50 {median:.0f} ms" if median is not None else "")
        )

    def _publish_load(self) -> None:
        """The block whose median latency is in the middle stands for the release's load figures."""
        for name in SIDES:
            mine = [block for block in self.blocks if block.side == name]
            order = sorted(range(len(mine)), key=lambda n: mine[n].metrics.get("latency_p50", 0.0))
            middle = order[len(order) // 2]
            self.store.write_load(self.service, self._side(name).version, self.loads[name][middle])

    def _fingerprints(self) -> dict[SideName, str]:
        try:
            return {
                name: fingerprint(self._side(name).url, headers(self._side(name).options.key_env))
                for name in SIDES
            }
        except httpx.TransportError as error:
            raise CannotJudge(
                f"a deployment stopped answering: {error}", ExitCode.UNREACHABLE
            ) from None
