"""The optional log of every request, gzipped JSON lines, for later study."""

from __future__ import annotations

import gzip
from typing import TYPE_CHECKING

import msgspec

if TYPE_CHECKING:
    from pathlib import Path

    from load.dispatcher import Ended

_LEVEL = 1
"""Compression must not delay the requests that the log is about."""


class RequestLog:
    """One file per generator process; flushed when the round ends."""

    def __init__(self, path: Path) -> None:
        self._file = gzip.GzipFile(path, "wb", compresslevel=_LEVEL)
        self._encoder = msgspec.json.Encoder()

    def write(self, ended: Ended) -> None:
        """Add one line. Latencies in milliseconds, `at` in seconds from the first arrival."""
        seen = ended.seen
        line = {
            "number": ended.number,
            "at": ended.scheduled_s,
            "warmup": ended.warmup,
            "operation": seen.operation,
            "outcome": seen.outcome,
            "kind": seen.kind,
            "latency_ms": seen.latency / 1000,
            "latency_from_send_ms": seen.latency_from_send / 1000,
            "lag_ms": seen.lag / 1000,
            "received_bytes": seen.received_bytes,
        }
        self._file.write(self._encoder.encode(line) + b"\n")

    def close(self) -> None:
        """Write out what is buffered."""
        self._file.close()


def path_for(path: Path, worker: int, workers: int) -> Path:
    """The file of this worker: the path itself if it is the only one."""
    return path if workers == 1 else path.with_name(f"{worker}-{path.name}")
