"""One process's part of a run: the scenario made ready, its share sent, its counts handed over."""

from __future__ import annotations

import itertools
import math
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

import gevent
import msgspec
from gevent.event import Event
from locust.exception import StopUser

from load.arrivals import Arrival, schedule, share_of
from load.dice import Dice
from load.dispatcher import Dispatcher, Ended, Mix
from load.generator import Health, Monitor
from load.recorder import Recorder, Snapshot
from load.request_log import RequestLog, path_for

if TYPE_CHECKING:
    import argparse
    from collections.abc import Callable

    from load.call import Link
    from load.plan import Plan
    from load.scenario import Scenario


class Report(msgspec.Struct, frozen=True):
    """What a worker tells the master: its counts so far, and whether they are all."""

    index: int
    finished: bool
    snapshot: Snapshot
    health: Health


class PlainError(Exception):
    """What Locust's own statistics call a failed request: one of a few fixed names."""


class Part:
    """Prepared once per round, then run; `report` may be asked for at any time."""

    def __init__(
        self,
        environment: Any,
        scenario: type[Scenario],
        key: str,
        on_fault: Callable[[gevent.Greenlet], None],
        *,
        open_loop: bool,
    ) -> None:
        self._open_loop = open_loop
        self._options: argparse.Namespace = environment.parsed_options
        self._fire_request = environment.events.request.fire
        self._scenario = scenario
        self._key = key
        self._on_fault = on_fault
        self._link: Link | None = None
        self._log: RequestLog | None = None
        self._closed_numbers = itertools.count()
        self._over = Event()
        self._prepared = Event()
        self._idle = Event()
        self._busy = 0
        self._all_users = False
        self._measured_from: float | None = None
        self._ended_at: float | None = None
        self._closing = False
        self._running: gevent.Greenlet | None = None

    def prepare(self, plan: Plan, index: int, workers: int) -> None:
        """Build everything that the first request would otherwise wait for."""
        options = self._options
        self._plan, self._index, self._workers = plan, index, workers
        self._limit = math.ceil(plan.max_in_flight / workers)
        self._mix = Mix(self._scenario.operations(options), plan.mix)
        self._scenario.warm_up()
        for operation in self._mix.rows:
            operation.build(Dice(plan.seed, 0))
        self._close()
        self._link = self._scenario.link(
            plan.host,
            connections=self._limit,
            timeout_s=plan.request_timeout_s,
            key=self._key,
        )
        if options.request_log:
            self._log = RequestLog(path_for(Path(options.request_log), index, workers))
        self.recorder = Recorder(plan.round)
        self._monitor = Monitor()
        self._finished = self._closing = self._all_users = False
        self._measured_from = self._ended_at = None
        self._dispatcher = Dispatcher(
            plan,
            self._mix,
            self._link,
            self.recorder,
            self._ended,
            self._on_fault,
            secret=self._key,
        )

    def run(self, start_at: float) -> None:
        """Send this worker's share from `start_at` (wall clock, seconds); return when all ended."""
        self._running = gevent.getcurrent()
        began_at = time.perf_counter() + (start_at - time.time())
        self._monitor.start(max(0.0, start_at - time.time()) + self._plan.warmup_s)
        mine = share_of(schedule(self._plan), self._index, self._workers)
        self._dispatcher.run(mine, began_at, self._limit, self._monitor.stop)
        self._finish()

    def begin_closed(self) -> None:
        """Let the users of a closed loop go; what they do before all are there is warm-up."""
        self._prepared.set()
        self._measure()

    def spawned(self) -> None:
        """All users of a closed loop are there."""
        self._all_users = True
        self._measure()

    def _measure(self) -> None:
        if self._all_users and self._prepared.is_set() and self._measured_from is None:
            self._measured_from = time.perf_counter() + self._plan.warmup_s
            self._monitor.start(self._plan.warmup_s)

    def turn(self) -> None:
        """One request of a closed loop, or the wait of an idle user for the end of an open one."""
        if self._open_loop:
            self._over.wait()
            raise StopUser
        self._prepared.wait()
        if self._closing:
            raise StopUser
        now = time.perf_counter()
        number = next(self._closed_numbers) * self._workers + self._index
        measured_from = self._measured_from
        warmup = measured_from is None or now < measured_from
        at = self._plan.warmup_s + now - (now if measured_from is None else measured_from)
        arrival = Arrival(number, at, warmup, None)
        dice = Dice(self._plan.seed, number)
        operation = self._mix.choose(dice, None)
        if not arrival.warmup:
            self.recorder.scheduled(operation.name, int(at - self._plan.warmup_s))
        self._busy += 1
        try:
            self._dispatcher.perform(arrival, operation, dice, now)
        finally:
            self._busy -= 1
            self._idle.set()

    def end_closed(self) -> bool:
        """Let the users of a closed loop finish what they are at; whether all of them did."""
        self._closing = True
        deadline = time.perf_counter() + self._plan.drain_s
        while self._busy and (left := deadline - time.perf_counter()) > 0:
            self._idle.clear()
            self._idle.wait(left)
        self._ended_at = time.perf_counter()
        return self._busy == 0

    def abandon(self) -> None:
        """End at once: what is in flight is censored."""
        if self._link is None or self._finished:
            return
        if self._running is not None and self._running is not gevent.getcurrent():
            self._running.kill()
        self._dispatcher.abandon()
        self._finish()

    def release_users(self) -> None:
        """Let the idle users of an open loop go: the run is over."""
        self._over.set()

    def measured_s(self) -> float:
        """How long the measured part was: the plan's, or in a closed loop what it came to."""
        if self._plan.arrivals is not None:
            return self._plan.duration_s
        ended_at = self._ended_at or time.perf_counter()
        return max(ended_at - (self._measured_from or ended_at), 1e-3)

    def report(self) -> Report | None:
        """What was counted so far; None before the first round."""
        if self._link is None:
            return None
        return Report(
            index=self._index,
            finished=self._finished,
            snapshot=self.recorder.snapshot(),
            health=self._monitor.health(),
        )

    def _finish(self) -> None:
        self._monitor.stop()
        self._finished = True
        self._close()

    def _close(self) -> None:
        if self._link is not None:
            self._link.close()
        if self._log is not None:
            self._log.close()
            self._log = None

    def _ended(self, ended: Ended) -> None:
        if self._log is not None:
            self._log.write(ended)
        if ended.warmup:
            return
        seen = ended.seen
        self._fire_request(
            request_type=self._scenario.__name__,
            name=seen.operation,
            response_time=seen.latency / 1000,
            response_length=seen.received_bytes,
            exception=None if seen.kind == "success" else PlainError(seen.outcome),
            context={},
        )
