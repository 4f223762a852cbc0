"""`python -m reference_server`: settings, preflight, and the server's life."""

from __future__ import annotations

import logging.config
import os
import signal
import sys
import tempfile
from typing import TYPE_CHECKING

from reference_server import container_log
from reference_server.settings import PROGRAM, WrongSettings, read_settings

if TYPE_CHECKING:
    from collections.abc import Sequence

    from reference_server.settings import Settings

OK, WRONG_USAGE, NOT_AVAILABLE = 0, 2, 6


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command; returns the exit code."""
    try:
        settings, check = read_settings(sys.argv[1:] if arguments is None else arguments)
    except WrongSettings as error:
        return _refuse(str(error))
    if check:
        from reference_server.preflight import report

        return report(settings)
    return serve(settings)


def serve(settings: Settings) -> int:
    """Serve until SIGTERM or SIGINT; returns the exit code."""
    from reference_server.preflight import unknown_engine, unready_text, unusable_folder
    from reference_server.running import PortTaken, bind, server_for

    problem = unknown_engine(settings) or unusable_folder(settings) or unready_text(settings)
    if problem:
        return _refuse(problem)
    logging.config.dictConfig(container_log.CONFIG)
    tempfile.tempdir = str(settings.temp_folder)
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(OK))
    try:
        # A port that is taken is told at once; while 1.0.8 waits, nothing listens.
        bind(settings.host, settings.port).close()
        container_log.wait_for_vllm(settings)
        bound = bind(settings.host, settings.port)
    except PortTaken as error:
        return _refuse(f"{error}; choose another with --port")
    container_log.announce_start(settings, bound.getsockname()[1])

    from reference_server.app import create_app

    server = server_for(
        create_app(settings),
        bound,
        grace_s=settings.grace_period,
        on_termination=lambda: container_log.announce_termination(settings),
    )
    server.run(sockets=[bound])
    # A page that nobody waits for any more may still be on a worker: do not wait for it either.
    logging.shutdown()
    sys.stdout.flush()
    os._exit(OK)


def _refuse(problem: str) -> int:
    sys.stderr.write(f"{PROGRAM}: {problem}\n")
    return WRONG_USAGE


if __name__ == "__main__":
    sys.exit(main())
