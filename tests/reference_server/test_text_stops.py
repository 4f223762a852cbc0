"""Stop sequences in a text that comes in pieces."""

from __future__ import annotations

import pytest

from reference_server.text.stops import UpToStop


@pytest.mark.parametrize("size", [1, 2, 3, 100])
@pytest.mark.parametrize(
    ("stops", "text", "shown", "found"),
    [
        ((), "all of it", "all of it", False),
        (("END",), "before END after", "before ", True),
        (("END",), "EN is not the EN", "EN is not the EN", False),
        (("aab",), "aaaab", "aa", True),
        (("xyz", "yy"), "wxyxyzyy", "wxy", True),
    ],
)
def test_what_is_shown_does_not_depend_on_the_pieces(
    stops: tuple[str, ...], text: str, shown: str, size: int, *, found: bool
) -> None:
    until = UpToStop(stops)
    parts = [until.feed(text[start : start + size]) for start in range(0, len(text), size)]
    assert "".join([*parts, until.rest()]) == shown
    assert until.found is found
