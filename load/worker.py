"""A worker's side of a distributed run: it does what the master's plan says, and tells."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import gevent
import msgspec
from gevent.event import Event

from load.conductor import DONE, END, FAULT, GO, PLAN, READY
from load.errors import LoadError
from load.options import api_key
from load.part import Part
from load.plan import Plan
from reports.verdict import ExitCode

if TYPE_CHECKING:
    from collections.abc import Callable

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
        self._runner.register_message(PLAN, self._on_plan)
        self._runner.register_message(GO, self._on_go)
        self._runner.register_message(END, self._on_end, concurrent=True)

    def start(self) -> None:
        """Locust starts its users: the master's options have come with that message."""
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
        """Something of ours broke, or an option means nothing here: the master ends the run."""
        error = greenlet.exception
        code = error.exit_code if isinstance(error, LoadError) else ExitCode.HARNESS_ERROR
        self._runner.send_message(FAULT, {"error": str(error), "code": int(code)})

    def report(self, data: dict[str, Any]) -> None:
        """Add what was counted so far to Locust's regular report."""
        report = self._part.report() if self._part else None
        if report is not None:
            data["load"] = msgspec.msgpack.encode(report)

    def _on_plan(self, environment: object, msg: Message) -> None:
        del environment
        self._spawn(self._prepare, msg.data)

    def _on_go(self, environment: object, msg: Message) -> None:
        del environment
        self._spawn(self._run, msg.data["start_at"])

    def _prepare(self, data: dict[str, Any]) -> None:
        self._begun.wait()
        plan = msgspec.msgpack.decode(data["plan"], type=Plan)
        if self._part is None:
            self._part = self._scenario.part = Part(
                self._environment,
                self._scenario,
                api_key(self._environment.parsed_options.api_key_env),
                self.fault,
                open_loop=plan.arrivals is not None,
            )
        self._part.prepare(plan, data["index"], data["workers"])
        if plan.arrivals is None:
            self._part.begin_closed()
        self._runner.send_message(READY, {})

    def _run(self, start_at: float) -> None:
        if self._part is not None:
            self._part.run(start_at)
            self._tell()

    def _spawn(self, function: Callable[..., None], *arguments: Any) -> None:
        gevent.spawn(function, *arguments).link_exception(self.fault)

    def _on_end(self, environment: object, msg: Message) -> None:
        del environment, msg
        if self._part is not None and self._part.end_closed():
            self.stop()

    def _tell(self) -> None:
        data: dict[str, Any] = {}
        self.report(data)
        if data:
            self._runner.send_message(DONE, data)
