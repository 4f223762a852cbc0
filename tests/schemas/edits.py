"""Near-misses: a good document with one thing changed."""

from __future__ import annotations

import copy
from typing import Any

GONE = object()


def changed(document: Any, **edits: Any) -> Any:
    """Return a copy of `document` with members replaced; `a__0__b` leads to `["a"][0]["b"]`.

    The value `GONE` removes the member. A name that leads nowhere raises, except that the last
    step may add a member to an object.
    """
    result = copy.deepcopy(document)
    for name, value in edits.items():
        place = result
        *way, last = [int(step) if step.isdigit() else step for step in name.split("__")]
        for step in way:
            place = place[step]
        if value is GONE:
            del place[last]
        else:
            place[last] = value
    return result


def without_each(document: dict[str, Any], *kept: str) -> list[dict[str, Any]]:
    """Return copies of `document`, each without one of its members; those in `kept` stay."""
    return [changed(document, **{name: GONE}) for name in document if name not in kept]
