"""One warm suite for all tests of this folder, in each worker."""

from __future__ import annotations

from tests.mutants.conftest import suite  # noqa: F401 - pytest finds fixtures by name
