"""A pytest plugin that keeps only the checks which decide given requirements."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from collections.abc import Collection


class Selection:
    """Keeps the checks of these requirements, and those whose id ends in `check`."""

    def __init__(self, requirements: Collection[str], check: str = "") -> None:
        self._requirements, self._check = frozenset(requirements), check

    @pytest.hookimpl(tryfirst=True)
    def pytest_collection_modifyitems(self, items: list[pytest.Item]) -> None:
        items[:] = [item for item in items if self._keeps(item)]

    def _keeps(self, item: pytest.Item) -> bool:
        marker = item.get_closest_marker("decides")
        decides = marker is not None and self._requirements & set(marker.kwargs["requirements"])
        return bool(decides) and item.nodeid.endswith(self._check)
