"""The suite in strange surroundings: another directory, other plugins, no target at all."""

from __future__ import annotations

from importlib.metadata import entry_points
from typing import TYPE_CHECKING

import pytest

from tests.conformance.tiny_targets import run_suite

if TYPE_CHECKING:
    from pathlib import Path


def test_bundled_server_really_recognises(tmp_path: Path) -> None:
    """From another directory, with every plugin there is, real pages really read, nothing left."""
    places = {"TMPDIR": str(tmp_path / "tmp"), "XDG_STATE_HOME": str(tmp_path / "state")}
    (tmp_path / "tmp").mkdir()
    run = run_suite(tmp_path, "--contract", "ocr-service", "--service-version", "1.0.9", **places)
    assert run.exit_code == 0, run.said
    assert list((tmp_path / "tmp").glob("inference-gate-*")) == []
    assert not (tmp_path / "state").exists()
    assert (tmp_path / "reports/published/paddleocr-vl-service/1.0.9/report.md").exists()
    assert {row.outcome for row in run.result.requirements} <= {
        "conforms",
        "warns",
        "untested",
        "unsupported",
    }


@pytest.mark.parametrize("plugin", ["base_url", "locust"])
def test_lives_beside_other_plugins(plugin: str, tmp_path: Path) -> None:
    known = {point.name for point in entry_points(group="pytest11")}
    named = next((name for name in known if plugin in name.replace("-", "_")), None)
    if named is None:
        pytest.skip(f"no pytest plugin {plugin} is installed here")
    run = run_suite(
        tmp_path,
        *("-p", named, "--base-url", "http://127.0.0.1:9", "--contract", "ocr-service"),
        PYTEST_DISABLE_PLUGIN_AUTOLOAD="1",
    )
    assert run.exit_code == 6, run.said
    assert "unreachable" in run.said
