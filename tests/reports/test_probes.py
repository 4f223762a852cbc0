"""The probe simulator against what Kubernetes does and what was seen in the field."""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from reports.manifests import ManifestError
from reports.probes import (
    ContainerProbes,
    Poll,
    Probe,
    ProbeError,
    Range,
    StartTimeline,
    as_yaml,
    judge,
    probes_from_manifest,
    read_timelines,
    recommend,
    timeline_from_polls,
)
from reports.probes.kubelet import replay

if TYPE_CHECKING:
    from pathlib import Path

BLOCKED_LOADING = StartTimeline(listening_s=2, healthy_s=2.2, blocked=((3, 85),), answer_s=0.01)
"""It takes connections at once, then its event loop stands still while the model loads."""
SILENT_LOADING = StartTimeline(listening_s=85, healthy_s=85.2, answer_s=0.01)
"""It does not even listen before the model has loaded."""
LIVENESS = Probe(initial_delay_s=10, timeout_s=5)
"""Ten seconds' grace and a five-second timeout; period 10 and threshold 3 are the defaults."""


@pytest.mark.parametrize("start", [BLOCKED_LOADING, SILENT_LOADING], ids=["blocked", "silent"])
def test_loading_for_85_seconds_is_killed_every_37_to_39_seconds_for_ever(
    start: StartTimeline,
) -> None:
    judgement = judge(ContainerProbes(liveness=LIVENESS), start)
    assert judgement.fate == "killed"
    assert judgement.loop_age == Range(37.0, 39.0)
    assert judgement.for_ever
    assert judgement.killed_by == "liveness"
    assert judgement.loop_period is not None
    assert judgement.loop_period.least_s == 40.0


@pytest.mark.parametrize(
    ("start", "why"), [(BLOCKED_LOADING, "timed out"), (SILENT_LOADING, "refused")]
)
def test_the_reason_tells_a_blocked_loop_from_a_closed_port(start: StartTimeline, why: str) -> None:
    assert judge(ContainerProbes(liveness=LIVENESS), start).why == why


def test_a_startup_probe_that_waits_long_enough_saves_it() -> None:
    patient = Probe(period_s=10, failure_threshold=12)
    judgement = judge(ContainerProbes(startup=patient, liveness=LIVENESS), SILENT_LOADING)
    assert judgement.fate == "survives"
    assert judgement.loop_age is None


def test_a_startup_probe_does_not_save_a_service_that_answers_and_then_blocks() -> None:
    patient = Probe(period_s=1, failure_threshold=120)
    judgement = judge(ContainerProbes(startup=patient, liveness=LIVENESS), BLOCKED_LOADING)
    assert judgement.fate != "survives"
    assert judgement.killed_by == "liveness"


def test_an_impatient_startup_probe_kills_at_its_own_limit() -> None:
    short = Probe(period_s=10, failure_threshold=3)
    judgement = judge(ContainerProbes(startup=short), SILENT_LOADING)
    assert judgement.killed_by == "startup"
    assert judgement.first_kill == Range(20.5, 30.0)


def test_readiness_alone_never_kills_and_says_when_it_is_ready() -> None:
    judgement = judge(ContainerProbes(readiness=Probe(period_s=5)), SILENT_LOADING)
    assert judgement.fate == "survives"
    assert judgement.ready is not None
    assert 85 < judgement.ready.least_s <= judgement.ready.most_s <= 90.5


def test_a_start_on_the_edge_is_said_to_be_killed_sometimes() -> None:
    start = StartTimeline(listening_s=25, healthy_s=25)
    judgement = judge(ContainerProbes(liveness=Probe()), start)
    assert judgement.fate == "sometimes killed"
    assert 0 < judgement.share < 1
    assert not judgement.for_ever


def test_a_tcp_probe_does_not_see_a_blocked_event_loop() -> None:
    judgement = judge(ContainerProbes(liveness=Probe(handler="tcp")), BLOCKED_LOADING)
    assert judgement.fate == "survives"
    assert any("would not notice a hang" in note for note in judgement.notes)


def test_an_exec_probe_is_not_guessed_at() -> None:
    judgement = judge(ContainerProbes(liveness=Probe(handler="exec")), SILENT_LOADING)
    assert judgement.fate == "not replayable"
    assert not judgement.passes


def test_a_probe_of_another_path_is_pointed_out() -> None:
    judgement = judge(
        ContainerProbes(liveness=Probe(path="/ready")), StartTimeline(listening_s=1, healthy_s=1)
    )
    assert any("/ready" in note and "/health" in note for note in judgement.notes)


def test_a_process_that_ends_by_itself_is_not_blamed_on_the_probes() -> None:
    start = StartTimeline(exit_s=4)
    judgement = judge(ContainerProbes(liveness=LIVENESS), start)
    assert judgement.fate == "exits"
    assert judgement.first_kill == Range(4.0, 4.0)


def test_probes_tick_by_the_pods_clock_and_not_the_containers() -> None:
    # Ticks at 7, 17, 27, 37: the delay of 10 s makes the first one at 17.
    (life,) = replay(
        ContainerProbes(liveness=LIVENESS), SILENT_LOADING, lead_s=3, restart_s=2, lives=1
    )
    assert life.ended_s == 37


def test_a_tick_that_falls_into_a_slow_probe_goes_as_soon_as_that_is_over() -> None:
    # Sent at 3, lost until 8; the tick of 6 waits until 8; then 13: three failures end at 18.
    hanging = StartTimeline(listening_s=0, healthy_s=0, blocked=((0, 1000),))
    probe = Probe(period_s=3, timeout_s=5)
    (life,) = replay(ContainerProbes(liveness=probe), hanging, lead_s=0, restart_s=1, lives=1)
    assert life.ended_s == 18


def test_the_first_restarts_are_immediate_and_later_ones_back_off() -> None:
    lives = replay(
        ContainerProbes(liveness=LIVENESS), SILENT_LOADING, lead_s=3, restart_s=2, lives=8
    )
    gaps = [
        round(after.began_s - before.began_s - (before.ended_s or 0), 1)
        for before, after in pairwise(lives)
    ]
    # The ends lie 40 s apart, so back-offs of 10, 20 and 40 s have just passed each time.
    assert gaps == [2, 2, 2, 2, 2, 82, 162]


def test_shutdown_takes_as_long_as_it_does_but_no_longer_than_the_grace() -> None:
    slow = StartTimeline(listening_s=85, healthy_s=85, shutdown_s=60)
    lives = replay(
        ContainerProbes(liveness=LIVENESS, grace_s=10), slow, lead_s=3, restart_s=2, lives=2
    )
    assert lives[1].began_s == 37 + 10 + 2


seconds = st.floats(0, 300).map(lambda value: round(value, 2))


@st.composite
def starts(draw: st.DrawFn) -> StartTimeline:
    listening = draw(seconds)
    healthy = listening + draw(seconds)
    blocked, at = [], draw(seconds)
    for length in draw(st.lists(seconds, max_size=3)):
        blocked.append((at, at + length))
        at += length + 1 + draw(seconds)
    return StartTimeline(
        listening_s=listening,
        healthy_s=healthy,
        loaded_s=draw(st.none() | st.just(healthy)),
        blocked=tuple(blocked),
        answer_s=draw(st.floats(0, 3)),
    )


@given(starts(), st.sampled_from([1.2, 1.5, 2.0]))
@settings(max_examples=60, deadline=None)
def test_under_the_recommended_settings_the_start_lives_with_the_margin_used_up(
    start: StartTimeline, margin: float
) -> None:
    advised = recommend(start, margin=margin)
    assert judge(advised, start).passes
    assert judge(advised, start.stretched(margin)).passes


def test_the_recommendation_is_a_snippet_that_the_simulator_reads_back(tmp_path: Path) -> None:
    snippet = as_yaml(recommend(BLOCKED_LOADING), BLOCKED_LOADING)
    manifest = {
        "kind": "Deployment",
        "metadata": {"name": "ocr"},
        "spec": {
            "template": {"spec": {"containers": [{"name": "ocr", **yaml.safe_load(snippet)}]}}
        },
    }
    path = tmp_path / "deployment.yaml"
    path.write_text(yaml.safe_dump(manifest))
    (probes,) = probes_from_manifest(path)
    assert judge(probes, BLOCKED_LOADING).passes


def test_nothing_is_recommended_for_a_service_that_never_came_up() -> None:
    with pytest.raises(ProbeError, match="never answered 200"):
        recommend(StartTimeline(listening_s=1))


MANIFEST = """\
apiVersion: v1
kind: List
items:
  - kind: Service
    metadata: {name: ocr}
  - kind: StatefulSet
    metadata: {name: ocr}
    spec:
      template:
        spec:
          terminationGracePeriodSeconds: 5
          containers:
            - name: service
              livenessProbe:
                httpGet: {path: /health, port: http}
                initialDelaySeconds: 10
                timeoutSeconds: 5
            - name: sidecar
              image: proxy
            - name: cache
              readinessProbe:
                tcpSocket: {port: 6379}
                successThreshold: 2
"""


def test_probes_are_read_from_every_container_of_a_manifest(tmp_path: Path) -> None:
    path = tmp_path / "all.yaml"
    path.write_text(MANIFEST)
    service, cache = probes_from_manifest(path)
    assert service.container == "StatefulSet/ocr/service"
    assert service.grace_s == 5
    assert service.liveness == Probe(initial_delay_s=10, timeout_s=5, port="http")
    assert cache.readiness is not None
    assert (cache.readiness.handler, cache.readiness.success_threshold) == ("tcp", 2)


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("timeoutSeconds: 5", "timeoutSeconds: 0", "livenessProbe: timeoutSeconds is 0"),
        ("initialDelaySeconds: 10", "initialDelaySeconds: 1.5", "initialDelaySeconds is 1.5"),
        (
            "timeoutSeconds: 5",
            "successThreshold: 2",
            "successThreshold of a liveness probe must be 1",
        ),
        ("livenessProbe", "livenesProbe", "cache"),
    ],
)
def test_what_kubernetes_would_refuse_is_refused(
    tmp_path: Path, old: str, new: str, message: str
) -> None:
    path = tmp_path / "all.yaml"
    path.write_text(MANIFEST.replace(old, new))
    if message == "cache":
        assert [item.container for item in probes_from_manifest(path)] == ["StatefulSet/ocr/cache"]
        return
    with pytest.raises(ProbeError) as caught:
        probes_from_manifest(path)
    assert message in str(caught.value)


@pytest.mark.parametrize(
    ("text", "error"),
    [
        ("{{ .Values.image }}: [\n", ManifestError),
        ("just text\n", ManifestError),
        ("kind: Service\n", ProbeError),
        ("spec: {containers: [{name: a}]}\n", ProbeError),
    ],
)
def test_a_manifest_that_says_nothing_about_probes_is_an_error(
    tmp_path: Path, text: str, error: type[Exception]
) -> None:
    path = tmp_path / "m.yaml"
    path.write_text(text)
    with pytest.raises(error) as caught:
        probes_from_manifest(path)
    assert str(caught.value).startswith(str(path))


def test_traffic_before_the_first_answer_is_pointed_out() -> None:
    judgement = judge(ContainerProbes(liveness=Probe(failure_threshold=30)), SILENT_LOADING)
    assert judgement.passes
    assert any("requests are sent to it 85 s before it answers" in note for note in judgement.notes)


def test_a_timeline_comes_from_polls_of_health() -> None:
    polls = [
        Poll(0.0, 0.01, connected=False, status=None),
        Poll(1.0, 1.02, connected=True, status=503),
        Poll(2.0, 2.02, connected=True, status=200),
        Poll(3.0, 13.0, connected=True, status=None),
        Poll(13.1, 20.0, connected=True, status=200),
        Poll(21.0, 21.02, connected=True, status=200),
    ]
    timeline = timeline_from_polls(polls, loaded_s=20.5)
    assert (timeline.listening_s, timeline.healthy_s) == (1.0, 2.02)
    assert timeline.blocked == ((3.0, 20.0),)
    assert timeline.answer_s == pytest.approx(0.02)
    assert timeline.settled_s == 20.0


def test_timelines_are_read_by_hand_and_from_a_measurement(tmp_path: Path) -> None:
    by_hand = tmp_path / "start.yaml"
    by_hand.write_text("listening_s: 2\nhealthy_s: 2.2\nblocked: [[3, 85]]\nanswer_s: 0.01\n")
    assert read_timelines(by_hand) == (BLOCKED_LOADING,)
    measured = tmp_path / "startup.json"
    measured.write_text('{"runs": [{"timeline": {"listening_s": 1, "healthy_s": 1.5}}]}')
    assert read_timelines(measured) == (StartTimeline(listening_s=1, healthy_s=1.5),)


@pytest.mark.parametrize(
    ("text", "word"),
    [
        ("listening: 2\n", "listening"),
        ("healthy_s: 2\n", "listening_s"),
        ("listening_s: 1\nhealthy_s: 2\nblocked: [[5, 3]]\n", "forwards"),
        ("runs: []\n", "no runs"),
        ("- 1\n", "object"),
    ],
)
def test_a_timeline_that_makes_no_sense_is_one_clear_line(
    tmp_path: Path, text: str, word: str
) -> None:
    path = tmp_path / "start.yaml"
    path.write_text(text)
    with pytest.raises(ProbeError) as caught:
        read_timelines(path)
    message = str(caught.value)
    assert message.startswith(str(path))
    assert word in message
    assert "\n" not in message
