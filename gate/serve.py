"""`inference-gate serve`: the bundled server, as a process of its own."""

from __future__ import annotations

import os
import sys

import click


@click.command(
    context_settings={"ignore_unknown_options": True, "help_option_names": []},
    add_help_option=False,
)
@click.argument("arguments", nargs=-1, type=click.UNPROCESSED)
def serve(arguments: tuple[str, ...]) -> None:
    """Start the bundled server; every argument is passed on to it."""
    os.execv(sys.executable, [sys.executable, "-m", "reference_server", *arguments])  # noqa: S606 - our own module takes over this process
