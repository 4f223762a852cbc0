"""Releases and reports that several of these tests share, made once for each worker."""

from __future__ import annotations

import subprocess
import sys
from typing import TYPE_CHECKING

import pytest
from releases import GATE_WITHIN_S, environment, serving

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


@pytest.fixture(scope="session")
def ordinary() -> Iterator[str]:
    """The URL of a release as it should be."""
    with serving(sleep=0.3) as url:
        yield url


@pytest.fixture(scope="session")
def violating() -> Iterator[str]:
    """The URL of a release that breaks one promise."""
    with serving(violates=1) as url:
        yield url


def report_of(folder: Path, url: str) -> Path:
    """The published report of one release, made by the suite as a user makes it."""
    done = subprocess.run(
        [
            sys.executable, "-m", "pytest", "conformance", "-q", "-p", "no:cacheprovider",
            "--base-url", url, "--contract", "openai", "--depth", "quick",
            "--service-name", "svc", "--service-version", "1.0.8", "--seed", "1",
            "--reports-dir", str(folder), "--api-key-env", "GATE_TEST_KEY",
        ],
        env=environment(), capture_output=True, text=True, timeout=GATE_WITHIN_S, check=False,
    )  # fmt: skip
    assert (folder / "svc/1.0.8/conformance.json").is_file(), done.stdout
    return folder


@pytest.fixture(scope="session")
def kept(tmp_path_factory: pytest.TempPathFactory, ordinary: str) -> Path:
    """The reports of a release that keeps its contract."""
    return report_of(tmp_path_factory.mktemp("kept"), ordinary)


@pytest.fixture(scope="session")
def broken(tmp_path_factory: pytest.TempPathFactory, violating: str) -> Path:
    """The reports of a release that violates it."""
    return report_of(tmp_path_factory.mktemp("broken"), violating)
