"""Runs one round: on this process alone, or on all workers with one common start."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Protocol

import msgspec
from gevent.event import Event
from locust.runners import STATE_MISSING

from load.arrivals import expected_count
from load.generator import Health
from load.outcome import Measured, WorkerPart
from load.part import Report
from load.recorder import merged

if TYPE_CHECKING:
    from collections.abc import Callable

    from locust.rpc import Message
    from locust.runners import MasterRunner

    from load.part import Part
    from load.plan import Plan

START_DELAY_S = 0.3
PREPARATION_S = 120.0
LOST_AFTER_S = 4.0
LATE_AFTER_S = 60.0
POLL_S = 0.1

PLAN, READY, GO, DONE = "load_plan", "load_ready", "load_go", "load_done"
END, FAULT = "load_end", "load_fault"


class Conductor(Protocol):
    """Runs rounds, one after the other."""

    def run_round(self, plan: Plan) -> Measured:
        """Run one round to its end."""

    def begin_closed(self, plan: Plan) -> None:
        """Let the users of a closed loop go; `so_far` ends it."""

    def spawned(self) -> None:
        """All users of a closed loop are there."""

    def end_closed(self, plan: Plan) -> None:
        """Let the users of a closed loop finish what they are at."""

    def so_far(self, plan: Plan) -> Measured:
        """What is known of a round that was cut short, or of a closed loop."""


class LocalConductor:
    """The round runs in this process."""

    def __init__(self, part: Part) -> None:
        self._part = part

    def run_round(self, plan: Plan) -> Measured:
        """Run one round to its end."""
        self._part.prepare(plan, 0, 1)
        self._part.run(time.time() + START_DELAY_S)
        return measured(plan, {0: self._part.report()}, 1, self._part.measured_s())

    def begin_closed(self, plan: Plan) -> None:
        """Let the users of a closed loop go."""
        self._part.prepare(plan, 0, 1)
        self._part.begin_closed()

    def spawned(self) -> None:
        """All users of a closed loop are there."""
        self._part.spawned()

    def end_closed(self, plan: Plan) -> None:
        """Let the users of a closed loop finish what they are at."""
        del plan
        self._part.end_closed()

    def so_far(self, plan: Plan) -> Measured:
        """What is known of a round that was cut short, or of a closed loop."""
        self._part.abandon()
        return measured(plan, {0: self._part.report()}, 1, self._part.measured_s())


class DistributedConductor:
    """The round runs on every worker that is connected when it starts."""

    def __init__(self, runner: MasterRunner, on_fault: Callable[[str, int], None]) -> None:
        self._runner = runner
        self._on_fault = on_fault
        self._reports: dict[int, Report] = {}
        self._indices: dict[str, int] = {}
        self._ready: set[str] = set()
        self._missing_since: dict[str, float] = {}
        self._heard = Event()
        self._began_at: float | None = None
        self._ended_at: float | None = None
        runner.register_message(READY, self._on_ready)
        runner.register_message(DONE, self._on_done)
        runner.register_message(FAULT, self._on_worker_fault)

    def run_round(self, plan: Plan) -> Measured:
        """Run one round to its end, or to the end of what the surviving workers do."""
        self._enlist(plan)
        self._wait(PREPARATION_S, lambda client: client in self._ready)
        start_at = time.time() + START_DELAY_S
        for client in self._ready:
            self._runner.send_message(GO, {"start_at": start_at}, client)
        length = START_DELAY_S + plan.warmup_s + plan.duration_s + plan.drain_s
        self._wait(length + LATE_AFTER_S, self._has_finished)
        return measured(plan, self._reports, len(self._indices), plan.duration_s)

    def so_far(self, plan: Plan) -> Measured:
        """What the workers have reported until now."""
        ended_at = self._ended_at or time.perf_counter()
        began_at = (self._began_at or ended_at) + plan.warmup_s
        length = plan.duration_s or max(ended_at - began_at, 1e-3)
        return measured(plan, self._reports, len(self._indices), length)

    def begin_closed(self, plan: Plan) -> None:
        """Let the users of a closed loop go."""
        self._began_at = self._ended_at = None
        self._enlist(plan)

    def spawned(self) -> None:
        """All users of a closed loop are there, on every worker."""
        self._began_at = self._began_at or time.perf_counter()

    def end_closed(self, plan: Plan) -> None:
        """Let the users of a closed loop finish what they are at."""
        self._ended_at = time.perf_counter()
        for client in self._indices:
            self._runner.send_message(END, {}, client)
        self._wait(plan.drain_s, self._has_finished)

    def hear(self, client: str, data: bytes) -> None:
        """Take in a worker's report: the newest one stands for all before it."""
        report = msgspec.msgpack.decode(data, type=Report)
        index = self._indices.setdefault(client, len(self._indices))
        self._reports[index] = msgspec.structs.replace(report, index=index)
        self._heard.set()

    def _enlist(self, plan: Plan) -> None:
        nodes = [node for node in self._runner.clients.all if node.state != STATE_MISSING]
        self._indices = {node.id: index for index, node in enumerate(nodes)}
        self._reports, self._ready, self._missing_since = {}, set(), {}
        for client, index in self._indices.items():
            part = {"plan": msgspec.msgpack.encode(plan), "index": index}
            self._runner.send_message(PLAN, {**part, "workers": len(nodes)}, client)

    def _has_finished(self, client: str) -> bool:
        report = self._reports.get(self._indices[client])
        return report is not None and report.finished

    def _wait(self, at_most_s: float, done: Condition) -> None:
        deadline = time.perf_counter() + at_most_s
        while time.perf_counter() < deadline:
            self._heard.clear()
            if all(done(client) or self._is_lost(client) for client in self._indices):
                return
            self._heard.wait(POLL_S)

    def _is_lost(self, client: str) -> bool:
        node = self._runner.clients.get(client)
        if node is None:
            return True
        if node.state != STATE_MISSING:
            self._missing_since.pop(client, None)
            return False
        since = self._missing_since.setdefault(client, time.perf_counter())
        return time.perf_counter() - since > LOST_AFTER_S

    def _on_ready(self, environment: object, msg: Message) -> None:
        del environment
        self._ready.add(msg.node_id)
        self._heard.set()

    def _on_done(self, environment: object, msg: Message) -> None:
        del environment
        self.hear(msg.node_id, msg.data["load"])

    def _on_worker_fault(self, environment: object, msg: Message) -> None:
        del environment
        index = self._indices.get(msg.node_id)
        self._on_fault(f"worker {index}: {msg.data['error']}", msg.data["code"])


class Condition(Protocol):
    """Asks one thing of one worker."""

    def __call__(self, client: str, /) -> bool:
        """Whether it holds."""


def measured(
    plan: Plan, reports: dict[int, Report] | dict[int, Report | None], workers: int, length_s: float
) -> Measured:
    """Put the workers' reports of one round together; a worker without a last one is lost."""
    current = {
        index: report
        for index, report in reports.items()
        if report is not None and report.snapshot.round == plan.round
    }
    parts = []
    for index in range(workers):
        report = current.get(index)
        operations = report.snapshot.operations.values() if report else ()
        parts.append(
            WorkerPart(
                index=index,
                lost=report is None or not report.finished,
                scheduled=sum(row.totals["scheduled"] for row in operations),
                sent=sum(each.count for row in operations for each in row.outcomes.values()),
                health=report.health if report else Health(),
            )
        )
    recorder = merged([report.snapshot for _, report in sorted(current.items())])
    scheduled = sum(row.totals["scheduled"] for row in recorder.operations.values())
    open_loop = plan.arrivals is not None
    return Measured(
        recorder=recorder,
        workers=tuple(parts),
        measured_s=length_s,
        expected=expected_count(plan) if open_loop else scheduled,
        open_loop=open_loop,
        drops_are_meant=plan.overload,
    )
