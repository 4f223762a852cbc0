"""What a scenario file inherits: a Locust user whose operations the engine sends.

Importing this module imports Locust, which monkey-patches the process.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar, Protocol

from locust import User, task

from load.call import CallError
from load.errors import UnreachableError, UsageError
from load.http_link import HttpLink, checked_host

if TYPE_CHECKING:
    import argparse
    from collections.abc import Sequence

    from load.call import Link, Operation

_REFUSED = (401, 403)
_NOT_FOUND = 404
PROBE_TIMEOUT_S = 10.0


class Turns(Protocol):
    """What keeps Locust's users: it sends for a closed loop, and idles in an open one."""

    def turn(self) -> None:
        """Send one request and wait for its answer."""

    def release_users(self) -> None:
        """Let the idle users of an open loop go: the run is over."""


class Scenario(User):
    """Base of every scenario: override `operations`, and what else is particular to it.

    `probe_path` is a path that a deployed target answers with anything but 404; None asks only
    whether it can be reached.
    """

    abstract = True
    probe_path: ClassVar[str | None] = None
    part: ClassVar[Turns | None] = None

    @classmethod
    def add_options(cls, parser: argparse.ArgumentParser) -> None:
        """Add options of this scenario alone."""

    @classmethod
    def operations(cls, options: argparse.Namespace) -> Sequence[Operation]:
        """The kinds of request, each with its weight and a way to build one."""
        raise NotImplementedError

    @classmethod
    def warm_up(cls) -> None:
        """Load what the first answer would otherwise wait for, such as compiled schemas."""

    @classmethod
    def check_host(cls, host: str | None) -> str:
        """The target's address. Raises UsageError."""
        return checked_host(host)

    @classmethod
    def link(cls, host: str, *, connections: int, timeout_s: float, key: str) -> Link:
        """Open the way to the target."""
        headers = {"Authorization": f"Bearer {key}"} if key else {}
        return HttpLink(host, connections=connections, timeout_s=timeout_s, headers=headers)

    @classmethod
    def probe(cls, host: str, key: str) -> None:
        """Ask once whether the target is there. Raises UnreachableError or UsageError."""
        link = cls.link(host, connections=1, timeout_s=PROBE_TIMEOUT_S, key=key)
        try:
            answer = link.get(cls.probe_path or "/")
        except CallError as failed:
            raise UnreachableError(
                f"cannot reach {host} ({failed.outcome}: {failed}): see that it runs and that the "
                "address is right"
            ) from failed
        finally:
            link.close()
        if answer.status in _REFUSED:
            raise UsageError(
                f"{host} answers {answer.status}: name the variable that holds a valid key with "
                "--api-key-env NAME"
            )
        if answer.status == _NOT_FOUND and cls.probe_path is not None:
            raise UnreachableError(
                f"{host}{cls.probe_path} answers 404: nothing is deployed there, or the address "
                "is wrong"
            )

    @task
    def closed_loop_turn(self) -> None:
        """One request of a closed loop; in an open loop the schedule sends and this waits."""
        if self.part is not None:
            self.part.turn()
