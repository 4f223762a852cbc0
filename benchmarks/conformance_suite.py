"""How long the whole suite takes against the bundled server, and how many requests it makes.

python benchmarks/conformance_suite.py [--contract NAME]… [--release 1.0.9] [--depth standard]
"""

from __future__ import annotations

import argparse
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from reports.conformance_result import decode
from reports.verdict import judge_conformance

ROOT = Path(__file__).resolve().parent.parent


def main(arguments: list[str]) -> int:
    """Run the suite once per contract; exits with the worst verdict's code."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--contract", action="append", default=[])
    parser.add_argument("--release", default="1.0.9")
    parser.add_argument("--depth", default="standard")
    options = parser.parse_args(arguments)
    worst = 0
    print("| contract | wall, s | requests | verdict |\n|---|---|---|---|")
    for contract in options.contract or ["ocr-service", "yandex", "openai"]:
        with tempfile.TemporaryDirectory() as reports:
            command = [
                sys.executable, "-m", "pytest", str(ROOT / "conformance"), "-q",
                "--contract", contract, "--bundled-release", options.release,
                "--depth", options.depth, "--reports-dir", reports, "--seed", "1",
            ]  # fmt: skip
            started = time.monotonic()
            subprocess.run(command, stdout=subprocess.DEVNULL, check=False)
            wall_s = time.monotonic() - started
            result = decode(next(Path(reports).rglob("conformance.json")).read_bytes())
        verdict = judge_conformance(result)
        worst = max(worst, int(verdict.exit_code))
        print(
            f"| {contract} | {wall_s:.1f} | {result.cost.requests} | {verdict.name} |", flush=True
        )
    return worst


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
