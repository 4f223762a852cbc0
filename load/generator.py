"""Whether this process could keep up: its CPU, its event loop, its clocks."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

import gevent
import msgspec
import psutil

if TYPE_CHECKING:
    from gevent import Greenlet

BEAT_S = 0.02
STALL_S = 0.05
SAMPLE_S = 0.5
SATURATED_CPU = 0.9


class Health(msgspec.Struct, frozen=True):
    """How one generator process did. CPU is a share of one core, its own clock's drift excluded.

    `saturated_share` is the share of samples above SATURATED_CPU, `stalled_s` the sum of all
    stalls of the event loop longer than STALL_S.
    """

    cpu_mean: float = 0.0
    cpu_max: float = 0.0
    saturated_share: float = 0.0
    longest_stall_ms: float = 0.0
    stalled_s: float = 0.0
    clock_step_ms: float = 0.0
    memory_mb: float = 0.0


class Monitor:
    """Watches the process from `start` to `stop`."""

    def __init__(self) -> None:
        self._cpu: list[float] = []
        self._stalled_s = 0.0
        self._longest_stall_s = 0.0
        self._clock_step_s = 0.0
        self._greenlets: list[Greenlet] = []
        self._process = psutil.Process()

    def start(self, delay_s: float) -> None:
        """Begin to watch after the delay: the warm-up is not judged."""
        self._greenlets = [
            gevent.spawn_later(delay_s, self._watch_loop),
            gevent.spawn_later(delay_s, self._watch_clocks),
        ]

    def stop(self) -> None:
        """Stop watching; what was seen stays."""
        gevent.killall(self._greenlets)

    def health(self) -> Health:
        """What was seen so far."""
        cpu = self._cpu
        return Health(
            cpu_mean=sum(cpu) / len(cpu) if cpu else 0.0,
            cpu_max=max(cpu, default=0.0),
            saturated_share=sum(share > SATURATED_CPU for share in cpu) / len(cpu) if cpu else 0.0,
            longest_stall_ms=self._longest_stall_s * 1000,
            stalled_s=self._stalled_s,
            clock_step_ms=self._clock_step_s * 1000,
            memory_mb=self._process.memory_info().rss / 2**20,
        )

    def _watch_loop(self) -> None:
        while True:
            before = time.perf_counter()
            gevent.sleep(BEAT_S)
            stall = time.perf_counter() - before - BEAT_S
            self._longest_stall_s = max(self._longest_stall_s, stall)
            if stall > STALL_S:
                self._stalled_s += stall

    def _watch_clocks(self) -> None:
        wall, used, offset = time.perf_counter(), time.process_time(), _clock_offset()
        while True:
            gevent.sleep(SAMPLE_S)
            now, now_used, now_offset = time.perf_counter(), time.process_time(), _clock_offset()
            self._cpu.append((now_used - used) / (now - wall))
            self._clock_step_s = max(self._clock_step_s, abs(now_offset - offset))
            wall, used, offset = now, now_used, now_offset


def _clock_offset() -> float:
    return time.time() - time.monotonic()
