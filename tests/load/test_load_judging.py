"""SLOs, bounds, validity rules, the capacity search and the recovery: pure decisions."""

from __future__ import annotations

import random
from typing import TYPE_CHECKING, Any

import pytest

from load.call import CallError, judge_failure
from load.capacity import Search
from load.errors import UsageError
from load.generator import Health
from load.plan import Plan
from load.recorder import Observation, Recorder
from load.recovery import recovery_s
from load.slo import judge, read_slo, verdict_on_share
from load.validity import Facts, findings
from reports.load_result import CapacityProbe
from reports.statistics.binomial import (
    at_least,
    lower_bound,
    more_needed,
    requests_needed,
    upper_bound,
)

if TYPE_CHECKING:
    from pathlib import Path


def test_the_sample_sizes_that_percentiles_need() -> None:
    assert [requests_needed(p) for p in (50, 90, 95, 99, 99.9)] == [5, 29, 59, 299, 2995]


def test_bounds_agree_with_known_values() -> None:
    # Exact one-sided limits: 1 - 0.05 ** (1 / n) for none in n, and tabulated Clopper-Pearson.
    assert upper_bound(0, 59) == pytest.approx(1 - 0.05 ** (1 / 59), abs=1e-9)
    assert upper_bound(3, 20, 0.975) == pytest.approx(0.37893, abs=1e-5)
    assert lower_bound(3, 20, 0.975) == pytest.approx(0.03207, abs=1e-5)
    assert (lower_bound(0, 10), upper_bound(10, 10), upper_bound(0, 0)) == (0.0, 1.0, 1.0)
    assert at_least(2, 3, 0.5) == pytest.approx(0.5)


def test_bounds_cover_as_often_as_they_promise() -> None:
    rng = random.Random(11)
    runs = [sum(rng.random() < 0.05 for _ in range(300)) for _ in range(400)]
    assert sum(upper_bound(hits, 300) >= 0.05 for hits in runs) / 400 >= 0.93
    assert sum(lower_bound(hits, 300) <= 0.05 for hits in runs) / 400 >= 0.93


@pytest.mark.parametrize(
    ("hits", "trials", "allowed", "verdict"),
    [
        (0, 59, 0.05, "PASS"),
        (0, 58, 0.05, "INCONCLUSIVE"),
        (0, 299, 0.01, "PASS"),
        (0, 298, 0.01, "INCONCLUSIVE"),
        (20, 100, 0.05, "FAIL"),
        (0, 1, 0.0, "PASS"),
        (1, 1000, 0.0, "FAIL"),
        (0, 0, 0.05, "INCONCLUSIVE"),
        (0, 0, 0.0, "INCONCLUSIVE"),
    ],
)
def test_a_share_is_judged_by_its_bounds(
    hits: int, trials: int, allowed: float, verdict: str
) -> None:
    assert verdict_on_share(hits, trials, allowed, 0.95)[0] == verdict


def test_it_says_how_many_more_requests_would_do() -> None:
    more = more_needed(0, 40, 0.05)
    assert more == 19
    more = more_needed(3, 100, 0.05)
    assert upper_bound(3, 100 + more) <= 0.05 < upper_bound(3, 100 + more - 1)


def recorded(latencies_ms: list[int], failures: int = 0, dropped: int = 0) -> Recorder:
    recorder = Recorder()
    for latency in latencies_ms:
        recorder.scheduled("a", 0)
        recorder.ended(observation("ok", latency))
    for _ in range(failures):
        recorder.scheduled("a", 0)
        recorder.ended(observation("http_500", 1))
    for _ in range(dropped):
        recorder.scheduled("a", 0)
        recorder.dropped("a", 0)
    return recorder


def observation(outcome: str, latency_ms: int, second: int = 0) -> Observation:
    return Observation(
        operation="a",
        outcome=outcome,
        kind="success" if outcome == "ok" else "failure",
        second=second,
        latency=latency_ms * 1000,
        latency_from_send=latency_ms * 1000,
        lag=0,
    )


def judged(tmp_path: Path, text: str, recorder: Recorder) -> dict[str, str]:
    file = tmp_path / "slo.toml"
    file.write_text(text, encoding="utf-8")
    result = judge(read_slo(file, ["a"]), str(file), recorder, 10.0)
    return {row.objective: row.verdict for row in result.objectives}


def test_failures_are_not_latencies_and_count_in_the_error_share(tmp_path: Path) -> None:
    text = "[operations.a]\np95_ms = 100\nerror_share = 0.1\ngoodput = 9.5\n"
    verdicts = judged(tmp_path, text, recorded([50] * 94 + [200], failures=30, dropped=9))
    assert verdicts == {"p95_ms": "PASS", "error_share": "FAIL", "goodput": "FAIL"}
    verdicts = judged(tmp_path, text, recorded([50] * 100))
    assert verdicts == {"p95_ms": "PASS", "error_share": "PASS", "goodput": "PASS"}


def test_without_a_limit_no_request_may_fail(tmp_path: Path) -> None:
    text = '[operations."*"]\np95_ms = 100\n'
    assert judged(tmp_path, text, recorded([50] * 100, failures=1))["error_share"] == "FAIL"


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("[operations.a]\np96_ms = 1\n", ["p96_ms", "p95_ms"]),
        ("[operation.a]\np95_ms = 1\n", ["operation"]),
        ("[operations.b]\np95_ms = 1\n", ["'b'", "it has a"]),
        ("[operations.a]\np95_ms = 'fast'\n", ["p95_ms"]),
        ("[operations.a]\np95_ms = 0\n", ["operations.a.p95_ms must be more than 0"]),
        ("[operations.a]\nerror_share = 1.5\n", ["error_share"]),
        ("confidence = 2\n[operations.a]\np95_ms = 1\n", ["confidence"]),
        ("[operations]\n", ["no operation is limited"]),
        ("[operations.a\n", ["not TOML", "line 1"]),
    ],
)
def test_a_faulty_slo_file_is_one_clear_line(tmp_path: Path, text: str, names: list[str]) -> None:
    file = tmp_path / "slo.toml"
    file.write_text(text, encoding="utf-8")
    with pytest.raises(UsageError) as caught:
        read_slo(file, ["a"])
    message = str(caught.value)
    assert "\n" not in message
    assert str(file) in message
    assert all(name in message for name in names), message


def facts(**changes: Any) -> Facts:
    sound: dict[str, Any] = {
        "open_loop": True, "measured_s": 60.0, "expected": 600, "scheduled": 600, "dropped": 0,
        "lag_p99_ms": 2.0, "median_latency_ms": 50.0, "lag_limit_ms": None,
        "health": (Health(cpu_mean=0.3, longest_stall_ms=20.0),), "lost_workers": (),
        "interrupted": False, "drops_are_meant": False,
    }  # fmt: skip
    return Facts(**{**sound, **changes})


@pytest.mark.parametrize(
    ("changes", "rules"),
    [
        ({}, []),
        ({"lag_p99_ms": 11.0}, ["schedule_lag"]),
        ({"lag_p99_ms": 11.0, "median_latency_ms": 1000.0}, []),
        ({"lag_p99_ms": 11.0, "lag_limit_ms": 20.0}, []),
        ({"lag_p99_ms": 11.0, "open_loop": False}, []),
        ({"dropped": 1}, ["dropped"]),
        ({"dropped": 1, "drops_are_meant": True}, []),
        ({"scheduled": 595}, []),
        ({"scheduled": 593}, ["rate"]),
        ({"health": (Health(saturated_share=0.2),)}, ["cpu"]),
        ({"health": (Health(stalled_s=0.7, longest_stall_ms=700.0),)}, ["event_loop"]),
        ({"health": (Health(stalled_s=0.5, longest_stall_ms=200.0),)}, []),
        ({"health": (Health(clock_step_ms=900.0),)}, ["clock"]),
        ({"lost_workers": (1,)}, ["worker_lost"]),
        ({"interrupted": True}, ["interrupted"]),
    ],
)
def test_each_rule_of_validity_breaks_for_its_own_reason(
    changes: dict[str, Any], rules: list[str]
) -> None:
    found = findings(facts(**changes), None)
    assert [row.rule for row in found] == rules
    assert all(row.decides == "INVALID" and row.message and row.remedy for row in found)


def searched(capacity: float, start: float = 1.0, limit: float = 1e4, **odd: str) -> Any:
    def probe(rate: float, lengthening: float) -> CapacityProbe:
        verdict = "PASS" if rate <= capacity else "FAIL"
        if "unresolved" in odd and rate > capacity / 2 and lengthening < 4:
            verdict = "UNRESOLVED"
        if "never" in odd and rate > capacity / 2:
            verdict = "UNRESOLVED"
        return CapacityProbe(
            rate=rate, duration_s=1.0, requests=1, verdict=verdict, reason="",  # type: ignore[arg-type]
            error_share=0.0, correct_throughput=rate, p50_ms=None, p95_ms=None, p99_ms=None,
        )  # fmt: skip

    return Search(probe, start, 0.05, limit).run()


@pytest.mark.parametrize("capacity", [0.3, 1.0, 17.0, 333.3])
def test_the_search_ends_within_its_precision(capacity: float) -> None:
    found = searched(capacity)
    assert found.status == "FOUND"
    assert found.highest_passing_rate <= capacity < found.lowest_failing_rate
    assert found.lowest_failing_rate / found.highest_passing_rate <= 1.05
    assert len(found.probes) < 20


def test_the_search_says_when_it_cannot_tell() -> None:
    assert searched(1e9, limit=100.0).status == "ABOVE_LIMIT"
    assert searched(0.0).status == "BELOW_START"
    assert searched(17.0, unresolved="at first").status == "FOUND"
    never = searched(17.0, never="yes")
    assert (never.status, len([row for row in never.probes if row.rate == 16.0])) == (
        "UNRESOLVED",
        3,
    )


def test_recovery_is_counted_from_the_end_of_the_peak() -> None:
    plan = Plan(arrivals="spike", rate=1.0, duration_s=12.0, mix={})
    for slow_until, expected in ((8, 0.0), (10, 2.0), (12, None)):
        recorder = Recorder()
        for second in range(12):
            recorder.scheduled("a", second)
            slow = 4 <= second < slow_until
            recorder.ended(observation("ok", 900 if slow else 50, second))
        assert recovery_s(plan, recorder) == expected


@pytest.mark.parametrize(
    ("outcome", "overload", "kind"),
    [
        ("grpc_resource_exhausted", True, "shed"),
        ("grpc_resource_exhausted", False, "failure"),
        ("grpc_unavailable", True, "failure"),
        ("timeout", True, "failure"),
    ],
)
def test_only_a_refusal_under_a_deliberate_overload_is_good_behaviour(
    outcome: str, overload: bool, kind: str
) -> None:
    assert judge_failure(CallError(outcome, "said"), overload=overload).kind == kind
