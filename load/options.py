"""The command line that every scenario shares, and what it means."""

from __future__ import annotations

import argparse
import math
import os
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import msgspec

from load.errors import UsageError
from load.plan import ARRIVAL_KINDS, Plan, ReplayedArrival
from load.replay import read_replay
from load.slo import NO_FAILURES, Slo, read_slo

if TYPE_CHECKING:
    from collections.abc import Sequence

    from load.call import Operation

REPLAY = "replay:"
SCHEDULED_KINDS = tuple(kind for kind in ARRIVAL_KINDS if kind != "replay")
LONGEST_WAIT_S = 600.0
"""The top of the histograms: no request may be waited for longer."""


@dataclass(frozen=True, slots=True)
class Settings:
    """What the options of a run mean."""

    plan: Plan
    slo: Slo
    slo_source: str
    result: Path | None
    request_log: Path | None
    lag_limit_ms: float | None
    find_capacity: bool
    capacity_precision: float
    max_rate: float
    notes: tuple[str, ...]

    @property
    def open_loop(self) -> bool:
        """Whether requests follow a schedule."""
        return self.plan.arrivals is not None


def add_options(parser: argparse.ArgumentParser) -> None:
    """Add the engine's options to Locust's parser: plain values, since the master sends them on."""
    group = parser.add_argument_group(
        "Open loop",
        "Requests start at scheduled times, whatever the answers do. Without --arrivals the run "
        "is Locust's own closed loop of --users.",
    )
    add = group.add_argument
    add(
        "--arrivals",
        action=_OpenLoop,
        metavar="KIND",
        help=f"{', '.join(SCHEDULED_KINDS)} or replay:FILE; implies --headless",
    )
    add("--rate", type=_positive, metavar="R", help="requests per second (a ramp's last)")
    add("--duration", type=_seconds, metavar="S", help="length of the measured part, seconds")
    add("--warmup", type=_not_negative, default=0.0, metavar="S", help="seconds before it (0)")
    add("--seed", type=int, default=0, metavar="N", help="seed of schedule and choices (0)")
    add("--peak-factor", type=_positive, default=4.0, help="spike: peak over base rate (4)")
    add("--max-in-flight", type=_count, default=1000, metavar="N", help="more is dropped (1000)")
    add("--request-timeout", type=_wait, default=300.0, metavar="S", help="seconds (300)")
    add("--drain", type=_not_negative, default=30.0, metavar="S", help="wait at the end (30)")
    add("--mix", metavar="NAME=W,…", help="weights of the operations; those not named get none")
    add("--validate-share", type=_share, default=1.0, metavar="F", help="of the answers (1)")
    add("--overload", action="store_true", help="the peak of a spike is meant to be too much")
    add("--max-lag-ms", type=_positive, metavar="MS", help="schedule lag p99 that is tolerated")
    add("--slo", metavar="FILE", help="TOML file of limits per operation")
    add("--result", metavar="FILE", help="write load.json here")
    add("--request-log", metavar="FILE", help="one line a request, .jsonl.gz")
    add("--api-key-env", metavar="NAME", help="variable that holds the API key")
    add(
        "--find-capacity",
        action=_FindCapacity,
        nargs=0,
        default=False,
        help="the highest rate that meets --slo, from --rate upwards, --duration a probe",
    )
    add("--capacity-precision", type=_share, default=0.05, metavar="F", help="relative (0.05)")
    add("--max-rate", type=_positive, default=10_000.0, metavar="R", help="end of the search")


class _OpenLoop(argparse.Action):
    """A scheduled run ends by itself, so nobody has to press a button in a browser."""

    def __call__(
        self, parser: Any, namespace: argparse.Namespace, values: Any, option_string: Any = None
    ) -> None:
        del parser, option_string
        setattr(namespace, self.dest, values)
        namespace.headless = True


class _FindCapacity(argparse.Action):
    """Like --arrivals: the search ends by itself."""

    def __call__(
        self, parser: Any, namespace: argparse.Namespace, values: Any, option_string: Any = None
    ) -> None:
        del parser, values, option_string
        setattr(namespace, self.dest, True)
        namespace.headless = True


def read_settings(options: argparse.Namespace, operations: Sequence[Operation]) -> Settings:
    """Check the options against each other. Raises UsageError: one line with the remedy."""
    names = [row.name for row in operations]
    mix = _mix(options.mix, operations)
    find_capacity = bool(options.find_capacity)
    if options.arrivals or find_capacity:
        plan = _open_plan(options, operations, mix)
    elif options.rate is not None or options.duration is not None or options.overload:
        raise UsageError("--rate, --duration and --overload need --arrivals, such as constant")
    else:
        plan = _base_plan(options, operations, mix)
    if find_capacity and options.slo is None:
        raise UsageError("--find-capacity needs --slo FILE: capacity is the rate that meets it")
    result, request_log = _path(options.result), _path(options.request_log)
    for path in (result, request_log):
        if path is not None and not path.absolute().parent.is_dir():
            raise UsageError(f"the folder of {path} does not exist: create it first")
    return Settings(
        plan=plan,
        slo=read_slo(Path(options.slo), names) if options.slo else NO_FAILURES,
        slo_source=options.slo or "",
        result=result,
        request_log=request_log,
        lag_limit_ms=options.max_lag_ms,
        find_capacity=find_capacity,
        capacity_precision=options.capacity_precision,
        max_rate=options.max_rate,
        notes=tuple(
            f"{row.name} is not sent: {row.unavailable}"
            for row in operations
            if row.unavailable and not mix.get(row.name)
        ),
    )


def api_key(name: str | None) -> str:
    """The key in this environment variable, or "" if none is named. Raises UsageError."""
    if name is None:
        return ""
    key = os.environ.get(name, "")
    if not key:
        raise UsageError(f"--api-key-env names {name}, which is not set: export {name}=…")
    if not key.isascii() or not key.isprintable():
        raise UsageError(f"the key in {name} has characters that no HTTP header can carry")
    return key


def _open_plan(
    options: argparse.Namespace, operations: Sequence[Operation], mix: dict[str, float]
) -> Plan:
    arrivals: str = options.arrivals or "poisson"
    if options.num_users is not None or options.run_time is not None:
        raise UsageError(
            "--users and --run-time belong to the closed loop: leave them out, or use "
            "--rate and --duration with --arrivals"
        )
    replay: tuple[ReplayedArrival, ...] = ()
    rate, duration = options.rate, options.duration
    if arrivals.startswith(REPLAY):
        replay = read_replay(Path(arrivals.removeprefix(REPLAY)), [row.name for row in operations])
        duration = duration or max(replay[-1].at - options.warmup, 1e-3)
        rate = rate or len(replay) / max(replay[-1].at, 1e-3)
        arrivals = "replay"
    elif arrivals not in SCHEDULED_KINDS:
        raise UsageError(
            f"--arrivals {arrivals} is unknown: use {', '.join(SCHEDULED_KINDS)} or replay:FILE"
        )
    if rate is None or duration is None:
        raise UsageError(f"--arrivals {arrivals} needs --rate R and --duration S")
    if options.overload and arrivals != "spike":
        raise UsageError("--overload judges a spike: use it with --arrivals spike")
    if options.find_capacity and arrivals not in ("constant", "poisson"):
        raise UsageError("--find-capacity probes with constant or poisson arrivals only")
    return msgspec.structs.replace(
        _base_plan(options, operations, mix),
        arrivals=next(kind for kind in ARRIVAL_KINDS if kind == arrivals),
        rate=rate,
        duration_s=duration,
        overload=options.overload,
        replay=replay,
    )


def _base_plan(
    options: argparse.Namespace, operations: Sequence[Operation], mix: dict[str, float]
) -> Plan:
    if not any(mix.values()):
        lacking = {row.unavailable for row in operations if row.unavailable}
        raise UsageError(
            "there is nothing to send: " + ("; ".join(sorted(lacking)) or "every weight is 0")
        )
    return Plan(
        warmup_s=options.warmup,
        seed=options.seed,
        peak_factor=options.peak_factor,
        max_in_flight=options.max_in_flight,
        request_timeout_s=options.request_timeout,
        drain_s=min(options.drain, LONGEST_WAIT_S),
        validated_share=options.validate_share,
        mix=mix,
    )


def _mix(text: str | None, operations: Sequence[Operation]) -> dict[str, float]:
    if text is None:
        return {row.name: 0.0 if row.unavailable else row.weight for row in operations}
    known = {row.name: row for row in operations}
    mix = dict.fromkeys(known, 0.0)
    for part in text.split(","):
        name, _, weight = part.strip().rpartition("=")
        if name not in known:
            raise UsageError(
                f"--mix names {name or part!r}, which this scenario does not have; "
                f"write NAME=WEIGHT of {', '.join(known)}"
            )
        if known[name].unavailable:
            raise UsageError(f"--mix: {name} cannot be sent: {known[name].unavailable}")
        try:
            mix[name] = _not_negative(weight)
        except (ValueError, argparse.ArgumentTypeError) as error:
            raise UsageError(f"--mix: {weight!r} is not a weight for {name}") from error
    return mix


def _path(text: str | None) -> Path | None:
    return None if text is None else Path(text)


def _number(text: str) -> float:
    value = float(text)
    if not math.isfinite(value):
        raise argparse.ArgumentTypeError(f"{text} is not a finite number")
    return value


def _positive(text: str) -> float:
    if (value := _number(text)) <= 0:
        raise argparse.ArgumentTypeError(f"{text} is not more than 0")
    return value


def _not_negative(text: str) -> float:
    if (value := _number(text)) < 0:
        raise argparse.ArgumentTypeError(f"{text} is less than 0")
    return value


def _seconds(text: str) -> float:
    return _positive(text.removesuffix("s"))


def _wait(text: str) -> float:
    if (value := _seconds(text)) > LONGEST_WAIT_S:
        raise argparse.ArgumentTypeError(f"{text} is more than {LONGEST_WAIT_S:g} s")
    return value


def _share(text: str) -> float:
    if not 0 < (value := _number(text)) <= 1:
        raise argparse.ArgumentTypeError(f"{text} is not more than 0 and at most 1")
    return value


def _count(text: str) -> int:
    if (value := int(text)) < 1:
        raise argparse.ArgumentTypeError(f"{text} is less than 1")
    return value
