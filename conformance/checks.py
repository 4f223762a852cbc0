"""Which checks there are and what they decide, as collected by pytest: `python -m conformance.checks`."""

from __future__ import annotations

import contextlib
import io
import sys
from pathlib import Path

import msgspec
import pytest

FOLDER = Path(__file__).parent


class Check(msgspec.Struct, frozen=True):
    """One check. `id` is its path below conformance/ and its name, as in results."""

    id: str
    requirements: tuple[str, ...]
    depth: str


class CollectionFailedError(RuntimeError):
    """pytest could not collect the suite; what it printed says why."""


class _Collector:
    def __init__(self) -> None:
        self.checks: list[Check] = []

    def pytest_collection_finish(self, session: pytest.Session) -> None:
        for item in session.items:
            if (marker := item.get_closest_marker("decides")) is not None:
                self.checks.append(
                    Check(
                        item.nodeid.rpartition("conformance/")[2],
                        tuple(marker.kwargs["requirements"]),
                        marker.kwargs["depth"],
                    )
                )


def collect_checks() -> tuple[Check, ...]:
    """Every check of the suite, nothing being run. Raises CollectionFailedError.

    To be called once in a process: pytest keeps what it has imported.
    """
    collector, said = _Collector(), io.StringIO()
    arguments = [str(FOLDER), "--collect-only", "-q", "-p", "no:cacheprovider", "--capture=no"]
    with contextlib.redirect_stdout(said):
        code = pytest.main(arguments, [collector])
    if code != pytest.ExitCode.OK:
        raise CollectionFailedError(said.getvalue())
    return tuple(collector.checks)


if __name__ == "__main__":
    for check in collect_checks():
        sys.stdout.write(msgspec.json.encode(check).decode() + "\n")
