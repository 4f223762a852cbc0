"""Replay files: recorded arrivals, one JSON object a line, such as {"at": 1.25}."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import msgspec

from load.errors import UsageError
from load.plan import ReplayedArrival

if TYPE_CHECKING:
    from collections.abc import Collection
    from pathlib import Path


def read_replay(path: Path, operations: Collection[str]) -> tuple[ReplayedArrival, ...]:
    """Read a replay file for a scenario with these operations.

    Raises UsageError naming the line: unknown field, unknown operation, time not in order.
    """
    try:
        lines = path.read_bytes().splitlines()
    except OSError as error:
        raise UsageError(f"cannot read the replay file {path}: {error.strerror}") from error
    decoder = msgspec.json.Decoder(ReplayedArrival)
    arrivals: list[ReplayedArrival] = []
    for number, line in enumerate(lines, start=1):
        if not line.strip():
            continue
        try:
            arrival = decoder.decode(line)
        except msgspec.MsgspecError as error:
            raise UsageError(f"{path}, line {number}: {error}") from error
        if not 0.0 <= arrival.at < math.inf:
            raise UsageError(f"{path}, line {number}: `at` is {arrival.at}, not a time from 0 on")
        if arrivals and arrival.at < arrivals[-1].at:
            raise UsageError(
                f"{path}, line {number}: {arrival.at} comes after {arrivals[-1].at}; "
                "sort the file by `at`"
            )
        if arrival.operation is not None and arrival.operation not in operations:
            raise UsageError(
                f"{path}, line {number}: this scenario has no operation {arrival.operation!r}; "
                f"it has {', '.join(operations)}"
            )
        arrivals.append(arrival)
    if not arrivals:
        raise UsageError(f"the replay file {path} has no arrivals")
    return tuple(arrivals)
