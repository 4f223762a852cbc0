"""What makes a stream of messages a cumulative one, decided without trusting the model's words.

The vendor lets intermediate results change, so shares are looked at and not exact beginnings.
"""

from __future__ import annotations

import re
from itertools import pairwise
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

    from conformance.yandex.outcome import Message

LOST_SHARE = 0.2
"""Of all words ever streamed, at most this share may be missing in the end."""
LATE_SHARE = 0.25
"""In the second half of a stream, at least this share of the text is there: half is usual."""
SPREAD_SHARE = 0.15
"""Between first and last message lies at least this share of the whole time; a server that
holds everything back shows under 0.05."""
FEWEST = 4
_WORD = re.compile(r"\w+")


def lost_words(messages: Sequence[Message]) -> list[str]:
    """Words that were streamed and are not in the last text."""
    seen = {word for message in messages for word in _WORD.findall(message.text)}
    return sorted(word for word in seen if word not in messages[-1].text)


def keeps_its_words(messages: Sequence[Message]) -> bool:
    """Whether the last message holds (nearly) all that was streamed."""
    seen = {word for message in messages for word in _WORD.findall(message.text)}
    return len(lost_words(messages)) <= LOST_SHARE * len(seen)


def message_without_text_so_far(messages: Sequence[Message]) -> int | None:
    """The index of a message that cannot hold the whole text so far, or None."""
    longest = 0
    for index, message in enumerate(messages):
        length = len(message.text)
        if length < longest / 2:
            return index
        late = len(messages) >= FEWEST and index >= len(messages) / 2
        if late and length < LATE_SHARE * len(messages[-1].text):
            return index
        longest = max(longest, length)
    return None


def break_of_prefix(messages: Sequence[Message]) -> int | None:
    """The index of a message whose text does not begin with the one before, or None."""
    for index, (one, other) in enumerate(pairwise(messages), start=1):
        if not other.text.startswith(one.text):
            return index
    return None


def spread(messages: Sequence[Message]) -> float:
    """The share of the time that lies between the arrival of the first and the last message."""
    first, last = messages[0].at_s, messages[-1].at_s
    return (last - first) / last if last > 0 else 0.0


def fall(counts: Sequence[int | None]) -> tuple[int, int] | None:
    """Two counts of which the later is smaller, or None."""
    known = [count for count in counts if count is not None]
    return next(((one, other) for one, other in pairwise(known) if other < one), None)
