"""The load of a release gate: blocks in turn, judged at each look, until the verdict is settled."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from gate.release.errors import CannotJudge
from gate.release.load_block import LoadFailed, run_block
from reports import sentences
from reports.trials.analysis import analyse, is_look
from reports.trials.block import block_of
from reports.verdict import ExitCode

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from gate.release.journal import Journal
    from gate.release.progress import Telling
    from gate.release.side import Side
    from reports.load_result import LoadResult
    from reports.trials.policy import Policy
    from reports.trials.result import Side as SideName
    from reports.trials.result import Trial

_REFUSED = frozenset({"http_401", "http_403", "grpc_unauthenticated", "grpc_permission_denied"})


@dataclass
class TrialRun:
    """Loads the sides in turn: A B, B A, A B …, with the same seed on both sides of a pair.

    Without a baseline among `sides` only the candidate is loaded, and its limits are judged.
    `lost` says how a side that stopped answering ends the gate; `watch` raises when a deployment
    is no longer what it was.
    """

    sides: Mapping[SideName, Side]
    versions: tuple[str, str]
    policy: Policy
    journal: Journal
    seed: int
    telling: Telling
    watch: Callable[[], None]
    lost: Callable[[SideName, str], CannotJudge]
    loads: dict[tuple[int, SideName], LoadResult] = field(default_factory=dict)

    def run(self) -> Trial:
        """Load until the verdict is settled or the most pairs are reached. Raises CannotJudge."""
        policy = self.policy.trial
        names = tuple(self.sides)
        self.loads = self.journal.blocks(names)
        done = len(self.loads) // len(names)
        if done:
            self.telling.say(f"load: {done} pairs of the interrupted run are kept")
        trial = self.analysed()
        for pair in range(done, policy.max_pairs):
            if is_look(pair, policy) and _settled(trial, pair):
                break
            for name in names if pair % 2 == 0 else reversed(names):
                self._block(pair, name)
            self.watch()
            trial = self.analysed()
            if is_look(pair + 1, policy):
                self.telling.say(f"after {pair + 1} pairs: {trial.verdict}")
        return trial

    def analysed(self) -> Trial:
        """What the blocks so far say."""
        return analyse(
            [block_of(load, pair, name) for (pair, name), load in self.loads.items()],
            self.policy.trial,
            scenario=self.policy.load.scenario,
            versions=self.versions,
            seed=self.seed,
            candidate_loads=[load for (_, name), load in self.loads.items() if name == "candidate"],
            baseline_stored="baseline" not in self.sides,
        )

    def middle(self, name: SideName) -> LoadResult | None:
        """The run that stands for the release's figures, of one pair for both sides.

        It is the pair in which the candidate's median latency is in the middle: runs of one pair
        share their seed, so their figures can stand side by side.
        """
        pairs = {pair for pair, side in self.loads if side == name}
        mine = [
            (block_of(load, pair, side).metrics.get("latency_p50", 0.0), pair)
            for (pair, side), load in self.loads.items()
            if side == "candidate" and pair in pairs
        ]
        if not mine:
            return next((load for (_, side), load in self.loads.items() if side == name), None)
        _, pair = sorted(mine)[len(mine) // 2]
        return self.loads[pair, name]

    def _block(self, pair: int, name: SideName) -> None:
        side = self.sides[name]
        self.telling.step(
            f"load on {side.version}, pair {pair + 1}",
            done=len(self.loads),
            of=self.policy.trial.max_pairs * len(self.sides),
        )
        load = self._valid(pair, name)
        block = block_of(load, pair, name)
        median = block.metrics.get("latency_p50")
        self.telling.say(
            f"{side.version}, pair {pair + 1}: {block.requests} requests, {block.failures} failed, "
            f"{block.violations} wrong" + (f", p50 {median:.0f} ms" if median is not None else "")
        )
        self._refused(load, side)
        self.loads[pair, name] = load

    def _valid(self, pair: int, name: SideName) -> LoadResult:
        """A run that can be believed, at the last attempt that the policy allows."""
        side, file = self.sides[name], self.journal.block_file(pair, name)
        reasons = ""
        attempts = self.policy.trial.invalid_retries + 1
        for _ in range(attempts):
            try:
                load = run_block(side, self.policy.load, seed=self.seed + pair, result=file)
            except LoadFailed as error:
                if error.exit_code == ExitCode.UNREACHABLE:
                    raise self.lost(name, str(error)) from None
                usage = error.exit_code == ExitCode.USAGE
                code = ExitCode.USAGE if usage else ExitCode.HARNESS_ERROR
                raise CannotJudge(str(error), code) from None
            reasons = "; ".join(load.reasons)
            if load.exit_code == ExitCode.UNREACHABLE:
                file.unlink()
                raise self.lost(name, reasons)
            if side.crash() is not None:
                raise self.lost(name, reasons)
            if load.verdict != "INVALID":
                return load
            file.unlink()
            self.telling.say(f"{side.version}, pair {pair + 1}: INVALID: {reasons}")
        raise CannotJudge(
            sentences.GENERATOR_TOO_SLOW(version=side.version, times=attempts, reason=reasons),
            ExitCode.INVALID_RUN,
        )

    def _refused(self, load: LoadResult, side: Side) -> None:
        names = {row.outcome for one in load.operations for row in one.outcomes}
        if names and names <= _REFUSED:
            raise CannotJudge(
                sentences.KEY_REFUSED_UNDER_LOAD(
                    version=side.version, outcomes=", ".join(sorted(names))
                ),
                ExitCode.USAGE,
            )


def _settled(trial: Trial, pairs: int) -> bool:
    """Whether more blocks would change nothing: a verdict is there, or cannot come this way."""
    if not pairs:
        return False
    if trial.verdict != "INCONCLUSIVE":
        return True
    return not trial.baseline_stored and not any(one.primary for one in trial.metrics)
