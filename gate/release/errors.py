"""Why a gate ends before it can weigh what it found, and the exit code that says of what kind."""

from __future__ import annotations

from reports.verdict import ExitCode, Verdict


class CannotJudge(Exception):
    """The gate cannot come to a verdict on the candidate; the message says why."""

    def __init__(self, message: str, exit_code: ExitCode) -> None:
        super().__init__(message)
        self.exit_code = exit_code

    @property
    def verdict(self) -> Verdict:
        """What the report says of it."""
        return Verdict(name="INVALID", exit_code=self.exit_code, reasons=(str(self),))


class CandidateCrashed(CannotJudge):
    """The candidate's process, which the gate started, ended by itself: that is a verdict."""

    def __init__(self, message: str) -> None:
        super().__init__(message, ExitCode.VIOLATION)

    @property
    def verdict(self) -> Verdict:
        """A release that dies under what its predecessor bears may not ship."""
        return Verdict(name="FAIL", exit_code=self.exit_code, reasons=(str(self),))
