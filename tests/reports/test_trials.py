"""Two releases compared block by block: what fails, what passes, what stays open."""

from __future__ import annotations

import math

import pytest

from reports.trials.analysis import analyse, complete_pairs, is_look, looks
from reports.trials.intervals import holm, p_above, pairs_needed, t_bound
from reports.trials.policy import Policy, PolicyError, TrialPolicy, read_policy
from reports.trials.result import Block, Side, Trial

POLICY = TrialPolicy(margins={"latency_p50": 0.1, "goodput": 0.1, "failure_share": 0.02})
NOISE = (0.98, 1.02, 0.99, 1.01, 1.0, 0.97)


def _block(
    pair: int, side: Side, *, violations: int = 0, requests: int = 100, **metrics: float
) -> Block:
    return Block(
        pair=pair, side=side, requests=requests, failures=0, violations=violations, metrics=metrics
    )


def _trial(blocks: list[Block], policy: TrialPolicy = POLICY) -> Trial:
    return analyse(blocks, policy, scenario="ocr", versions=("1.0.8", "1.0.9"), seed=1)


def _pairs(candidate: dict[str, float], *, violations: int = 0) -> list[Block]:
    base = {"latency_p50": 100.0, "goodput": 50.0, "failure_share": 0.0}
    blocks = []
    for pair, noise in enumerate(NOISE):
        noisy = {k: v * noise for k, v in base.items()}
        mine = {k: v / noise for k, v in (base | candidate).items()}
        blocks += [
            _block(pair, "baseline", **noisy),
            _block(pair, "candidate", violations=violations, **mine),
        ]
    return blocks


def test_identical_releases_pass() -> None:
    trial = _trial(_pairs({}))
    assert trial.verdict == "PASS"
    assert trial.reasons == ()


@pytest.mark.parametrize(
    ("candidate", "metric"),
    [
        ({"latency_p50": 130.0}, "latency_p50"),
        ({"goodput": 25.0}, "goodput"),
        ({"failure_share": 0.2}, "failure_share"),
    ],
)
def test_a_regression_of_one_metric_fails_and_is_named(
    candidate: dict[str, float], metric: str
) -> None:
    trial = _trial(_pairs(candidate))
    assert trial.verdict == "FAIL"
    assert [one.metric for one in trial.metrics if one.verdict == "FAIL"] == [metric]
    assert metric in trial.reasons[0]


def test_an_improvement_is_no_regression() -> None:
    assert _trial(_pairs({"latency_p50": 60.0, "goodput": 90.0})).verdict == "PASS"


def test_swapped_sides_turn_the_verdict() -> None:
    blocks = _pairs({"latency_p50": 140.0})
    swapped = [
        Block(pair=b.pair, side="baseline" if b.side == "candidate" else "candidate",
              metrics=b.metrics, requests=100, failures=0, violations=0)
        for b in blocks
    ]  # fmt: skip
    assert (_trial(blocks).verdict, _trial(swapped).verdict) == ("FAIL", "PASS")


def test_a_candidate_that_delivers_nothing_fails() -> None:
    assert _trial(_pairs({"goodput": 0.0})).verdict == "FAIL"


def test_wide_spread_stays_open_and_says_what_it_would_take() -> None:
    blocks = []
    for pair, (before, after) in enumerate([(100, 130), (100, 80), (100, 125), (100, 82)]):
        blocks += [
            _block(pair, "baseline", latency_p50=before),
            _block(pair, "candidate", latency_p50=after),
        ]
    trial = _trial(blocks)
    assert trial.verdict == "INCONCLUSIVE"
    (metric,) = trial.metrics
    assert metric.needs_pairs is not None
    assert metric.needs_pairs > 4
    assert str(metric.needs_pairs) in trial.reasons[0]


def test_one_wrong_answer_fails_where_none_is_allowed() -> None:
    blocks = _pairs({})
    blocks[1] = _block(0, "candidate", violations=1, **blocks[1].metrics)
    trial = _trial(blocks)
    assert trial.wrong_answers.verdict == "FAIL"
    assert "1 of 600 answers were wrong" in trial.reasons[-1]


def test_few_requests_cannot_rule_out_wrong_answers() -> None:
    blocks = [_block(b.pair, b.side, requests=10, **b.metrics) for b in _pairs({})]
    trial = _trial(blocks)
    assert trial.wrong_answers.verdict == "INCONCLUSIVE"
    assert trial.wrong_answers.needs_requests == 299 - 60


def test_half_a_pair_counts_for_nothing() -> None:
    blocks = [*_pairs({}), _block(6, "baseline", latency_p50=1e9)]
    assert len(complete_pairs(blocks)) == 6
    assert _trial(blocks).verdict == "PASS"


def test_looks_are_counted_for_the_correction() -> None:
    policy = TrialPolicy(min_pairs=4, max_pairs=9)
    drawn = [pairs for pairs in range(1, 10) if is_look(pairs, policy)]
    assert drawn == [4, 6, 8, 9]
    assert looks(policy) == len(drawn)


def test_t_bound_against_a_table() -> None:
    low, high = t_bound([1.0, 2.0, 3.0, 4.0, 5.0], 0.95)
    half = 2.131847 * math.sqrt(2.5) / math.sqrt(5)  # t(0.95; 4 degrees of freedom)
    assert (low, high) == pytest.approx((3 - half, 3 + half), abs=1e-5)


def test_equal_observations_are_certain() -> None:
    assert p_above([0.2, 0.2, 0.2], 0.1) == 0.0
    assert p_above([0.1, 0.1, 0.1], 0.1) == 1.0


def test_holm_stops_at_the_first_that_holds() -> None:
    assert holm({"a": 0.001, "b": 0.02, "c": 0.03}, 0.05) == {"a", "b", "c"}
    assert holm({"a": 0.001, "b": 0.03, "c": 0.04}, 0.05) == {"a"}


def test_more_pairs_are_needed_the_wider_the_spread() -> None:
    narrow, wide = [0.01, -0.01, 0.0, 0.01], [0.3, -0.3, 0.1, -0.1]
    assert pairs_needed(narrow, 0.1, 0.95) < pairs_needed(wide, 0.1, 0.95)


def test_the_default_policy_is_what_an_empty_file_means() -> None:
    assert read_policy("", "gate.toml") == Policy()


@pytest.mark.parametrize(
    ("text", "named"),
    [
        ("inconclusve = 'pass'", "inconclusve"),
        ("[trial]\nprimary = 'p42'", "p42"),
        ("[trial]\nmin_pairs = 9\nmax_pairs = 3", "max_pairs"),
        ("[trial.margins]\nlatency_p50 = -1", "margins"),
        ("[load]\nrate = 0", "rate"),
        ("this is not toml", "gate.toml"),
    ],
)
def test_a_faulty_policy_is_one_line_that_names_it(text: str, named: str) -> None:
    with pytest.raises(PolicyError) as caught:
        read_policy(text, "gate.toml")
    assert named in str(caught.value)
    assert "\n" not in str(caught.value)
