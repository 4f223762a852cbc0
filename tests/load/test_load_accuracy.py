"""The report tells the truth about targets whose truth is known."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from load_runs import LENIENT
from planted import bimodal, error_burst, fixed, paced_stream, serving, stalling

pytestmark = pytest.mark.alone

Load = Callable[..., Any]


def at(values: list[float], percentile: float) -> float:
    """The nearest-rank percentile of sorted values."""
    return values[max(0, min(len(values) - 1, round(percentile / 100 * len(values) + 0.5) - 1))]


def noise_ms(run: Any) -> float:
    """What a busy machine adds: it wakes generator and server as late as the run's own lag says."""
    lag: float = 2 * run.load.generator.schedule_lag.p99
    return lag


def close(reported: float, truth: float, run: Any) -> bool:
    """Within 2 % or 3 ms, beside the machine's noise."""
    return abs(reported - truth) <= max(0.02 * truth, 3.0) + noise_ms(run)


def test_a_fixed_target_has_its_latency_and_its_rate(run_load: Load) -> None:
    with serving(fixed(0.05)) as target:
        run = run_load("--host", target.url, "--arrivals", "constant", "--rate", "40",
                       "--duration", "5", *LENIENT)  # fmt: skip
    truth = target.service_times_ms()
    good = run.operation().outcome("ok")
    assert run.ended(0), run.out
    assert good.count == 200 == len(target.exchanges)
    for name, percentile in (("p50", 50), ("p95", 95), ("p99", 99)):
        assert close(getattr(good.latency_from_send, name), at(truth, percentile), run), name
    generator = run.load.generator
    assert generator.achieved_rate == pytest.approx(generator.offered_rate, rel=0.01)
    arrived = target.exchanges[-1].received_at - target.exchanges[0].received_at
    assert arrived == pytest.approx(199 / 40, rel=0.01, abs=0.1)


def test_a_bimodal_target_keeps_both_modes(run_load: Load) -> None:
    with serving(bimodal(0.02, 0.3, every=10)) as target:
        run = run_load("--host", target.url, "--arrivals", "poisson", "--rate", "50",
                       "--duration", "4", *LENIENT)  # fmt: skip
    truth = target.service_times_ms()
    spread = run.operation().outcome("ok").latency_from_send
    assert run.ended(0), run.out
    assert close(spread.p50, at(truth, 50), run)
    assert close(spread.p95, at(truth, 95), run)
    assert spread.p50 < 100 < spread.p95


def test_a_stall_shows_in_the_latency_from_the_schedule(run_load: Load) -> None:
    # A stall of 1 s in 4 s: a quarter of the arrivals waits evenly between 0 and 1 s, so the
    # 95th percentile is 0.8 s. Two users in a closed loop see but a handful of slow answers.
    with serving(stalling(0.01, stall=1.0, period=4.0)) as target:
        run = run_load("--host", target.url, "--arrivals", "constant", "--rate", "50",
                       "--duration", "8", *LENIENT)  # fmt: skip
        closed = run_load("--host", target.url, "--headless", "-u", "2", "-r", "2", "-t", "4")
    assert run.ended(0), run.out
    assert run.operation().outcome("ok").latency.p95 == pytest.approx(800, abs=30 + noise_ms(run))
    assert closed.load.plan.loop == "closed"
    assert closed.operation().outcome("ok").latency.p95 < 400
    assert "closed loop" in closed.out


def test_a_stream_has_its_first_token_its_gaps_and_its_pace(run_load: Load) -> None:
    with serving(paced_stream(first=0.15, gap=0.03, pieces=12)) as target:
        run = run_load("--host", target.url, "--arrivals", "constant", "--rate", "8",
                       "--duration", "4", "--mix", "stream=1", *LENIENT)  # fmt: skip
    row = run.operation("stream")
    assert run.ended(0), run.out
    exchanges = target.exchanges
    first = sorted((one.piece_times[0] - one.received_at) * 1000 for one in exchanges)
    gaps = sorted(
        (late - early) * 1000
        for one in exchanges
        for early, late in zip(one.piece_times, one.piece_times[1:], strict=False)
    )
    assert row.tokens == 12 * 32
    assert row.time_to_first_token.p50 == pytest.approx(at(first, 50), abs=5 + noise_ms(run))
    assert row.inter_token_latency.count == 11 * 32
    assert row.inter_token_latency.p50 == pytest.approx(at(gaps, 50), abs=3 + noise_ms(run))
    assert row.tokens_per_second.p50 == pytest.approx(1000 / 30, rel=0.05)


def test_a_burst_of_errors_stays_out_of_the_latencies(run_load: Load) -> None:
    with serving(error_burst(20, 59)) as target:
        run = run_load("--host", target.url, "--arrivals", "constant", "--rate", "40",
                       "--duration", "4", *LENIENT)  # fmt: skip
    row = run.operation()
    assert run.ended(1), run.out
    assert (row.success, row.failures, row.violations) == (120, 40, 0)
    assert row.outcome("ok").latency_from_send.minimum >= 29
    assert row.outcome("http_500").count == 40
    assert "burst" in row.outcome("http_500").examples[0]
    assert sum(run.load.series.failures) == 40
    assert run.load.series.failures[3] == 0
