"""How often the release verdict is wrong: simulated comparisons with a known truth.

Each comparison runs blocks as the gate does: a pair at a time, the verdict drawn at every look,
until it is settled or the most pairs are reached. A block's metrics vary from run to run by the
spread given (the conditions of a run, shared by all its requests) and by its own requests.

    python benchmarks/release_statistics.py [--comparisons 400] [--seed 1]
"""

from __future__ import annotations

import argparse
import random
import sys
from dataclasses import dataclass
from statistics import median

from reports.trials.analysis import analyse, is_look
from reports.trials.policy import TrialPolicy
from reports.trials.result import Block, Side

SPREADS = (0.02, 0.05, 0.10)
REQUESTS = 100


@dataclass(frozen=True)
class Truth:
    """How the candidate differs: factors on latency, throughput and first token; shares."""

    name: str
    latency: float = 1.0
    goodput: float = 1.0
    first_token: float = 1.0
    failures: float = 0.0
    stalled: float = 0.0
    wrong: float = 0.0


@dataclass(frozen=True)
class Row:
    """Shares of the verdicts in [0, 1], and the median number of pairs until one."""

    fail: float
    passed: float
    inconclusive: float
    pairs: int


IDENTICAL = Truth("identical (A/A)")
REGRESSIONS = (
    Truth("+30 % latency", latency=1.30),
    Truth("+20 % errors", failures=0.20),
    Truth("a stall of 3 % of the requests", stalled=0.03),
    Truth("halved throughput", goodput=0.5),
    Truth("first token 50 % slower", first_token=1.5),
    Truth("1 % wrong answers", wrong=0.01),
)


def simulate(truth: Truth, spread: float, rng: random.Random) -> tuple[str, int]:
    """Run one comparison; returns its verdict and the pairs of blocks that it took."""
    rules, verdict = TrialPolicy(), "INCONCLUSIVE"
    blocks: list[Block] = []
    for pair in range(rules.max_pairs):
        blocks += [_block(pair, "baseline", IDENTICAL, spread, rng)]
        blocks += [_block(pair, "candidate", truth, spread, rng)]
        if not is_look(pair + 1, rules):
            continue
        verdict = analyse(blocks, rules, scenario="simulated", versions=("a", "b"), seed=0).verdict
        if verdict != "INCONCLUSIVE":
            break
    return verdict, pair + 1


def shares(truth: Truth, spread: float, comparisons: int, seed: int) -> Row:
    """How often each verdict came in so many comparisons, and the median of the pairs."""
    rng = random.Random(f"{seed}/{truth.name}/{spread}")
    seen = [simulate(truth, spread, rng) for _ in range(comparisons)]
    verdicts = [verdict for verdict, _ in seen]
    fail, passed, open_ = (
        verdicts.count(one) / comparisons for one in ("FAIL", "PASS", "INCONCLUSIVE")
    )
    return Row(fail, passed, open_, round(median(pairs for _, pairs in seen)))


def _block(pair: int, side: Side, truth: Truth, spread: float, rng: random.Random) -> Block:
    run = rng.lognormvariate(0.0, spread)
    latencies = sorted(
        100.0 * run * truth.latency * rng.lognormvariate(0.0, 0.2)
        + (2000.0 if rng.random() < truth.stalled else 0.0)
        for _ in range(REQUESTS)
    )
    failures = sum(rng.random() < truth.failures for _ in range(REQUESTS))
    wrong = sum(rng.random() < truth.wrong for _ in range(REQUESTS))
    return Block(
        pair=pair,
        side=side,
        requests=REQUESTS,
        failures=failures,
        violations=wrong,
        metrics={
            "latency_p50": latencies[REQUESTS // 2],
            "latency_p95": latencies[int(REQUESTS * 0.95)],
            "latency_p99": latencies[int(REQUESTS * 0.99)],
            "goodput": 50.0
            * truth.goodput
            * rng.lognormvariate(0.0, spread)
            * (1 - failures / REQUESTS),
            "time_to_first_token_p50": 40.0 * run * truth.first_token * rng.lognormvariate(0, 0.02),
            "failure_share": failures / REQUESTS,
        },
    )


def main(arguments: list[str]) -> int:
    """Print the table of verdicts."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--comparisons", type=int, default=400)
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args(arguments)
    print(f"{options.comparisons} simulated comparisons a row, {REQUESTS} requests a block")
    print("| truth | spread | FAIL | PASS | INCONCLUSIVE | pairs |\n|---|---|---|---|---|---|")
    for truth in (IDENTICAL, *REGRESSIONS):
        for spread in SPREADS:
            row = shares(truth, spread, options.comparisons, options.seed)
            print(
                f"| {truth.name} | {spread:.0%} | {row.fail:.1%} | {row.passed:.1%} "
                f"| {row.inconclusive:.1%} | {row.pairs} |"
            )
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
