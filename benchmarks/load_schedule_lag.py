"""How punctual one worker is: schedule lag at several constant rates, every answer validated.

    python benchmarks/load_schedule_lag.py [--seconds 10] [--rates 100,500,1000]

Prints figures, judges nothing. Server and generator share the machine's cores.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import tempfile
from pathlib import Path

from load_throughput import ROOT, server

from reports.load_result import decode


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("--seconds", type=int, default=10)
    parser.add_argument("--rates", default="100,500,1000")
    options = parser.parse_args()
    with server() as host, tempfile.TemporaryDirectory() as folder:
        for rate in options.rates.split(","):
            file = Path(folder) / f"{rate}.json"
            command = [
                sys.executable, "-m", "locust", "-f", str(ROOT / "load/completion.py"),
                "--host", host, "--mix", "completion=1", "--arrivals", "constant",
                "--rate", rate, "--duration", str(options.seconds), "--warmup", "1",
                "--only-summary", "--result", str(file),
            ]  # fmt: skip
            subprocess.run(
                command,
                env={**os.environ, "PYTHONPATH": str(ROOT)},
                check=False,
                capture_output=True,
            )
            result = decode(file.read_bytes())
            lag, worker = result.generator.schedule_lag, result.generator.workers[0]
            print(
                f"{rate:>6}/s: lag p50 {lag.p50:.2f} p99 {lag.p99:.2f} max {lag.maximum:.1f} ms, "
                f"CPU {worker.cpu_mean:.0%}, achieved {result.generator.achieved_rate:.1f}/s, "
                f"{result.verdict}"
            )


if __name__ == "__main__":
    main()
