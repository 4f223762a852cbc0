"""What the engine costs a request, fully validated, next to a plain FastHttpUser, and to wrk.

    python benchmarks/load_throughput.py [--seconds 8] [--users 16] [--rounds 3]

Requests per CPU second of the generator, from the difference of a long and a short run, so that
neither Locust's start nor the other users of the machine count. Prints figures, judges nothing.
"""

from __future__ import annotations

import argparse
import contextlib
import os
import resource
import shutil
import statistics
import subprocess
import sys
import urllib.request
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

HERE = Path(__file__).parent
ROOT = HERE.parent
SHORT_S = 2


@contextlib.contextmanager
def server() -> Iterator[str]:
    """The benchmark's own server in a process of its own."""
    process = subprocess.Popen(
        [sys.executable, str(HERE / "load_server.py")], stdout=subprocess.PIPE, text=True
    )
    try:
        assert process.stdout is not None  # noqa: S101  it was asked for above
        yield f"http://127.0.0.1:{process.stdout.readline().strip()}"
    finally:
        process.terminate()
        process.wait()


def posts(host: str) -> int:
    with urllib.request.urlopen(f"{host}/count") as answer:  # noqa: S310  our own server
        return int(answer.read())


def cpu_and_posts(host: str, options: list[str]) -> tuple[float, int]:
    """(CPU seconds, requests) of one Locust run."""
    before, sent = resource.getrusage(resource.RUSAGE_CHILDREN), posts(host)
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    command = [sys.executable, "-m", "locust", "--headless", "--only-summary", "-L", "ERROR"]
    subprocess.run(
        [*command, "--host", host, *options], env=environment, check=False, capture_output=True
    )
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    used = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    return used, posts(host) - sent


def per_cpu_second(host: str, scenario: Path, extra: list[str], users: int, seconds: int) -> float:
    """Requests per CPU second in the steady part of a closed loop."""
    options = ["-f", str(scenario), "-u", str(users), "-r", str(users), *extra]
    short = cpu_and_posts(host, [*options, "-t", str(SHORT_S)])
    long = cpu_and_posts(host, [*options, "-t", str(SHORT_S + seconds)])
    return (long[1] - short[1]) / (long[0] - short[0])


def wrk_rate(host: str, seconds: int) -> float | None:
    """Requests per second of one wrk thread on the same server, if wrk is there."""
    if shutil.which("wrk") is None:
        return None
    script = HERE / "load_wrk.lua"
    done = subprocess.run(
        ["wrk", "-t1", "-c16", f"-d{seconds}s", "-s", str(script), host],
        capture_output=True,
        text=True,
        check=True,
    )
    line = next(row for row in done.stdout.splitlines() if row.startswith("Requests/sec"))
    return float(line.split(":")[1])


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("--seconds", type=int, default=8)
    parser.add_argument("--users", type=int, default=16)
    parser.add_argument("--rounds", type=int, default=3)
    options = parser.parse_args()
    ours, plain = [], []
    with server() as host:
        for _ in range(options.rounds):
            size = (options.users, options.seconds)
            plain.append(per_cpu_second(host, HERE / "load_plain_user.py", [], *size))
            mix = ["--mix", "completion=1"]
            ours.append(per_cpu_second(host, ROOT / "load/completion.py", mix, *size))
        by_wrk = wrk_rate(host, options.seconds)
    ratios = [one / other for one, other in zip(ours, plain, strict=True)]
    print(f"plain FastHttpUser, nothing validated: {statistics.median(plain):8.0f} /CPU s")
    print(f"this engine, every answer validated:   {statistics.median(ours):8.0f} /CPU s")
    print(
        f"ratio: {statistics.median(ratios):.2f} (rounds: {', '.join(f'{r:.2f}' for r in ratios)})"
    )
    if by_wrk is None:
        print("wrk is not installed: no figure")
    else:
        print(f"wrk, one thread: {by_wrk:.0f} /s")


if __name__ == "__main__":
    main()
