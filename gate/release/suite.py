"""The conformance suite against one side, as a process of its own."""

from __future__ import annotations

import sys
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING

from gate.release.apart import run_apart

if TYPE_CHECKING:
    from gate.release.apart import Finished
    from gate.release.side import Side
    from reports.trials.policy import Policy


def checkout() -> Path:
    """The directory that holds the suite and the scenarios."""
    spec = find_spec("conformance")
    if spec is None or spec.origin is None:
        raise FileNotFoundError("the suite is not installed: pip install -e . in the checkout")
    return Path(spec.origin).parent.parent


def run_suite(side: Side, policy: Policy, *, service: str, reports: Path, seed: int) -> Finished:
    """Judge one side; its report goes under `reports`."""
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
        "--model-uri": policy.model_uris,
        "--ocr-languages": (",".join(policy.ocr_languages),) if policy.ocr_languages else (),
        "--deviations": (policy.deviations,) if policy.deviations else (),
        "--public-url": (side.images_url,) if side.images_url else (),
        "--api-key-env": (side.options.key_env,) if side.options.key_env else (),
        "--grpc-target": (side.grpc_target,) if side.grpc_target else (),
    }
    arguments += [
        word for name, values in options.items() for value in values for word in (name, value)
    ]
    return run_apart(arguments)
