"""One warm suite for all tests of this folder, in each worker."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.mutants.running import Suite

if TYPE_CHECKING:
    from collections.abc import Iterator


@pytest.fixture(scope="session")
def suite() -> Iterator[Suite]:
    """The suite in a warm interpreter."""
    warm = Suite()
    yield warm
    warm.close()
