"""One run as the master or the single process sees it: options in, result and exit code out."""

from __future__ import annotations

import dataclasses
import sys
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, Literal

import gevent
import msgspec
from locust.runners import MasterRunner

from load import summary
from load.capacity import Search
from load.conductor import DistributedConductor, LocalConductor
from load.errors import LoadError
from load.options import api_key, read_settings
from load.outcome import Judged, Measured, build, findings_of
from load.part import Part
from load.recovery import judge_overload
from load.result_file import write
from load.slo import judge
from reports.load_result import CapacityProbe, PlanResult
from reports.verdict import ExitCode

if TYPE_CHECKING:
    from load.conductor import Conductor
    from load.scenario import Scenario
    from reports.load_result import CapacityResult, LoadResult, SloResult

_MS = 1000


class Session:
    """Raises LoadError when the options are wrong or the target is not there."""

    def __init__(self, environment: Any, scenario: type[Scenario]) -> None:
        options = environment.parsed_options
        self._environment = environment
        self._scenario = scenario
        self._settings = read_settings(options, scenario.operations(options))
        self._key = api_key(options.api_key_env)
        self._plan = self._settings.plan
        if options.headless:
            host = scenario.check_host(environment.host)
            scenario.probe(host, self._key)
        self._result: LoadResult | None = None
        self._said = False
        self._started_at = ""
        self._conducting: gevent.Greenlet | None = None
        self._conductor = self._new_conductor()

    def start(self) -> None:
        """A test starts: conduct an open loop, or let the users of a closed one go."""
        self._result, self._said = None, False
        # Stands until there is a result, should something of ours break before.
        self._environment.process_exit_code = int(ExitCode.HARNESS_ERROR)
        self._started_at = datetime.now(UTC).isoformat(timespec="seconds")
        host = self._scenario.check_host(self._environment.host)
        self._next_round(host=host)
        if self._settings.open_loop:
            self._conducting = gevent.spawn(self._conduct)
            self._conducting.link_exception(self.fault)
        else:
            self._conductor.begin_closed(self._plan)

    def spawned(self) -> None:
        """All users are there: the measured part of a closed loop begins."""
        self._conductor.spawned()

    def stopping(self) -> None:
        """The test is about to stop: the users of a closed loop finish what they are at."""
        if self._started_at and not self._settings.open_loop:
            self._conductor.end_closed(self._plan)

    def stop(self) -> None:
        """The test has stopped; if that was not the end of the schedule, it was interrupted."""
        if self._result is not None or not self._started_at:
            return
        if self._conducting is not None:
            self._conducting.kill()
        run = self._conductor.so_far(self._plan)
        run = dataclasses.replace(run, interrupted=self._settings.open_loop)
        self._conclude(run)

    def fault(self, greenlet: gevent.Greenlet) -> None:
        """Something of ours broke: end the run with the exit code that says so."""
        error = greenlet.exception
        code = error.exit_code if isinstance(error, LoadError) else ExitCode.HARNESS_ERROR
        self.failed(str(error), int(code))

    def failed(self, error: str, code: int) -> None:
        """End the run without a result."""
        if not self._started_at:
            return
        self._environment.process_exit_code = code
        sys.stderr.write(f"inference-gate: {error}\n")
        self._started_at = ""
        if self._conducting is not None:
            self._conducting.kill(block=False)
        gevent.spawn(self._end)

    def hear(self, client: str, data: dict[str, Any]) -> None:
        """A worker's regular report."""
        if isinstance(self._conductor, DistributedConductor) and "load" in data:
            self._conductor.hear(client, data["load"])

    def say(self) -> None:
        """Print the result, if there is one, once."""
        if self._result is not None and not self._said:
            self._said = True
            sys.stdout.write("\n" + "\n".join(summary.lines(self._result)) + "\n")
            sys.stdout.flush()

    def _new_conductor(self) -> Conductor:
        runner = self._environment.runner
        if isinstance(runner, MasterRunner):
            return DistributedConductor(runner, self.failed)
        part = Part(
            self._environment,
            self._scenario,
            self._key,
            self.fault,
            open_loop=self._settings.open_loop,
        )
        self._scenario.part = part
        return LocalConductor(part)

    def _conduct(self) -> None:
        if self._settings.find_capacity:
            self._conclude(*self._search())
        else:
            self._conclude(self._conductor.run_round(self._plan))
        gevent.spawn(self._end)

    def _search(self) -> tuple[Measured, CapacityResult]:
        best: Measured | None = None
        usual = self._plan.duration_s

        def probe(rate: float, lengthening: float) -> CapacityProbe:
            nonlocal best
            self._next_round(rate=rate, duration_s=usual * lengthening)
            run = dataclasses.replace(
                self._conductor.run_round(self._plan),
                drops_are_meant=True,
                lag_limit_ms=self._settings.lag_limit_ms,
            )
            point = probe_of(self._plan.rate, run, self._slo(run))
            if best is None or point.verdict == "PASS":
                best = run
            return point

        settings = self._settings
        search = Search(probe, self._plan.rate, settings.capacity_precision, settings.max_rate)
        found = search.run()
        if best is None:
            raise AssertionError("a search makes one probe at the least")
        return best, found

    def _next_round(self, **changes: float | str) -> None:
        self._plan = msgspec.structs.replace(self._plan, round=self._plan.round + 1, **changes)

    def _slo(self, run: Measured) -> SloResult:
        settings = self._settings
        return judge(settings.slo, settings.slo_source, run.recorder, run.measured_s)

    def _conclude(self, run: Measured, capacity: CapacityResult | None = None) -> None:
        run = dataclasses.replace(run, lag_limit_ms=self._settings.lag_limit_ms)
        overload = judge_overload(self._plan, run.recorder) if self._plan.overload else None
        self._result = build(
            scenario=self._scenario.__name__,
            target=self._plan.host,
            started_at=self._started_at,
            plan=self._plan_result(len(run.workers)),
            run=run,
            judged=Judged(
                slo=self._slo(run),
                slo_given=bool(self._settings.slo_source),
                capacity=capacity,
                overload=overload,
            ),
        )
        self._environment.process_exit_code = self._result.exit_code
        if self._settings.result is not None:
            write(self._settings.result, self._result)
        if not self._environment.parsed_options.headless:
            # Locust's page stays open; the result is not kept back until somebody closes it.
            self.say()

    def _plan_result(self, workers: int) -> PlanResult:
        plan, open_loop = self._plan, self._settings.open_loop
        return PlanResult(
            loop="open" if open_loop else "closed",
            arrivals=plan.arrivals,
            rate=plan.rate if open_loop else None,
            duration_s=plan.duration_s if open_loop else None,
            warmup_s=plan.warmup_s,
            seed=plan.seed,
            peak_factor=plan.peak_factor,
            max_in_flight=plan.max_in_flight,
            request_timeout_s=plan.request_timeout_s,
            drain_s=plan.drain_s,
            validated_share=plan.validated_share,
            mix=plan.mix,
            workers=workers,
            users=None if open_loop else self._environment.runner.target_user_count,
            notes=self._settings.notes,
        )

    def _end(self) -> None:
        if self._environment.parsed_options.headless:
            self._environment.runner.quit()
        else:
            self._environment.runner.stop()


def probe_of(rate: float, run: Measured, slo: SloResult) -> CapacityProbe:
    """What one probe of the search says: the SLO's verdict, unless the run itself is invalid."""
    invalid = [row for row in findings_of(run, None) if row.decides == "INVALID"]
    failed = [row for row in slo.objectives if row.verdict == "FAIL"]
    undecided = [row for row in slo.objectives if row.verdict == "INCONCLUSIVE"]
    operations = run.recorder.operations.values()
    scheduled = sum(row.totals["scheduled"] for row in operations)
    right = sum(row.count("success") for row in operations)
    histograms = [row for each in operations if (row := each.successes()) is not None]
    slowest = max(histograms, key=lambda row: row.value_at(95), default=None)
    reason = ""
    verdict: Literal["PASS", "FAIL", "UNRESOLVED", "INVALID"] = "PASS"
    if invalid:
        verdict, reason = "INVALID", invalid[0].message
    elif failed or not slo.objectives:
        verdict = "FAIL"
        reason = ", ".join(f"{row.operation} {row.objective}" for row in failed)
    elif undecided:
        verdict = "UNRESOLVED"
        reason = ", ".join(f"{row.operation} {row.objective}" for row in undecided)
    return CapacityProbe(
        rate=rate,
        duration_s=run.measured_s,
        requests=scheduled,
        verdict=verdict,
        reason=reason,
        error_share=1 - right / scheduled if scheduled else 1.0,
        correct_throughput=right / run.measured_s,
        p50_ms=slowest.value_at(50) / _MS if slowest else None,
        p95_ms=slowest.value_at(95) / _MS if slowest else None,
        p99_ms=slowest.value_at(99) / _MS if slowest else None,
    )
