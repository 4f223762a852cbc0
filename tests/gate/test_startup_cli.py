"""`inference-gate startup`: real processes measured, replayed against probes, and ended."""

from __future__ import annotations

import json
import os
import shlex
import signal
import socket
import subprocess
import sys
import threading
import time
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from click.testing import CliRunner, Result

from gate.child_process import free_port, running
from gate.startup import startup
from reports.probes import StartTimeline, read_timelines

if TYPE_CHECKING:
    from collections.abc import Callable

TINY = Path(__file__).with_name("tiny_service.py")
ROOT = Path(__file__).parents[2]
FIELD_PROBE = "initialDelaySeconds=10,timeoutSeconds=5"


def tiny(*settings: str) -> str:
    return shlex.join([sys.executable, str(TINY)]) + " {port} " + shlex.join(settings)


def run(*arguments: str) -> Result:
    return CliRunner().invoke(startup, list(arguments))


def measured(*arguments: str) -> tuple[dict, Result]:
    outcome = run(*arguments, "--json")
    return json.loads(outcome.stdout), outcome


def alive(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().split()[2] != "Z"
    except FileNotFoundError:
        return False


def wait_for(event: Callable[[], bool]) -> bool:
    until = time.monotonic() + 10
    while not event() and time.monotonic() < until:
        threading.Event().wait(0.01)
    return event()


def wait_until_gone(pid: int) -> bool:
    return wait_for(lambda: not alive(pid))


def written(path: Path) -> bool:
    return path.exists() and path.read_text() != ""


def test_a_start_is_measured_step_by_step() -> None:
    result, outcome = measured("--cmd", tiny("silent=0.3", "starting=0.3"))
    assert outcome.exit_code == 0, outcome.output
    (one,) = result["runs"]
    assert 0.3 <= one["listening_s"] < one["healthy_s"] <= one["ready_s"]
    assert one["healthy_s"] >= one["listening_s"] + 0.2
    assert one["ready_s"] < one["first_page_s"]
    assert one["second_page_took_s"] > 0
    assert one["shutdown_s"] < 5
    assert one["timeline"]["blocked"] == []


def test_a_lazy_engine_is_ready_only_after_its_first_page() -> None:
    result, _ = measured("--cmd", tiny("lazy=1"))
    (one,) = result["runs"]
    assert one["ready_s"] >= one["first_page_s"] - 0.2
    assert one["ready_s"] > one["healthy_s"]


def test_several_starts_give_a_spread() -> None:
    result, outcome = measured("--cmd", tiny(), "--repeat", "3", "--no-pages")
    spread = result["spread"]["healthy_s"]
    assert spread["runs"] == 3
    assert spread["least_s"] <= spread["median_s"] <= spread["most_s"]
    assert "first_page_s" not in result["spread"]
    assert "start 3 of 3" in outcome.stderr


def test_a_health_path_that_stands_still_is_noticed_and_said() -> None:
    outcome = run("--cmd", tiny("still=1.6"))
    assert outcome.exit_code == 0
    assert "/health stood still for 1." in outcome.output


def test_the_measured_start_is_replayed_against_a_manifest(tmp_path: Path) -> None:
    manifest = tmp_path / "pod.yaml"
    manifest.write_text(
        "kind: Pod\nmetadata: {name: ocr}\nspec:\n  containers:\n    - name: service\n"
        "      livenessProbe: {httpGet: {path: /health, port: 8081}}\n"
    )
    outcome = run("--cmd", tiny(), "--no-pages", "--probes", str(manifest))
    assert outcome.exit_code == 0, outcome.output
    assert "probes of Pod/ocr/service" in outcome.output
    assert "the platform lets it start" in outcome.output


def test_the_loop_of_the_field_comes_out_of_a_timeline(tmp_path: Path) -> None:
    timeline = tmp_path / "start.yaml"
    timeline.write_text("listening_s: 2\nhealthy_s: 2.2\nblocked: [[3, 85]]\n")
    outcome = run("--timeline", str(timeline), "--liveness-probe", FIELD_PROBE)
    assert outcome.exit_code == 1
    assert "37–39 s after each restart, for ever" in outcome.output
    assert "did not answer in time" in outcome.output
    assert "initialDelaySeconds: 128" in outcome.output


def test_what_was_measured_can_be_replayed_later(tmp_path: Path) -> None:
    outcome = run("--cmd", tiny(), "--no-pages", "--json")
    saved = tmp_path / "startup.json"
    saved.write_text(outcome.stdout)
    assert isinstance(read_timelines(saved)[0], StartTimeline)
    assert run("--timeline", str(saved), "--liveness-probe", "default").exit_code == 0


def test_a_command_that_ends_is_unreachable_and_its_last_words_are_shown() -> None:
    outcome = run("--cmd", tiny("exit=3"))
    assert outcome.exit_code == 6
    assert "the command ended with code 3 before it was healthy" in outcome.output
    assert "cannot start" in outcome.output
    assert "plantedsecretvalue" not in outcome.output


def test_a_service_that_never_listens_is_given_up_in_time() -> None:
    outcome = run("--cmd", tiny("silent=60"), "--within", "0.5")
    assert outcome.exit_code == 6
    assert "nothing listened within 0.5 s" in outcome.output


def test_a_page_that_fails_is_a_violation_and_keeps_secrets() -> None:
    outcome = run("--cmd", tiny("broken_pages=1"))
    assert outcome.exit_code == 1
    assert "POST /ocr answers 500" in outcome.output
    assert "plantedsecretvalue" not in outcome.output


def test_a_key_is_asked_for_and_sent(monkeypatch: pytest.MonkeyPatch) -> None:
    refused = run("--cmd", tiny("key=planted-key"), "--within", "1")
    assert refused.exit_code == 6
    assert "answered 401" in refused.output
    assert "--api-key-env" in refused.output
    monkeypatch.setenv("PLANTED_KEY", "planted-key")
    assert run("--cmd", tiny("key=planted-key"), "--api-key-env", "PLANTED_KEY").exit_code == 0


def test_a_url_that_comes_up_is_watched() -> None:
    port = free_port()
    with running(tiny("silent=0.3"), port):
        result, outcome = measured("--url", f"http://127.0.0.1:{port}/")
    assert outcome.exit_code == 0, outcome.output
    assert result["runs"][0]["shutdown_s"] is None
    assert result["runs"][0]["listening_s"] > 0


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ([], "exactly one of --cmd, --url and --timeline"),
        (["--cmd", "x {port}", "--url", "http://127.0.0.1:1"], "exactly one of"),
        (["--cmd", "no-such-program-anywhere {port}"], "cannot be run"),
        (["--cmd", "sleep 1"], "put {port} into --cmd"),
        (["--cmd", "'open {port}"], "quote it"),
        (["--url", "http://127.0.0.1:1", "--repeat", "2"], "--repeat needs --cmd"),
        (["--timeline", "nowhere.yaml"], "nowhere.yaml: cannot be read"),
        (["--cmd", "x {port}", "--liveness-probe", "periods=3"], "'periods' is no field"),
        (
            ["--cmd", "x {port}", "--liveness-probe", "periodSeconds=0"],
            "must be a whole number >= 1",
        ),
        (["--cmd", "x {port}", "--probes", "nowhere.yaml"], "nowhere.yaml: cannot be read"),
        (["--cmd", "x {port}", "--api-key-env", "NOT_SET_ANYWHERE"], "NOT_SET_ANYWHERE is not set"),
    ],
)
def test_wrong_usage_is_one_clear_line(arguments: list[str], message: str) -> None:
    outcome = run(*arguments)
    assert outcome.exit_code == 2
    assert message in outcome.output


def test_a_port_that_is_taken_is_not_measured_by_mistake() -> None:
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        port = str(other.getsockname()[1])
        outcome = run("--cmd", tiny(), "--port", port)
    assert outcome.exit_code == 2
    assert f"port {port} is taken already" in outcome.output


def test_a_child_that_ignores_sigterm_is_killed_with_its_children(tmp_path: Path) -> None:
    pid_file = tmp_path / "pid"
    port = free_port()
    with running(tiny("stubborn=1", f"grandchild={pid_file}"), port) as child:
        assert wait_for(lambda: written(pid_file))
        assert child.stop(within_s=0.2) is None
        assert child.exit_code == -signal.SIGKILL
    assert wait_until_gone(int(pid_file.read_text()))


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM], ids=["ctrl-c", "sigterm"])
def test_an_interrupted_measurement_leaves_no_process_behind(
    tmp_path: Path, number: signal.Signals
) -> None:
    pid_file = tmp_path / "pid"
    script = "from gate.startup import startup; startup()"
    command = tiny("silent=60", f"grandchild={pid_file}")
    ours = subprocess.Popen(
        [sys.executable, "-c", script, "--cmd", command],
        cwd=ROOT,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        assert wait_for(lambda: written(pid_file))
        os.kill(ours.pid, number)
        assert ours.wait(10) != 0
    finally:
        ours.kill()
        ours.wait()
    assert wait_until_gone(int(pid_file.read_text()))


def test_the_bundled_server_starts_and_reads_two_pages(tmp_path: Path) -> None:
    command = (
        f"{shlex.quote(sys.executable)} -m reference_server --port {{port}} --state-dir {tmp_path}"
    )
    result, outcome = measured("--cmd", command, "--within", "60")
    assert outcome.exit_code == 0, outcome.output
    (one,) = result["runs"]
    assert one["healthy_s"] < one["first_page_s"]
    assert one["second_page_took_s"] is not None
