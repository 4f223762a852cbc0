"""Histograms and recorders: exact merging, three digits, memory that does not grow."""

from __future__ import annotations

import random
from typing import TYPE_CHECKING

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from load.histograms import HIGHEST, Histogram
from load.recorder import OUTCOMES_AT_MOST, Observation, Recorder, merged

if TYPE_CHECKING:
    from reports.load_result import OutcomeKind

pytestmark = pytest.mark.alone

values = st.integers(0, 2 * HIGHEST)


def histogram(of: list[int]) -> Histogram:
    made = Histogram()
    for value in of:
        made.record(value)
    return made


@given(st.lists(values, max_size=60), st.lists(values, max_size=60))
@settings(max_examples=60, deadline=None)
def test_merging_is_exact_to_the_bit(one: list[int], two: list[int]) -> None:
    whole = Histogram()
    whole.add(histogram(one).pack())
    whole.add(histogram(two).pack())
    assert whole.pack() == histogram(one + two).pack()


def test_percentiles_have_three_digits_and_never_pass_the_maximum() -> None:
    rng = random.Random(5)
    sample = sorted(round(rng.lognormvariate(11, 1)) for _ in range(20_000))
    spread = histogram(sample).distribution("ms", 1000)
    for name, rank in (("p50", 0.5), ("p90", 0.9), ("p95", 0.95), ("p99", 0.99), ("p999", 0.999)):
        truth = sample[round(rank * len(sample)) - 1] / 1000
        assert getattr(spread, name) == pytest.approx(truth, rel=0.001)
    assert spread.maximum == sample[-1] / 1000
    assert spread.mean == pytest.approx(sum(sample) / len(sample) / 1000)


@given(st.lists(st.integers(1, 10_000_000), min_size=1, max_size=80), st.integers(1, 10_000_000))
@settings(max_examples=60, deadline=None)
def test_counting_over_a_limit_is_right_to_three_digits(sample: list[int], limit: int) -> None:
    over = histogram(sample).count_over(limit)
    assert sum(value > limit * 1.001 for value in sample) <= over
    assert over <= sum(value > limit * 0.999 for value in sample)


def test_a_percentile_that_few_values_cannot_support_is_named() -> None:
    assert histogram([5] * 58).distribution("ms", 1).unsupported == ("p95", "p99", "p999")
    assert histogram([5] * 59).distribution("ms", 1).unsupported == ("p99", "p999")
    assert "p99" not in histogram([5] * 299).distribution("ms", 1).unsupported


def seen(number: int) -> Observation:
    kinds: list[tuple[str, OutcomeKind]] = [
        ("ok", "success"), ("http_500", "failure"), ("schema", "violation"),
    ]  # fmt: skip
    outcome, kind = kinds[number % 3]
    return Observation(
        operation="ab"[number % 2],
        outcome=outcome,
        kind=kind,
        second=number // 10,
        latency=1000 + 37 * number,
        latency_from_send=900 + 37 * number,
        lag=100,
        detail="",
        tokens=number,
        measures=(("character_error_rate", number),),
    )


@pytest.mark.parametrize("workers", [1, 2, 3, 5])
def test_snapshots_of_any_split_merge_to_the_same_bits(workers: int) -> None:
    whole = Recorder()
    parts = [Recorder() for _ in range(workers)]
    for number in range(200):
        for recorder in (whole, parts[number % workers]):
            recorder.scheduled("ab"[number % 2], number // 10)
            recorder.ended(seen(number))
    assert merged([part.snapshot() for part in parts]).snapshot() == whole.snapshot()


def test_unique_errors_do_not_grow_the_memory() -> None:
    recorder = Recorder()
    for number in range(1000):
        recorder.ended(
            Observation(
                operation="a",
                outcome=f"error_{number}",
                kind="failure",
                second=0,
                latency=1,
                latency_from_send=1,
                lag=0,
                detail=f"unique {number} " * 100,
            )
        )
    record = recorder.operations["a"]
    assert len(record.outcomes) == OUTCOMES_AT_MOST + 1
    assert record.count("failure") == 1000
    assert max(len(text) for row in record.outcomes.values() for text in row.examples) <= 300
