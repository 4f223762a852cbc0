"""An hour of a million samples: memory while recording, and the time to make the report of it.

    python benchmarks/load_report.py [--samples 1000000]

Prints figures, judges nothing.
"""

from __future__ import annotations

import argparse
import random
import time

import psutil

from load.generator import Health
from load.outcome import Judged, Measured, WorkerPart, build
from load.recorder import Observation, Recorder, Snapshot, merged
from load.slo import NO_FAILURES, judge
from reports.load_result import PlanResult, encode

HOUR_S = 3600
CHECKPOINTS = 10


def record(recorder: Recorder, samples: int) -> None:
    """Two operations, one answer in a thousand a failure."""
    rng = random.Random(0)
    process = psutil.Process()
    began = time.perf_counter()
    for number in range(samples):
        second = number * HOUR_S // samples
        operation = f"operation {number % 2}"
        failed = number % 1000 == 0
        latency = round(rng.lognormvariate(11, 0.6))
        recorder.scheduled(operation, second)
        recorder.ended(
            Observation(
                operation=operation,
                outcome="http_503" if failed else "ok",
                kind="failure" if failed else "success",
                second=second,
                latency=latency,
                latency_from_send=latency,
                lag=80,
                detail=f"unique {number}" if failed else "",
            )
        )
        if (number + 1) % (samples // CHECKPOINTS) == 0:
            memory = process.memory_info().rss / 2**20
            print(f"  {number + 1:>9} samples: {memory:6.1f} MiB")
    print(f"recording: {(time.perf_counter() - began) / samples * 1e6:.1f} µs a sample")


def report(snapshots: list[Snapshot], samples: int) -> bytes:
    """Everything from the workers' snapshots to the bytes of load.json."""
    recorder = merged(snapshots)
    run = Measured(
        recorder=recorder,
        workers=(WorkerPart(0, lost=False, scheduled=samples, sent=samples, health=Health()),),
        measured_s=HOUR_S,
        expected=samples,
    )
    plan = PlanResult(
        loop="open", arrivals="constant", rate=samples / HOUR_S, duration_s=HOUR_S, warmup_s=0.0,
        seed=0, peak_factor=4.0, max_in_flight=1000, request_timeout_s=300.0, drain_s=30.0,
        validated_share=1.0, mix={}, workers=1,
    )  # fmt: skip
    judged = Judged(slo=judge(NO_FAILURES, "", recorder, HOUR_S))
    return encode(
        build(scenario="Benchmark", target="", started_at="", plan=plan, run=run, judged=judged)
    )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("--samples", type=int, default=1_000_000)
    options = parser.parse_args()
    recorder = Recorder()
    record(recorder, options.samples)
    began = time.perf_counter()
    snapshot = recorder.snapshot()
    packed = time.perf_counter()
    size = len(report([snapshot], options.samples))
    print(f"a worker's snapshot: {(packed - began) * 1000:.0f} ms")
    print(
        f"report of {options.samples} samples: {time.perf_counter() - packed:.2f} s, {size} bytes"
    )


if __name__ == "__main__":
    main()
