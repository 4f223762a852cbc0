"""What a run says at its end, and the exit code that says it to a script."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import jsonschema
import pytest
from load_runs import LENIENT, ROOT
from planted import always, cut_stream, fixed, limited, serving, shedding, wrong_every

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = pytest.mark.alone

Load = Callable[..., Any]
KEY = "planted-key-6f1c2a"


def constant(rate: float, duration: float) -> list[str]:
    return ["--arrivals", "constant", "--rate", str(rate), "--duration", str(duration), *LENIENT]


def slo_file(tmp_path: Path, text: str) -> str:
    file = tmp_path / "slo.toml"
    file.write_text(text, encoding="utf-8")
    return str(file)


def test_a_wrong_answer_fails_the_run_and_the_key_is_nowhere(
    run_load: Load, tmp_path: Path
) -> None:
    with serving(wrong_every(10)) as target:
        run = run_load(
            "--host", target.url, *constant(30, 2), "--api-key-env", "PLANTED_KEY",
            "--request-log", "log.jsonl.gz", PLANTED_KEY=KEY,
        )  # fmt: skip
    assert {row.headers["authorization"] for row in target.exchanges} == {f"Bearer {KEY}"}
    row = run.operation()
    assert run.ended(1), run.out
    assert (row.violations, row.failures) == (6, 0)
    assert row.outcome("cross_talk").kind == "violation"
    assert row.correct_throughput == pytest.approx(27, rel=0.01)
    assert KEY not in run.out
    assert KEY.encode() not in (tmp_path / "load.json").read_bytes()
    schema = json.loads((ROOT / "schemas/results/load.schema.json").read_text("utf-8"))
    written = json.loads((tmp_path / "load.json").read_text("utf-8"))
    jsonschema.Draft202012Validator(schema).validate(written)


def test_an_answer_that_echoes_the_key_does_not_publish_it(run_load: Load) -> None:
    with serving(always(500, {"detail": f"bad key {KEY}"})) as target:
        run = run_load(
            "--host", target.url, *constant(20, 1), "--api-key-env", "PLANTED_KEY",
            PLANTED_KEY=KEY,
        )  # fmt: skip
    assert run.ended(1), run.out
    assert "bad key $API_KEY" in run.operation().outcome("http_500").examples[0]
    assert KEY not in run.out


def test_a_stream_that_is_cut_off_is_a_failure(run_load: Load) -> None:
    with serving(cut_stream(3)) as target:
        run = run_load("--host", target.url, *constant(20, 1), "--mix", "stream=1")
    row = run.operation("stream")
    assert run.ended(1), run.out
    assert (row.success, row.outcome("truncated").count) == (0, 20)


def test_slo_met_missed_and_undecided(run_load: Load, tmp_path: Path) -> None:
    slo = slo_file(tmp_path, '[operations."*"]\np95_ms = 150\n')
    with serving(fixed(0.02)) as target:
        met = run_load("--host", target.url, *constant(40, 2), "--slo", slo)
        undecided = run_load("--host", target.url, *constant(40, 1), "--slo", slo)
    with serving(fixed(0.2)) as target:
        missed = run_load("--host", target.url, *constant(40, 1), "--slo", slo)
    assert met.ended(0), met.out
    assert undecided.ended(3), undecided.out
    assert next(row.needs for row in undecided.load.slo.objectives) == 19
    assert missed.ended(1), missed.out
    objective = next(row for row in missed.load.slo.objectives if row.objective == "p95_ms")
    assert objective.measured >= 190


def test_arrivals_that_cannot_be_sent_are_dropped_and_counted(run_load: Load) -> None:
    with serving(fixed(0.5)) as target:
        run = run_load("--host", target.url, *constant(40, 2), "--max-in-flight", "5")
    row = run.operation()
    assert run.code == 4, run.out
    assert row.dropped == 80 - len(target.exchanges) > 40
    assert row.scheduled == 80
    assert "dropped" in {row.rule for row in run.load.findings}


def test_what_is_unanswered_at_the_end_is_censored(run_load: Load) -> None:
    with serving(fixed(30)) as target:
        run = run_load("--host", target.url, *constant(20, 1), "--drain", "0.5")
    row = run.operation()
    assert (row.sent, row.censored, row.success) == (20, 20, 0)
    assert row.outcome("censored").latency.minimum >= 500
    assert run.code == 6, run.out
    assert "gave no answer" in run.out


def test_a_deployment_that_is_not_there_is_unreachable(run_load: Load, tmp_path: Path) -> None:
    with serving(always(404, {"detail": "Not Found"})) as target:
        run = run_load("--host", target.url, *constant(20, 1))
    assert run.code == 6, run.out
    assert "nothing is deployed" in run.out
    gone = run_load("--host", target.url, *constant(20, 1))
    assert gone.code == 6
    assert "connection_refused" in gone.out


def test_capacity_is_found(run_load: Load, tmp_path: Path) -> None:
    # Two slots of 40 ms: 50 requests a second, and not one more.
    slo = slo_file(tmp_path, '[operations."*"]\np95_ms = 250\n')
    with serving(limited(2, 0.04)) as target:
        run = run_load(
            "--host", target.url, "--find-capacity", "--slo", slo, "--rate", "30",
            "--duration", "4", "--arrivals", "constant", "--max-lag-ms", "500",
        )  # fmt: skip
    found = run.load.capacity
    assert run.ended(0), run.out
    assert found.status == "FOUND"
    assert found.highest_passing_rate == pytest.approx(50, rel=0.10)
    assert found.lowest_failing_rate == pytest.approx(50, rel=0.15)
    assert [row.rate for row in found.probes] == sorted(row.rate for row in found.probes)
    assert found.probes[0].p95_ms < 250 < found.probes[-1].p95_ms


def test_a_target_that_sheds_politely_passes_an_overload(run_load: Load) -> None:
    spike = ["--arrivals", "spike", "--rate", "10", "--peak-factor", "10", "--duration", "6",
             "--overload", *LENIENT]  # fmt: skip
    with serving(shedding(3, 0.1)) as target:
        polite = run_load("--host", target.url, *spike)
    with serving(shedding(3, 0.1, retry_after=False)) as target:
        rude = run_load("--host", target.url, *spike)
    over = polite.load.overload
    assert polite.ended(0), polite.out
    assert over.shed > 50
    assert over.recovered
    assert over.recovery_s <= 1
    assert polite.operation().shed == over.shed
    assert rude.ended(1), rude.out
    assert "without Retry-After" in rude.out


def test_a_queue_that_outlives_the_peak_is_a_late_recovery(run_load: Load) -> None:
    # 40 a second are served; 3 s at 60 leave a queue of 60, which takes 60 / (40 - 10) = 2 s.
    with serving(limited(2, 0.05)) as target:
        run = run_load(
            "--host", target.url, "--arrivals", "spike", "--rate", "10", "--peak-factor", "6",
            "--duration", "9", "--overload", *LENIENT,
        )  # fmt: skip
    over = run.load.overload
    assert run.ended(0), run.out
    assert over.shed == 0
    assert over.recovered
    assert 2 <= over.recovery_s <= 3
