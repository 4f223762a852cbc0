"""A worker's side of a distributed run: it does what the master's plan says, and tells."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import msgspec
from gevent.event import Event

from load.conductor import DONE, END, FAULT, GO, PLAN, READY
from load.options import api_key
from load.part import Part
from load.plan import Plan

if TYPE_CHECKING:
    import gevent
    from locust.rpc import Message
    from locust.runners import WorkerRunner

    from load.scenario import Scenario


class WorkerSession:
    """Answers the master: plan received and prepared, ready; go; done."""

    def __init__(self, environment: Any, scenario: type[Scenario]) -> None:
        self._environment = environment
        self._runner: WorkerRunner = environment.runner
        self._scenario = scenario
        self._part: Part | None = None
        self._begun = Event()
        self._runner.register_message(PLAN, self._on_plan, concurrent=True)
        self._runner.register_message(GO, self._on_go, concurrent=True)
        self._runner.register_message(END, self._on_end, concurrent=True)

    def start(self) -> None:
        """Locust starts its users: the master's options have come with that message."""
        if self._part is None:
            options = self._environment.parsed_options
            self._part = Part(
                self._environment,
                self._scenario,
                api_key(options.api_key_env),
                self.fault,
                open_loop=bool(options.arrivals or options.find_capacity),
            )
            self._scenario.part = self._part
        self._begun.set()

    def spawned(self) -> None:
        """All users, of all workers, are there."""
        if self._part is not None:
            self._part.spawned()

    def stop(self) -> None:
        """Locust stops its users: whatever is still in flight is censored."""
        if self._part is not None:
            self._part.abandon()
            self._tell()

    def fault(self, greenlet: gevent.Greenlet) -> None:
        """Something of ours broke: the master ends the run."""
        self._runner.send_message(FAULT, {"error": str(greenlet.exception)})

    def report(self, data: dict[str, Any]) -> None:
        """Add what was counted so far to Locust's regular report."""
        report = self._part.report() if self._part else None
        if report is not None:
            data["load"] = msgspec.msgpack.encode(report)

    def _on_plan(self, environment: object, msg: Message) -> None:
        del environment
        self._begun.wait()
        if self._part is None:
            return
        plan = msgspec.msgpack.decode(msg.data["plan"], type=Plan)
        self._part.prepare(plan, msg.data["index"], msg.data["workers"])
        if plan.arrivals is None:
            self._part.begin_closed()
        self._runner.send_message(READY, {})

    def _on_go(self, environment: object, msg: Message) -> None:
        del environment
        if self._part is not None:
            self._part.run(msg.data["start_at"])
            self._tell()

    def _on_end(self, environment: object, msg: Message) -> None:
        del environment, msg
        if self._part is not None and self._part.end_closed():
            self.stop()

    def _tell(self) -> None:
        data: dict[str, Any] = {}
        self.report(data)
        if data:
            self._runner.send_message(DONE, data)
