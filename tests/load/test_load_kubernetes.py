"""The documented run on Kubernetes: valid by the published schemas, and by our own options."""

from __future__ import annotations

import argparse
import subprocess
from typing import Any

import kubernetes_validate
import pytest
import yaml
from load_runs import ROOT, command, environment

from load.options import add_options

MANIFEST = ROOT / "docs" / "load-kubernetes.yaml"
DOCUMENTS: list[dict[str, Any]] = list(yaml.safe_load_all(MANIFEST.read_text("utf-8")))


@pytest.mark.parametrize(
    "document", DOCUMENTS, ids=lambda row: f"{row['kind']}-{row['metadata']['name']}"
)
def test_every_document_is_valid_by_the_schemas_of_kubernetes(document: dict[str, Any]) -> None:
    kubernetes_validate.validate(document, kubernetes_validate.latest_version(), strict=True)


def test_the_parts_find_each_other_and_their_options_exist() -> None:
    by_name = {(row["kind"], row["metadata"]["name"]): row for row in DOCUMENTS}
    service = by_name["Service", "load-master"]
    pod = by_name["Job", "load-master"]["spec"]["template"]
    assert service["spec"]["selector"].items() <= pod["metadata"]["labels"].items()
    workers = by_name["Job", "load-worker"]["spec"]
    args = [arg for job in (pod["spec"], workers["template"]["spec"])
            for arg in job["containers"][0]["args"]]  # fmt: skip
    assert f"--expect-workers={workers['parallelism']}" in args
    assert "--master-host=load-master" in args
    offered = subprocess.run(
        command("--help"),
        env=environment(), capture_output=True, text=True, check=True,
    ).stdout  # fmt: skip
    parser = argparse.ArgumentParser()
    add_options(parser)
    ours = {name for action in parser._actions for name in action.option_strings}
    names = [arg.split("=")[0] for arg in args]
    assert [name for name in names if name not in ours and f"{name} " not in offered] == []


def test_the_guide_names_every_option_and_no_other() -> None:
    guide = (ROOT / "docs" / "load.md").read_text("utf-8")
    parser = argparse.ArgumentParser(add_help=False)
    add_options(parser)
    assert [action.option_strings[0] for action in parser._actions
            if f"`{action.option_strings[0]}`" not in guide] == []  # fmt: skip
