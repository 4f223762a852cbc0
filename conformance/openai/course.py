"""When a stream counts as one: its text comes while the rest is still being generated."""

from __future__ import annotations

SHORTEST_GENERATION_S = 0.1
"""An answer generated faster than this leaves nothing to tell by."""
BEGINS_WITHIN = 0.5
"""Share of the generation that may pass before the first text; one that collects passes all."""


def begins_early(first_token_s: float, first_text_s: float, last_text_s: float) -> bool | None:
    """Whether the first text came while the rest was still being generated; None if untold.

    All in seconds since the request: `first_token_s` is what an answer of one token takes, the
    others are when the first and the last text of a stream arrived.
    """
    generation_s = last_text_s - first_token_s
    if generation_s < SHORTEST_GENERATION_S:
        return None
    return first_text_s <= first_token_s + BEGINS_WITHIN * generation_s
