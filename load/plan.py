"""The plan of one round: everything a worker must know to send its share of the load."""

from __future__ import annotations

from typing import Literal, get_args

import msgspec

ArrivalKind = Literal["constant", "poisson", "ramp", "step", "spike", "soak", "replay"]
ARRIVAL_KINDS: tuple[ArrivalKind, ...] = get_args(ArrivalKind)


class ReplayedArrival(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One line of a replay file: seconds from the start, and the operation if it is named."""

    at: float
    operation: str | None = None


class Plan(msgspec.Struct, frozen=True, kw_only=True):
    """One round. Seconds and requests per second throughout.

    `arrivals` is None in a closed loop, which has no schedule, rate or duration. `mix` maps each operation to its weight; `start_at` is the common start, in seconds of the
    wall clock, set when the round is sent to the workers.
    """

    arrivals: ArrivalKind | None = None
    rate: float = 0.0
    duration_s: float = 0.0
    warmup_s: float = 0.0
    seed: int = 0
    peak_factor: float = 4.0
    max_in_flight: int = 1000
    request_timeout_s: float = 300.0
    drain_s: float = 30.0
    validated_share: float = 1.0
    overload: bool = False
    mix: dict[str, float]
    replay: tuple[ReplayedArrival, ...] = ()
    host: str = ""
    start_at: float = 0.0
    round: int = 0
