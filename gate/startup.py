"""`inference-gate startup`: how long a service takes to start, and whether its probes let it."""

from __future__ import annotations

import os
import sys
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import click
import msgspec

from gate.child_process import PORT_PLACEHOLDER, CommandError, free_port, is_taken
from gate.probe_options import given_probes, probe_options
from gate.start_measurement import StartPlan, measure_command, measure_url
from gate.startup_output import print_judgements, print_runs
from reports.logs.redaction import redact
from reports.manifests import ManifestError
from reports.probes import ProbeError, as_yaml, judge, read_timelines, recommend
from reports.probes.measured import StartupResult, slowest, spread_of
from reports.probes.recommendation import MARGIN
from reports.verdict import ExitCode

if TYPE_CHECKING:
    from collections.abc import Iterator

    from reports.probes import ContainerProbes, ProbeJudgement, StartTimeline
    from reports.probes.measured import StartRun


_SERVICE_PORT = 8081
"""Where the OCR service listens in its container: the port of the settings recommended."""


@click.command()
@click.option("--cmd", "command", help="Command that starts the service; {port} is a free port.")
@click.option("--url", help="Base URL of a deployment that is coming up.")
@click.option(
    "--timeline",
    "timeline_file",
    type=click.Path(path_type=Path),
    help="Measure nothing: take the start from a file (YAML, or what --json wrote).",
)
@click.option("--port", type=click.IntRange(1, 65535), help="Where --cmd listens without {port}.")
@click.option("--health-path", default="/health", show_default=True)
@click.option("--repeat", type=click.IntRange(1, 100), default=1, help="How many starts.")
@click.option("--within", type=click.FloatRange(0.1), default=300.0, help="Seconds for a start.")
@click.option(
    "--page-within", type=click.FloatRange(0.1), default=300.0, help="Seconds for a page."
)
@click.option("--pages/--no-pages", default=True, help="Whether to send two pages to /ocr.")
@click.option("--api-key-env", metavar="NAME", help="Variable that holds the API key.")
@click.option(
    "--margin",
    type=click.FloatRange(1.0, 10.0),
    default=MARGIN,
    show_default=True,
    help="How much slower a start may be under the settings recommended.",
)
@click.option("--json", "as_json", is_flag=True, help="Write one JSON document.")
@probe_options
def startup(
    *,
    command: str | None,
    url: str | None,
    timeline_file: Path | None,
    port: int | None,
    health_path: str,
    repeat: int,
    within: float,
    page_within: float,
    pages: bool,
    api_key_env: str | None,
    margin: float,
    as_json: bool,
    probes_file: Path | None,
    startup_probe: str | None,
    liveness_probe: str | None,
    readiness_probe: str | None,
) -> None:
    """Measure a service's start, and replay it against the platform's probes.

    Give one of --cmd, --url and --timeline. Probes come from a Kubernetes manifest (--probes) or
    from flags such as --liveness-probe initialDelaySeconds=10,timeoutSeconds=5; without any,
    settings are only recommended.

    \b
    Exit codes:
      0   it started, and the probes (if given) let it live
      1   it started and could not read a page, or the platform would have killed it
      2   wrong usage
      6   it did not become healthy in time
    """  # noqa: D301 - \b is click's mark for lines it must not join
    if sum(given is not None for given in (command, url, timeline_file)) != 1:
        raise click.UsageError("give exactly one of --cmd, --url and --timeline")
    plan = StartPlan(
        base_url=(url or "").rstrip("/"),
        health_path=health_path,
        headers=_headers(api_key_env),
        start_within_s=within,
        page_within_s=page_within,
        pages=pages,
    )
    runs: tuple[StartRun, ...] = ()
    try:
        containers = given_probes(
            probes_file, startup=startup_probe, liveness=liveness_probe, readiness=readiness_probe
        )
        if timeline_file is not None:
            timelines = read_timelines(timeline_file)
        else:
            runs = tuple(_measure(command, port, plan, repeat))
            timelines = tuple(run.timeline for run in runs)
    except (CommandError, ManifestError, ProbeError) as error:
        raise click.UsageError(str(error)) from None
    result = StartupResult(
        subject=redact(command or url or str(timeline_file)),
        health_path=health_path,
        runs=runs,
        spread=spread_of(runs),
        probes=tuple(_worst(probes, timelines, health_path) for probes in containers),
        recommended_probes=_recommended(timelines, margin, health_path, port),
    )
    if as_json:
        sys.stdout.buffer.write(msgspec.json.format(msgspec.json.encode(result), indent=2) + b"\n")
    else:
        print_runs(result)
        print_judgements(result)
    sys.exit(exit_code(result))


def exit_code(result: StartupResult) -> ExitCode:
    """What the runs and the probes' judgement come to."""
    if any(not run.started for run in result.runs):
        return ExitCode.UNREACHABLE
    if any(run.failure for run in result.runs):
        return ExitCode.VIOLATION
    if any(not judgement.passes for judgement in result.probes):
        return ExitCode.VIOLATION
    return ExitCode.PASS


def _measure(
    command: str | None, port: int | None, plan: StartPlan, repeat: int
) -> Iterator[StartRun]:
    """Yield one run after the other; a deployment behind a URL comes up only once."""
    if command is None:
        if repeat != 1:
            raise click.UsageError("--repeat needs --cmd: a URL cannot be started again")
        yield measure_url(plan)
        return
    if port is None and PORT_PLACEHOLDER not in command:
        raise click.UsageError("put {port} into --cmd, or say with --port where it listens")
    for number in range(1, repeat + 1):
        chosen = port or free_port()
        if is_taken(chosen):
            raise click.UsageError(f"port {chosen} is taken already; stop what listens there")
        if repeat > 1:
            click.echo(f"start {number} of {repeat}", err=True)
        yield measure_command(command, chosen, replace(plan, base_url=f"http://127.0.0.1:{chosen}"))


def _headers(api_key_env: str | None) -> dict[str, str]:
    if api_key_env is None:
        return {}
    key = os.environ.get(api_key_env)
    if not key:
        raise click.UsageError(f"the variable {api_key_env} is not set; put the API key into it")
    return {"Authorization": f"Bearer {key}"}


def _worst(
    probes: ContainerProbes, timelines: tuple[StartTimeline, ...], path: str
) -> ProbeJudgement:
    """The judgement of the run that fares worst under these probes."""
    judgements = [judge(probes, timeline, path=path) for timeline in timelines]
    return max(judgements, key=lambda judgement: (not judgement.passes, judgement.share))


def _recommended(
    timelines: tuple[StartTimeline, ...], margin: float, path: str, port: int | None
) -> str:
    """Settings for the slowest start, as YAML; empty when it never came up."""
    timeline = slowest(timelines)
    if timeline.settled_s is None:
        return ""
    advised = recommend(timeline, margin=margin, path=path, port=port or _SERVICE_PORT)
    return as_yaml(advised, timeline, margin=margin)
