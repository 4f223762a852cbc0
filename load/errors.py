"""What can be wrong before a run begins, each with the exit code that says so."""

from __future__ import annotations

from reports.verdict import ExitCode


class LoadError(Exception):
    """The run cannot begin; the message is one line that names the thing and the remedy."""

    exit_code = ExitCode.USAGE


class UsageError(LoadError):
    """An option, an SLO file or a replay file is wrong."""


class UnreachableError(LoadError):
    """The target cannot be reached, or nothing is deployed there."""

    exit_code = ExitCode.UNREACHABLE
