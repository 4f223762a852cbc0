"""The conformance suite against one side, as a process of its own."""

from __future__ import annotations

import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from gate.release.side import Side
    from reports.trials.policy import Policy

REPORT_WRITTEN = frozenset({0, 1, 3, 5, 6})
"""Exit codes after which there is a report to read (6 when the target died in mid-run)."""


def checkout() -> Path:
    """The directory that holds the suite and the scenarios."""
    spec = find_spec("conformance")
    if spec is None or spec.origin is None:
        raise FileNotFoundError("the suite is not installed: pip install -e . in the checkout")
    return Path(spec.origin).parent.parent


def run_suite(
    side: Side, policy: Policy, *, service: str, reports: Path, seed: int, quiet: bool
) -> tuple[int, str]:
    """Judge one side; returns the exit code and what was printed."""
    arguments = [
        sys.executable, "-m", "pytest", str(checkout() / "conformance"), "-q", "--no-header",
        "-p", "no:cacheprovider", "--base-url", side.url, "--service-name", service,
        "--service-version", side.version, "--reports-dir", str(reports), "--seed", str(seed),
        "--depth", policy.depth,
    ]  # fmt: skip
    options = {
        "--contract": policy.contracts,
        "--edition": policy.editions,
        "--accept-untested": policy.accept_untested,
        "--deviations": (policy.deviations,) if policy.deviations else (),
        "--public-url": (side.images_url,) if side.images_url else (),
        "--api-key-env": (side.options.key_env,) if side.options.key_env else (),
    }
    arguments += [
        word for name, values in options.items() for value in values for word in (name, value)
    ]
    done = subprocess.run(  # noqa: S603 - our own suite
        arguments, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False
    )
    if not quiet:
        sys.stdout.write(done.stdout)
    return done.returncode, done.stdout
