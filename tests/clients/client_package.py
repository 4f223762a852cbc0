"""A client's package: needed where clients are the point, skipped with its name elsewhere."""

from __future__ import annotations

import importlib
import os
from typing import Any

import pytest

REQUIRED = "INFERENCE_GATE_CLIENTS_REQUIRED"


def client_package(name: str) -> Any:
    """The imported package. Where it is missing, skips the module, or fails if REQUIRED is set."""
    if os.environ.get(REQUIRED):
        return importlib.import_module(name)
    return pytest.importorskip(name, reason=f"{name} is not installed; run `tox -e clients`")
