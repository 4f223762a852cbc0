"""Arrival schedules: seeded, exact, and the same however many workers share them."""

from __future__ import annotations

import itertools
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from load.arrivals import expected_count, schedule, share_of
from load.dice import Dice
from load.plan import ARRIVAL_KINDS, Plan, ReplayedArrival

GENERATED = [kind for kind in ARRIVAL_KINDS if kind != "replay"]


def plan(kind: str, **changes: Any) -> Plan:
    known: dict[str, Any] = {"rate": 20.0, "duration_s": 6.0, "mix": {"a": 1.0}, "warmup_s": 1.0}
    return Plan(arrivals=kind, **{**known, **changes})  # type: ignore[arg-type]


@pytest.mark.parametrize("kind", GENERATED)
def test_times_never_go_back_and_stay_within_the_run(kind: str) -> None:
    times = [row.at for row in schedule(plan(kind))]
    assert times == sorted(times)
    assert times[0] >= 0.0
    assert times[-1] < 7.0


@given(
    kind=st.sampled_from(GENERATED),
    workers=st.integers(1, 7),
    rate=st.floats(0.5, 80),
    duration=st.floats(0.5, 10),
    seed=st.integers(0, 5),
)
@settings(max_examples=60, deadline=None)
def test_workers_together_send_what_one_would(
    kind: str, workers: int, rate: float, duration: float, seed: int
) -> None:
    whole = plan(kind, rate=rate, duration_s=duration, seed=seed)
    shares = [share_of(schedule(whole), n, workers) for n in range(workers)]
    assert sorted(itertools.chain(*shares)) == list(schedule(whole))


@pytest.mark.parametrize(
    ("kind", "expected"),
    [("constant", 120), ("ramp", 60), ("step", 72), ("spike", 240)],
)
def test_even_schedules_have_exactly_their_count(kind: str, expected: int) -> None:
    assert expected_count(plan(kind, peak_factor=4.0)) == expected


def test_constant_arrivals_are_evenly_spaced() -> None:
    times = [row.at for row in schedule(plan("constant", warmup_s=0.0))]
    gaps = [late - early for early, late in itertools.pairwise(times)]
    assert gaps == pytest.approx([0.05] * 119)


def test_poisson_has_its_rate_its_spread_and_its_seed() -> None:
    long = plan("poisson", rate=100.0, duration_s=200.0, warmup_s=0.0, seed=3)
    times = [row.at for row in schedule(long)]
    gaps = [late - early for early, late in itertools.pairwise(times)]
    mean = sum(gaps) / len(gaps)
    variance = sum((gap - mean) ** 2 for gap in gaps) / len(gaps)
    assert len(times) == pytest.approx(20_000, rel=0.03)
    assert variance == pytest.approx(mean**2, rel=0.05)
    assert times == [row.at for row in schedule(long)]
    other = plan("poisson", rate=100.0, duration_s=200.0, warmup_s=0.0, seed=4)
    assert times != [row.at for row in schedule(other)]


def test_a_ramp_grows_evenly_to_its_rate() -> None:
    times = [row.at for row in schedule(plan("ramp", rate=100.0, duration_s=10.0, warmup_s=0.0))]
    per_second = [sum(second <= at < second + 1 for at in times) for second in range(10)]
    assert per_second == pytest.approx([5 + 10 * n for n in range(10)], abs=1)


def test_a_spike_peaks_in_its_middle_third() -> None:
    times = [row.at for row in schedule(plan("spike", warmup_s=0.0, peak_factor=3.0))]
    thirds = [sum(2 * n <= at < 2 * n + 2 for at in times) for n in range(3)]
    assert thirds == [40, 120, 40]


def test_the_warmup_comes_first_and_is_marked() -> None:
    rows = list(schedule(plan("constant")))
    assert [row.warmup for row in rows] == [True] * 20 + [False] * 120
    assert [row.number for row in rows] == list(range(140))


def test_a_replay_keeps_its_times_and_its_operations() -> None:
    lines = tuple(ReplayedArrival(at, "a") for at in (0.0, 0.5, 1.0, 1.0, 9.0))
    rows = list(schedule(plan("replay", replay=lines, duration_s=3.0)))
    assert [(row.at, row.warmup) for row in rows] == [
        (0.0, True), (0.5, True), (1.0, False), (1.0, False),
    ]  # fmt: skip
    assert {row.operation for row in rows} == {"a"}


def test_a_million_arrivals_are_counted_without_being_kept() -> None:
    assert expected_count(plan("soak", rate=50_000.0, duration_s=2.0)) == pytest.approx(
        100_000, rel=0.02
    )


def test_dice_depend_on_the_number_alone_and_are_fair() -> None:
    assert [Dice(1, n).roll() for n in range(5)] == [Dice(1, n).roll() for n in range(5)]
    counts = [0] * 10
    for number in range(20_000):
        counts[Dice(9, number).below(10)] += 1
    assert counts == pytest.approx([2_000] * 10, rel=0.08)
    assert len({Dice(0, number).code() for number in range(5_000)}) == 5_000
