"""Environment variables weighed for a release; the bucket and keys here belong to nobody."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from reports.environment import (
    EnvironmentReading,
    UnknownReleaseError,
    assess,
    from_env_file,
    from_manifest,
    from_process,
    range_for,
    to_json,
)
from reports.environment.sources import SourceError
from reports.manifests import ManifestError

if TYPE_CHECKING:
    from pathlib import Path

S3 = {
    "CLOUDRU_S3_ENDPOINT": "https://s3.example.test",
    "CLOUDRU_S3_BUCKET": "pages-of-nobody",
    "CLOUDRU_S3_ACCESS_KEY": "planted-access",
    "CLOUDRU_S3_SECRET_KEY": "planted-secret",
}


def weigh(variables: dict[str, str], release: str = "1.3.6") -> EnvironmentReading:
    return assess(from_process(variables), release)


def verdicts(reading: EnvironmentReading) -> dict[str, str]:
    return {row.name: row.verdict for row in reading.variables}


def test_all_four_s3_variables_put_results_into_s3() -> None:
    reading = weigh(S3)
    assert reading.fine
    assert reading.groups[0].state == "complete"
    assert "Results go to S3" in reading.groups[0].then


def test_no_variable_is_needed() -> None:
    reading = weigh({})
    assert reading.fine
    assert reading.groups[0].state == "off"
    assert "disk only" in reading.groups[0].then
    assert "No variable is needed" in reading.says


@pytest.mark.parametrize("missing", sorted(S3))
@pytest.mark.parametrize("release", ["1.0.8", "1.3.6"])
def test_three_of_four_s3_variables_are_incomplete(missing: str, release: str) -> None:
    reading = weigh({name: value for name, value in S3.items() if name != missing}, release)
    assert not reading.fine
    assert reading.groups[0].missing == (missing,)
    assert any(missing in problem for problem in reading.problems)
    assert "runs without S3" in reading.groups[0].then


def test_an_empty_variable_is_not_set() -> None:
    reading = weigh(S3 | {"CLOUDRU_S3_BUCKET": ""})
    assert reading.groups[0].missing == ("CLOUDRU_S3_BUCKET",)
    assert any("empty, which counts as not set" in remark for remark in reading.remarks)


def test_roles_differ_between_the_ranges_of_releases() -> None:
    variables = {"PADDLEX_HOME": "/models", "VLM_API_URL": "http://nowhere.example.test"}
    assert verdicts(weigh(variables, "1.2.0")) == {
        "PADDLEX_HOME": "obsolete",
        "VLM_API_URL": "obsolete",
    }
    assert verdicts(weigh(variables, "1.3.0")) == {
        "PADDLEX_HOME": "image",
        "VLM_API_URL": "unused",
    }


def test_overriding_the_image_is_said_and_repeating_it_too() -> None:
    reading = weigh({"FLAGS_use_mkldnn": "1", "FLAGS_enable_eager_mode": "1"})
    assert reading.fine
    assert reading.remarks == (
        "FLAGS_enable_eager_mode: set by the image already; remove it",
        "FLAGS_use_mkldnn: overrides what the image sets",
    )


def test_a_misspelt_name_is_recognised() -> None:
    variables = S3 | {"CLOUDRU_S3_ACESS_KEY": "x"}
    del variables["CLOUDRU_S3_ACCESS_KEY"]
    reading = weigh(variables)
    assert not reading.fine
    assert any("is CLOUDRU_S3_ACCESS_KEY meant?" in remark for remark in reading.remarks)


@pytest.mark.parametrize(
    ("name", "value", "wrong"),
    [
        ("CLOUDRU_S3_ENDPOINT", "s3.example.test", "no http(s) URL"),
        ("CLOUDRU_S3_ACCESS_KEY", "your-access-key", "placeholder"),
        ("CLOUDRU_S3_SECRET_KEY", "<secret>", "placeholder"),
        ("CLOUDRU_S3_BUCKET", "changeme", "placeholder"),
    ],
)
def test_a_value_that_cannot_work_is_wrong(name: str, value: str, wrong: str) -> None:
    reading = weigh(S3 | {name: value})
    assert [problem for problem in reading.problems if wrong in problem and name in problem]


def test_what_a_process_has_besides_is_not_listed() -> None:
    assert verdicts(weigh({"PATH": "/bin", "HOME": "/root", "HF_HOME": "/m"})) == {
        "HF_HOME": "image"
    }


def test_values_are_in_no_result() -> None:
    out = to_json((weigh(S3 | {"CLOUDRU_S3_REGION": "planted-region"}),)).decode()
    for value in (*S3.values(), "planted-region"):
        assert value not in out
    assert "planted-secret" not in repr(from_process(S3))


@pytest.mark.parametrize("release", ["latest", "1.3", "0.9.0"])
def test_an_unknown_release_is_said_with_those_known(release: str) -> None:
    with pytest.raises(UnknownReleaseError) as caught:
        range_for(release)
    assert "1.3.0 and later" in str(caught.value)


@pytest.mark.parametrize(
    ("release", "known_as"),
    [
        ("1.0.8", "1.0.8 to 1.2.0"),
        ("1.2.0", "1.0.8 to 1.2.0"),
        ("1.3.0", "1.3.0 and later"),
        ("v1.3.6", "1.3.0 and later"),
        ("1.10.0", "1.3.0 and later"),
    ],
)
def test_versions_are_compared_as_numbers(release: str, known_as: str) -> None:
    assert range_for(release).known_as == known_as


def test_an_env_file_is_read_as_shells_and_consoles_write_it(tmp_path: Path) -> None:
    path = tmp_path / ".env"
    path.write_text(
        "\ufeff# S3\n\nexport CLOUDRU_S3_ENDPOINT=https://s3.example.test # where\n"
        "CLOUDRU_S3_BUCKET = 'pages-of-nobody'\r\n"
        'CLOUDRU_S3_ACCESS_KEY="a=b"\nCLOUDRU_S3_SECRET_KEY=x\nCLOUDRU_S3_SECRET_KEY=y\n'
    )
    found = from_env_file(path).variables
    assert {name: variable.value for name, variable in found.items()} == {
        "CLOUDRU_S3_ENDPOINT": "https://s3.example.test",
        "CLOUDRU_S3_BUCKET": "pages-of-nobody",
        "CLOUDRU_S3_ACCESS_KEY": "a=b",
        "CLOUDRU_S3_SECRET_KEY": "y",
    }
    remarks = assess(from_env_file(path), "1.3.6").remarks
    assert any("CLOUDRU_S3_BUCKET: blanks round the value" in remark for remark in remarks)
    assert any("CLOUDRU_S3_SECRET_KEY: set more than once" in remark for remark in remarks)


def test_a_broken_line_is_named_and_never_quoted(tmp_path: Path) -> None:
    path = tmp_path / ".env"
    path.write_text("A=1\nplanted-secret\n")
    with pytest.raises(SourceError) as caught:
        from_env_file(path)
    assert str(caught.value) == f"{path}:2: not NAME=value; correct or remove the line"


KUBERNETES = """\
kind: ConfigMap
metadata: {name: s3-place}
data: {CLOUDRU_S3_ENDPOINT: "https://s3.example.test", CLOUDRU_S3_BUCKET: pages-of-nobody}
---
kind: Secret
metadata: {name: s3-keys}
data: {secret: cGxhbnRlZA==}
stringData: {access: planted-access}
---
kind: Deployment
metadata: {name: ocr}
spec:
  template:
    spec:
      containers:
        - name: service
          envFrom: [{configMapRef: {name: s3-place}}]
          env:
            - {name: CLOUDRU_S3_ACCESS_KEY, valueFrom: {secretKeyRef: {name: s3-keys, key: access}}}
            - {name: CLOUDRU_S3_SECRET_KEY, valueFrom: {secretKeyRef: {name: s3-keys, key: secret}}}
            - {name: FLAGS_use_mkldnn, value: "0"}
        - name: sidecar
"""


def test_a_kubernetes_manifest_is_followed_into_its_maps_and_secrets(tmp_path: Path) -> None:
    path = tmp_path / "all.yaml"
    path.write_text(KUBERNETES)
    service, sidecar = from_manifest(path)
    assert service.source == "Deployment/ocr/service"
    assert assess(service, "1.3.6").groups[0].state == "complete"
    assert assess(sidecar, "1.3.6").groups[0].state == "off"
    assert [found.source for found in from_manifest(path, "sidecar")] == ["Deployment/ocr/sidecar"]


def test_a_key_that_the_secret_lacks_is_not_set(tmp_path: Path) -> None:
    path = tmp_path / "all.yaml"
    path.write_text(KUBERNETES.replace("key: secret}", "key: secrets}"))
    reading = assess(from_manifest(path, "service")[0], "1.3.6")
    assert reading.groups[0].missing == ("CLOUDRU_S3_SECRET_KEY",)


def test_what_stands_in_a_secret_elsewhere_is_not_guessed(tmp_path: Path) -> None:
    path = tmp_path / "pod.yaml"
    path.write_text(
        "kind: Pod\nmetadata: {name: ocr}\nspec:\n  containers:\n    - name: service\n"
        "      envFrom: [{secretRef: {name: s3}}]\n"
    )
    reading = assess(from_manifest(path)[0], "1.3.6")
    assert reading.fine
    assert reading.groups[0].state == "cannot be seen"
    assert "Secret s3" in reading.groups[0].then


@pytest.mark.parametrize(
    "environment",
    [
        "      CLOUDRU_S3_ENDPOINT: https://s3.example.test\n      CLOUDRU_S3_BUCKET: ${BUCKET}\n",
        "      - CLOUDRU_S3_ENDPOINT=https://s3.example.test\n      - CLOUDRU_S3_BUCKET\n",
    ],
    ids=["mapping", "list"],
)
def test_a_compose_file_is_read_with_its_env_files(tmp_path: Path, environment: str) -> None:
    (tmp_path / "keys.env").write_text("CLOUDRU_S3_ACCESS_KEY=a\nCLOUDRU_S3_SECRET_KEY=b\n")
    path = tmp_path / "compose.yaml"
    path.write_text(
        f"services:\n  ocr:\n    env_file: keys.env\n    environment:\n{environment}  db: {{}}\n"
    )
    (ocr,) = from_manifest(path, "ocr")
    assert ocr.source == "service ocr"
    assert assess(ocr, "1.3.6").groups[0].state == "complete"


def test_a_manifest_without_containers_is_an_error(tmp_path: Path) -> None:
    path = tmp_path / "service.yaml"
    path.write_text("kind: Service\n")
    with pytest.raises(ManifestError, match="no container or service in it"):
        from_manifest(path)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (
            "kind: Pod\nspec: {containers: [{name: a, env: {HF_HOME: x}}]}\n",
            "Pod/a: env must be a list",
        ),
        ("services: {ocr: {environment: HF_HOME}}\n", "environment must be a mapping or a list"),
        ("services: {ocr: {env_file: 1}}\n", "env_file must be a file or a list"),
    ],
)
def test_variables_in_the_wrong_form_are_an_error_and_not_overlooked(
    tmp_path: Path, text: str, message: str
) -> None:
    path = tmp_path / "wrong.yaml"
    path.write_text(text)
    with pytest.raises(SourceError) as caught:
        from_manifest(path)
    assert message in str(caught.value)
