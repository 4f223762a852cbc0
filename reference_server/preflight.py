"""What is missing before the server can do its work, found without starting it."""

from __future__ import annotations

import sys
import tempfile
from typing import TYPE_CHECKING

from reference_server.ocr.engine import EngineUnavailable, find_engine
from reference_server.running import PortTaken, bind
from reference_server.text.engine import TEXT_ENGINES

if TYPE_CHECKING:
    from reference_server.settings import Settings

READY, MISSING = 0, 6


def unknown_engine(settings: Settings) -> str | None:
    """Why no engine has the chosen name, in one line, or None."""
    try:
        find_engine(settings.engine)
    except EngineUnavailable as error:
        return f"--engine: {error}"
    return None


def unusable_folder(settings: Settings) -> str | None:
    """Why results could not be written, in one line, or None. Makes the folders."""
    for folder, named in (
        (settings.state_dir, "--state-dir"),
        (settings.temp_folder, "--temp-dir"),
        (settings.output_folder, "--output-dir"),
    ):
        try:
            folder.mkdir(parents=True, exist_ok=True)
            with tempfile.TemporaryFile(dir=folder):
                pass
        except OSError as error:
            return f"{named}: {folder} is not writable: {error.strerror}"
    return None


def unready_text(settings: Settings) -> str | None:
    """Why the text engine or gRPC could not be started, in one line, or None."""
    lacking = TEXT_ENGINES[settings.text_engine].missing(settings)
    return lacking[0] if lacking else _unusable_grpc(settings)


def _unusable_grpc(settings: Settings) -> str | None:
    for named, file in (
        ("--grpc-certificate", settings.grpc_certificate),
        ("--grpc-private-key", settings.grpc_private_key),
    ):
        try:
            if file is not None:
                file.read_bytes()
        except OSError as error:
            return f"{named}: {file} cannot be read: {error.strerror}"
    if settings.grpc_port is None:
        return None
    try:
        # gRPC itself only finds out when the rest of the server is already up.
        bind(settings.host, settings.grpc_port).close()
    except PortTaken as error:
        return f"{error}; choose another with --grpc-port"
    return None


def missing(settings: Settings) -> list[str]:
    """One line for each thing that the chosen engines lack."""
    text = TEXT_ENGINES[settings.text_engine].missing(settings)
    try:
        return find_engine(settings.engine).missing(settings) + text
    except EngineUnavailable as error:
        return [str(error), *text]


def report(settings: Settings) -> int:
    """Print what is missing; returns 0 if nothing is, else 6."""
    folder = unusable_folder(settings)
    lines = missing(settings) + ([folder] if folder else [])
    for line in lines:
        sys.stdout.write(f"missing: {line}\n")
    if not lines:
        sys.stdout.write(f"ready: engine {settings.engine}, text engine {settings.text_engine}\n")
    return MISSING if lines else READY
