"""`inference-gate`: the front door. Each command is loaded only when it is asked for."""

from __future__ import annotations

import sys
import traceback
from importlib import import_module

import click

from reports.verdict import ExitCode

COMMANDS = {
    "check": ("gate.check", "what answers at a URL, and what to do if it is not right"),
    "compare": ("gate.compare", "two stored releases, side by side"),
    "deviations": ("gate.deviations", "files of accepted violations"),
    "env": ("gate.environment", "what a release makes of a set of variables"),
    "logs": ("gate.logs", "what a container's log says about its starts and errors"),
    "release": ("gate.release.command", "may this release ship?"),
    "serve": ("gate.serve", "the bundled server"),
    "startup": ("gate.startup", "how long a service takes to start, and whether its probes let it"),
}


class _Lazy(click.Group):
    """A group that knows its commands' names and imports one when it runs."""

    def list_commands(self, _ctx: click.Context) -> list[str]:
        return sorted(COMMANDS)

    def get_command(self, _ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in COMMANDS:
            return None
        command: click.Command = getattr(import_module(COMMANDS[cmd_name][0]), cmd_name)
        return command

    def format_commands(self, _ctx: click.Context, formatter: click.HelpFormatter) -> None:
        with formatter.section("Commands"):
            formatter.write_dl([(name, about) for name, (_, about) in sorted(COMMANDS.items())])


@click.group(cls=_Lazy, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="inference-gate", message="%(prog)s %(version)s")
def cli() -> None:
    """Say, with evidence, whether a release of an inference endpoint may ship.

    Exit codes: 0 pass, 1 violation or regression, 2 wrong usage, 3 inconclusive, 4 invalid run,
    5 nothing was tested, 6 target unreachable or not deployed, 70 harness error.
    """


def main() -> None:
    """Run a command; whatever it cannot handle itself is a harness error, never a verdict."""
    try:
        status = cli(standalone_mode=False)
    except click.ClickException as error:
        error.show()
        status = ExitCode.USAGE
    except (click.Abort, KeyboardInterrupt):
        click.echo("interrupted", err=True)
        status = ExitCode.INCONCLUSIVE
    except Exception:  # noqa: BLE001 - the outermost edge: what got here is a fault of ours
        traceback.print_exc()
        status = ExitCode.HARNESS_ERROR
    sys.exit(status if isinstance(status, int) else ExitCode.PASS)
