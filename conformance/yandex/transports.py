"""One check over both transports: the same fact is one row for REST and one for gRPC."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import pytest

from conformance.judging import Depth, Judge, decides
from conformance.yandex.outcome import RATE_LIMITED, RESOURCE_EXHAUSTED, named

if TYPE_CHECKING:
    from conformance.yandex.outcome import Outcome
    from reports.conformance_result import UntestedBecause

_PREFIX = {"rest": "YC-", "grpc": "YC-G"}


def over_both(*rows: str, depth: Depth = "standard") -> pytest.MarkDecorator:
    """Mark a check as one that decides these rows, such as USAGE-1, over each transport."""
    return pytest.mark.parametrize(
        "service",
        [
            pytest.param(name, marks=decides(*(prefix + row for row in rows), depth=depth), id=name)
            for name, prefix in _PREFIX.items()
        ],
        indirect=True,
    )


@dataclass(frozen=True)
class Claims:
    """The judge of a check that runs over either transport: rows without their prefix."""

    judge: Judge
    transport: str

    def __call__(
        self,
        row: str,
        holds: bool,  # noqa: FBT001 - reads as "claim(row, fact, …)"
        *,
        expected: str,
        got: object,
        by: Outcome | None,
    ) -> bool:
        """Claim that the row holds, or does not, in this outcome.

        A rate limit that could not be waited out decides nothing.
        """
        if not holds and by is not None and by.code == RESOURCE_EXHAUSTED:
            self.untested(RATE_LIMITED, row, because="prerequisite")
            return False
        reproduce = None if by is None else by.reproduce
        return self.judge(self.id_of(row), holds, expected=expected, got=got, by=reproduce)

    def answered(self, row: str, got: Outcome) -> bool:
        """Claim that the call was answered."""
        return self(row, got.is_good, expected="an answer", got=got.summary, by=got)

    def refused(self, row: str, got: Outcome, *codes: int) -> bool:
        """Claim that the call was refused with one of these codes."""
        wanted = " or ".join(named(code) for code in codes)
        expected = f"a refusal with code {wanted}"
        return self(row, got.refused_with(*codes), expected=expected, got=got.summary, by=got)

    def unharmed(self, row: str, got: Outcome) -> bool:
        """Claim that the call was answered or refused, and broke nothing."""
        expected = "an answer or a refusal, and no failure of the server"
        return self(row, not got.broke_something, expected=expected, got=got.summary, by=got)

    def unsupported(self, reason: str, *rows: str) -> None:
        """Say that the target does not offer what these (default: all) rows are about."""
        self.judge.unsupported(reason, *map(self.id_of, rows))

    def untested(self, reason: str, *rows: str, because: UntestedBecause = "not_observed") -> None:
        """Say why these (default: all) rows could not be tested."""
        self.judge.untested(reason, *map(self.id_of, rows), because=because)

    def id_of(self, row: str) -> str:
        """The id of a row over this transport."""
        return _PREFIX[self.transport] + row
