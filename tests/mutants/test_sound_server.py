"""The server without a mutant keeps its contract: whatever fails here is a fault of the suite."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.mutants.warm import Job

if TYPE_CHECKING:
    from pathlib import Path

    from tests.mutants.running import Suite

WITHOUT_THE_IMAGE = {"OCR-HEALTH-11", "OCR-HEALTH-12"}
"""The folders that only the container image has."""


@pytest.mark.parametrize("seed", range(20))
@pytest.mark.parametrize("edition", ["1.0", "1.3"])
def test_sound_server_has_no_violation(
    edition: str, seed: int, suite: Suite, tmp_path: Path
) -> None:
    storage = "on" if seed % 2 else "off"
    run = suite.run(
        Job("ocr-service", edition, str(tmp_path), seed=seed, settings={"storage": storage})
    )
    assert run.with_outcome("violates", "harness_error") == {}, run.output
    assert run.with_outcome("warns").keys() <= WITHOUT_THE_IMAGE
    assert run.exit_code == 0, run.output


@pytest.mark.parametrize("edition", ["1.0", "1.3"])
def test_open_server_has_no_violation(edition: str, suite: Suite, tmp_path: Path) -> None:
    """Without authorization, and without a way to fetch from the suite."""
    settings = {"guarded": False, "fetches_from_us": False}
    run = suite.run(Job("ocr-service", edition, str(tmp_path), settings=settings))
    assert run.with_outcome("violates", "harness_error") == {}, run.output
    assert run.exit_code == 3, "images by URL could not be tested, and that is no green"


def test_failing_storage_is_no_violation(suite: Suite, tmp_path: Path) -> None:
    run = suite.run(Job("ocr-service", "1.3", str(tmp_path), settings={"storage": "failing"}))
    assert (run.exit_code, run.row("OCR-S3-14").outcome) == (0, "conforms"), run.output
