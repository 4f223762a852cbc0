"""`inference-gate release` from end to end: each ending has its exit code and says why."""

from __future__ import annotations

import resource
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest
from releases import (
    CONTRACT,
    GATE_WITHIN_S,
    KEY,
    LOAD,
    POLICY,
    command,
    environment,
    gate_arguments,
    judged,
    run_gate,
    serving,
    stored,
)

from reports.stored_files import read_release

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = pytest.mark.alone


def test_a_must_newly_violated_fails(tmp_path: Path, kept: Path, violating: str) -> None:
    run = run_gate(
        tmp_path,
        *stored(tmp_path, kept),
        "--candidate-url",
        violating,
        "--no-load",
        policy=CONTRACT,
    )
    assert run.code == 1, run.err
    assert any("newly violated" in reason for reason in run.record.reasons)
    assert "FAIL" in run.report
    assert run.out.splitlines()[-1].startswith("FAIL · 1.0.8 → 1.0.9 · ")


def test_a_violation_that_is_fixed_passes_and_is_said(
    tmp_path: Path, broken: Path, ordinary: str
) -> None:
    run = run_gate(
        tmp_path,
        *stored(tmp_path, broken),
        "--candidate-url",
        ordinary,
        "--no-load",
        policy=CONTRACT,
    )
    assert run.code == 0, run.err
    assert "fixed: OAI-MODELS-" in run.err
    assert run.record.verdict == "PASS"


def test_an_expired_deviation_fails_although_nothing_is_new(
    tmp_path: Path, broken: Path, violating: str
) -> None:
    before = read_release(broken / "svc/1.0.8").conformance
    assert before is not None
    ids = [row.id for row in before.requirements if row.outcome == "violates"]
    assert ids
    (tmp_path / "deviations.toml").write_text(
        "".join(
            f'[[deviation]]\nrequirement = "{one}"\nreason = "known"\nowner = "them"\n'
            "expires = 2020-01-01\n"
            for one in ids
        )
    )
    run = run_gate(
        tmp_path, *stored(tmp_path, broken), "--candidate-url", violating, "--no-load",
        policy='deviations = "deviations.toml"\n' + CONTRACT,
    )  # fmt: skip
    assert run.code == 1, run.err
    assert any("expired on 2020-01-01" in reason for reason in run.record.reasons)


def test_identical_releases_pass(tmp_path: Path, ordinary: str) -> None:
    run = run_gate(
        tmp_path, "--baseline-url", ordinary, "--baseline-version", "1.0.8",
        "--candidate-url", ordinary, "--candidate-version", "1.0.9", policy=POLICY,
    )  # fmt: skip
    assert run.code == 0, run.err
    assert set(judged(run.record).values()) == {"PASS"}
    assert not (tmp_path / "reports/.gate").exists()
    assert "\x1b" not in run.err
    assert "1.0.9, pair 2: " in run.err


def test_a_release_slower_by_a_third_fails(tmp_path: Path, ordinary: str) -> None:
    with serving(sleep=0.4) as slower:
        run = run_gate(
            tmp_path, "--baseline-url", ordinary, "--baseline-version", "1.0.8",
            "--candidate-url", slower, "--candidate-version", "1.0.9", policy=POLICY,
        )  # fmt: skip
    assert run.code == 1, run.err
    assert judged(run.record)["latency_p50"] == "FAIL"
    assert "latency_p50" in run.out


def test_a_release_that_fails_one_answer_in_twenty_fails(tmp_path: Path, ordinary: str) -> None:
    with serving(sleep=0.3, fail_every=20) as flaky:
        run = run_gate(
            tmp_path, "--baseline-url", ordinary, "--baseline-version", "1.0.8",
            "--candidate-url", flaky, "--candidate-version", "1.0.9",
            policy=POLICY.replace("failure_share = 0.03", "failure_share = 0.01"),
        )  # fmt: skip
    assert run.code == 1, run.err
    assert judged(run.record)["failure_share"] == "FAIL"
    assert "failure_share" in run.out


def test_releases_swapped_pass_as_an_improvement_and_the_swap_is_asked_about(
    tmp_path: Path, ordinary: str
) -> None:
    with serving(sleep=0.4) as slower:
        run = run_gate(
            tmp_path, "--baseline-url", slower, "--baseline-version", "1.0.9",
            "--candidate-url", ordinary, "--candidate-version", "1.0.8", policy=POLICY,
        )  # fmt: skip
    assert run.code == 0, run.err
    assert judged(run.record)["latency_p50"] == "PASS"
    assert "were they swapped?" in run.report


def test_a_candidate_that_dies_half_way_is_unreachable(tmp_path: Path, kept: Path) -> None:
    with serving(sleep=0.1, die_after=60) as dying:
        run = run_gate(tmp_path, *stored(tmp_path, kept), "--candidate-url", dying, policy=POLICY)
    assert run.code == 6, run.err
    assert run.record.verdict == "INVALID"
    assert any("1.0.9 does not answer" in reason for reason in run.record.reasons)


def test_a_candidate_that_was_started_and_crashes_half_way_fails(
    tmp_path: Path, kept: Path
) -> None:
    run = run_gate(
        tmp_path, *stored(tmp_path, kept), "--starts", "0",
        "--candidate-cmd", command(sleep=0.1, die_after=60), policy=POLICY,
    )  # fmt: skip
    assert run.code == 1, run.err
    assert any("process ended with code 3" in reason for reason in run.record.reasons)


@pytest.mark.parametrize(
    ("planted", "said"),
    [("roll_after", "its OpenAPI document"), ("remodel_after", "modelVersion of gpt://0/general")],
)
def test_a_roll_out_in_mid_run_makes_it_invalid(
    tmp_path: Path, kept: Path, planted: str, said: str
) -> None:
    with serving(sleep=0.1, **{planted: 60}) as rolling:
        run = run_gate(tmp_path, *stored(tmp_path, kept), "--candidate-url", rolling, policy=POLICY)
    assert run.code == 4, run.err
    assert run.record.verdict == "INVALID"
    assert any(said in reason for reason in run.record.reasons)


def test_a_key_that_expires_in_mid_run_is_wrong_usage(tmp_path: Path, kept: Path) -> None:
    with serving(sleep=0.1, expire_after=60) as expiring:
        run = run_gate(
            tmp_path, *stored(tmp_path, kept), "--candidate-url", expiring, policy=POLICY
        )
    assert run.code == 2, run.err
    assert "key" in run.record.reasons[0]
    assert "--resume" in run.err


def test_a_key_that_has_expired_before_is_wrong_usage(tmp_path: Path, kept: Path) -> None:
    with serving(expire_after=0) as expired:
        run = run_gate(tmp_path, *stored(tmp_path, kept), "--candidate-url", expired, policy=POLICY)
    assert run.code == 2, run.err
    assert "the key is wrong, has expired" in run.out


def test_a_generator_that_cannot_keep_up_makes_it_invalid(
    tmp_path: Path, kept: Path, ordinary: str
) -> None:
    policy = CONTRACT + LOAD.replace("rate = 25", "rate = 5000").replace(
        "retries = 12", "retries = 1"
    )

    run = run_gate(tmp_path, *stored(tmp_path, kept), "--candidate-url", ordinary, policy=policy)
    assert run.code == 4, run.err
    assert any("could not keep up, 2 times" in reason for reason in run.record.reasons)


def test_a_full_disk_leaves_what_was_published_as_it_was(
    tmp_path: Path, kept: Path, ordinary: str
) -> None:
    arguments = stored(tmp_path, kept)

    def content() -> dict[str, bytes]:
        files = (tmp_path / "reports/svc").rglob("*")
        return {str(file): file.read_bytes() for file in files if file.is_file()}

    before = content()
    done = subprocess.run(
        gate_arguments(tmp_path, *arguments, "--candidate-url", ordinary, "--no-load", policy=CONTRACT),
        cwd=tmp_path, env=environment(), capture_output=True, text=True, check=False,
        timeout=GATE_WITHIN_S, preexec_fn=_little_room,
    )  # fmt: skip
    assert done.returncode == 70, done.stderr
    assert "Error: " in done.stderr
    assert "Traceback" not in done.stderr
    assert content() == before


def _little_room() -> None:
    """No file may grow beyond 8 KB, as on a disk that is about to be full."""
    resource.setrlimit(resource.RLIMIT_FSIZE, (8192, 8192))


def test_a_stored_baseline_decides_nothing_about_speed(
    tmp_path: Path, kept: Path, ordinary: str
) -> None:
    run = run_gate(tmp_path, *stored(tmp_path, kept), "--candidate-url", ordinary, policy=POLICY)
    assert run.code == 0, run.err
    assert run.record.trial is not None
    assert run.record.trial.baseline_stored
    assert run.record.trial.metrics == ()
    assert "advisory" in run.err


def test_a_limit_that_is_missed_fails_although_nothing_changed(
    tmp_path: Path, ordinary: str
) -> None:
    (tmp_path / "slo.toml").write_text('[operations."*"]\np50_ms = 100\n')
    run = run_gate(
        tmp_path, "--baseline-url", ordinary, "--baseline-version", "1.0.8",
        "--candidate-url", ordinary, "--candidate-version", "1.0.9",
        policy=POLICY.replace("[load]", '[load]\nslo = "slo.toml"'),
    )  # fmt: skip
    assert run.code == 1, run.err
    assert run.record.trial is not None
    limits = {one.objective: one.verdict for one in run.record.trial.objectives}
    assert limits == {"p50_ms": "FAIL", "error_share": "PASS"}
    assert "p50_ms is " in run.out


def test_grpc_is_judged_and_loaded_and_github_is_told(tmp_path: Path) -> None:
    served = (
        f"{sys.executable} -m reference_server --port {{port}} --grpc-port {{grpc_port}} "
        f"--state-dir {{state}} --api-key {KEY} --builtin-token-seconds 0.03"
    )
    summary = tmp_path / "summary.md"
    run = run_gate(
        tmp_path, "--baseline-cmd", served, "--baseline-version", "1.0.8",
        "--candidate-cmd", served, "--candidate-version", "1.0.9",
        policy=POLICY.replace('"openai"', '"yandex"')
        .replace('"completion"', '"completion_grpc"')
        .replace("completion=1", "grpc/completion/stream=1")
        .replace("latency_p50 = 0.15", "latency_p50 = 2.0"),
        GITHUB_ACTIONS="true", GITHUB_STEP_SUMMARY=str(summary),
    )  # fmt: skip
    assert run.code == 0, run.err
    assert run.record.trial is not None
    assert run.record.trial.scenario == "completion_grpc"
    judged_over_grpc = read_release(run.reports / "svc/1.0.9").conformance
    assert judged_over_grpc is not None
    outcomes = {row.id: row.outcome for row in judged_over_grpc.requirements}
    assert outcomes["YC-GCOMPLETION-1"] == "conforms"
    assert summary.read_text() == run.report
