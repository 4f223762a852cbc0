"""The binding to Locust's events; every scenario file imports its base class from here.

The master and the single process hold a `Session`, a worker a `WorkerSession`. Importing this
module registers the listeners, so it is imported by scenario files only.
"""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Any

import locust
from locust.runners import MasterRunner, WorkerRunner

from load.errors import LoadError, UsageError
from load.options import add_options
from load.scenario import Scenario
from load.session import Session
from load.worker import WorkerSession

if TYPE_CHECKING:
    import argparse

__all__ = ["Scenario"]

_sessions: list[Session] = []
_workers: list[WorkerSession] = []


def _add_options(parser: argparse.ArgumentParser) -> None:
    add_options(parser)
    # What several scenarios inherit is added once, by the class that has it.
    for scenario in _scenarios(Scenario):
        if "add_options" in vars(scenario):
            scenario.add_options(parser)


def _open(environment: Any, **_: Any) -> None:
    try:
        scenario = _only_scenario(environment.user_classes)
        if isinstance(environment.runner, WorkerRunner):
            _workers.append(WorkerSession(environment, scenario))
        else:
            _sessions.append(Session(environment, scenario))
    except LoadError as error:
        sys.stderr.write(f"inference-gate: {error}\n")
        sys.exit(int(error.exit_code))


def _start(**_: Any) -> None:
    for session in _sessions:
        session.start()
    for worker in _workers:
        worker.start()


def _spawned(**_: Any) -> None:
    for session in _sessions:
        session.spawned()
    for worker in _workers:
        worker.spawned()


def _stopping(environment: Any, **_: Any) -> None:
    for scenario in environment.user_classes:
        if scenario.part is not None:
            scenario.part.release_users()
    for session in _sessions:
        session.stopping()


def _stop(environment: Any, **_: Any) -> None:
    # A headless master hears its workers' last reports only while it quits.
    if isinstance(environment.runner, MasterRunner) and environment.parsed_options.headless:
        return
    _conclude()


def _conclude(**_: Any) -> None:
    for session in _sessions:
        session.stop()
    for worker in _workers:
        worker.stop()


def _say(**_: Any) -> None:
    for session in _sessions:
        session.say()


def _report(data: dict[str, Any], **_: Any) -> None:
    for worker in _workers:
        worker.report(data)


def _hear(client_id: str, data: dict[str, Any], **_: Any) -> None:
    for session in _sessions:
        session.hear(client_id, data)


def _only_scenario(classes: list[type]) -> type[Scenario]:
    if len(classes) != 1 or not issubclass(classes[0], Scenario):
        names = ", ".join(each.__name__ for each in classes)
        raise UsageError(f"one scenario is run at a time, not {names}: name one, or use mixed.py")
    return classes[0]


def _scenarios(base: type[Scenario]) -> list[type[Scenario]]:
    below = [each for sub in base.__subclasses__() for each in (sub, *_scenarios(sub))]
    return list(dict.fromkeys(below))


# Locust publishes its hooks without types.
_hooks: Any = locust.events
_hooks.init_command_line_parser.add_listener(_add_options)
_hooks.init.add_listener(_open)
_hooks.test_start.add_listener(_start)
_hooks.spawning_complete.add_listener(_spawned)
_hooks.test_stopping.add_listener(_stopping)
_hooks.test_stop.add_listener(_stop)
_hooks.quitting.add_listener(_conclude)
_hooks.quit.add_listener(_say)
_hooks.report_to_master.add_listener(_report)
_hooks.worker_report.add_listener(_hear)
