"""The pytest hooks: which checks run, what they decided, what the run exits with."""

from __future__ import annotations

import signal
from typing import TYPE_CHECKING, Any, cast

import pytest

from conformance.bundled import BundledServerFailed
from conformance.exchange import Unexpected
from conformance.iam import IamFailed
from conformance.judging import DEPTHS, Judge, NotTestable, violation_message
from conformance.plugin.options import Options, WrongOption, add_options, parse
from conformance.plugin.run import Run
from conformance.plugin.summary import print_summary
from conformance.redaction import public_url
from conformance.results import CheckRecord, Untested
from conformance.target import CutShort
from reports.deviations import DeviationFileError
from reports.store import ReportStore
from reports.verdict import ExitCode, judge_conformance
from schemas import load_contract

if TYPE_CHECKING:
    from collections.abc import Generator

OPTIONS = pytest.StashKey[Options]()
RUN = pytest.StashKey[Run]()
REQUIREMENTS = pytest.StashKey[dict[str, tuple[str, str]]]()
"""Of an item: each requirement id that its check decides in this edition → (contract, edition)."""

_EXIT_FOR_STATE = {
    "unreachable": ExitCode.UNREACHABLE,
    "not_deployed": ExitCode.UNREACHABLE,
    "unknown": ExitCode.UNREACHABLE,
    "unauthorized": ExitCode.USAGE,
}
_CONTRACT_OF_PREFIX = {"OCR": "ocr-service", "YC": "yandex", "OAI": "openai"}


def pytest_addoption(parser: pytest.Parser, pluginmanager: pytest.PytestPluginManager) -> None:
    """Declare the options."""
    add_options(parser, pluginmanager)


@pytest.hookimpl(trylast=True)
def pytest_configure(config: pytest.Config) -> None:
    """Read the options; from here on no secret stands where pytest could print it."""
    config.addinivalue_line("markers", "decides(requirements, depth): the requirements of a check")
    if config.getoption("numprocesses", None):
        pytest.exit("-n: the suite sends its requests concurrently itself: use --concurrency", 2)
    try:
        config.stash[OPTIONS] = parse(config)
    except WrongOption as error:
        pytest.exit(str(error), ExitCode.USAGE)
    if config.option.base_url:
        config.option.base_url = public_url(config.option.base_url)
    signal.signal(signal.SIGTERM, _interrupt)


def _interrupt(_signal: int, _frame: object) -> None:
    raise KeyboardInterrupt("SIGTERM")


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Begin the run, look at the target, and keep the checks that concern it."""
    checks = [item for item in items if item.get_closest_marker("decides")]
    if config.option.collectonly or not checks:
        return
    options = config.stash[OPTIONS]
    try:
        run = config.stash[RUN] = Run.begin(options)
    except (DeviationFileError, BundledServerFailed) as error:
        pytest.exit(str(error), ExitCode.USAGE)
    except IamFailed as error:
        pytest.exit(str(error), ExitCode.USAGE if error.refused else ExitCode.UNREACHABLE)
    config.add_cleanup(run.end)
    try:
        reception = run.probe()
    except CutShort as why:
        pytest.exit(f"--max-requests, --time-budget: too little to probe the target: {why}", 2)
    if reception.state != "up":
        pytest.exit(
            f"{reception.state.replace('_', ' ')}: {reception.explanation}",
            _EXIT_FOR_STATE[reception.state],
        )
    kept = sorted((item for item in checks if _concerns(item, run)), key=_is_last)
    config.hook.pytest_deselected(items=[item for item in items if item not in kept])
    items[:] = kept


def _is_last(item: pytest.Item) -> bool:
    """Whether this check looks at what the others have seen."""
    marker = item.get_closest_marker("decides")
    return marker is not None and bool(marker.kwargs["last"])


def _concerns(item: pytest.Item, run: Run) -> bool:
    """Whether this check belongs to the run; remembers what it decides there."""
    marker = item.get_closest_marker("decides")
    if marker is None:
        return False
    held: dict[str, tuple[str, str]] = {}
    for requirement in marker.kwargs["requirements"]:
        contract = _CONTRACT_OF_PREFIX[requirement.partition("-")[0]]
        edition = run.edition(contract)
        if edition and load_contract(contract).requirement(requirement).holds_in(edition):
            held[requirement] = (contract, edition)
    item.stash[REQUIREMENTS] = held
    depth = marker.kwargs["depth"]
    if held and DEPTHS.index(depth) > DEPTHS.index(run.options.depth):
        reason = f"runs at depth {depth}, this run is {run.options.depth}"
        for requirement in held:
            run.unclaimed.setdefault(requirement, Untested(reason, "not_selected"))
        return False
    for requirement in held:
        run.unclaimed[requirement] = Untested("the run ended before its check", "cut_short")
    return bool(held)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_protocol(item: pytest.Item) -> Generator[None, object, object]:
    """Once the run is cut short, do not start further checks."""
    run = item.config.stash[RUN]
    if run.incomplete:
        item.session.shouldstop = run.incomplete_reason
    return (yield)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_setup(item: pytest.Item) -> Generator[None, object, object]:
    """Bring up what a check needs; where that fails, its requirements are not testable."""
    if REQUIREMENTS not in item.stash:
        return (yield)
    run, judge = item.config.stash[RUN], _judge_of(item)
    try:
        return (yield)
    except Unexpected as error:
        judge.untested(f"what the check needs could not be had: {error}")
    except (CutShort, NotTestable) as why:
        _ended_early(run, judge, why)
    except Exception as error:
        for claim in judge.claims.values():
            claim.harness_error = run.target.redact(f"{type(error).__name__}: {error}")
        _record(run, judge)
        raise
    _record(run, judge)
    _conclude(item, judge)
    return None


@pytest.hookimpl(wrapper=True)
def pytest_pyfunc_call(pyfuncitem: pytest.Function) -> Generator[None, object, object]:
    """Run a check, record what it claims, and fail it if a MUST is violated."""
    if REQUIREMENTS not in pyfuncitem.stash:
        return (yield)
    run = pyfuncitem.config.stash[RUN]
    judge = cast("Judge", pyfuncitem.funcargs["judge"])
    outcome: object = None
    try:
        outcome = yield
    except Unexpected as error:
        for claim in judge.undecided():
            judge.unexpected(claim.requirement, error)
    except (CutShort, NotTestable) as why:
        _ended_early(run, judge, why)
    except KeyboardInterrupt:
        run.cut_short("interrupted")
        for claim in judge.undecided():
            judge.untested("interrupted", claim.requirement, because="cut_short")
        _record(run, judge)
        raise
    except Exception as error:
        for claim in judge.undecided():
            claim.harness_error = run.target.redact(f"{type(error).__name__}: {error}")
        _record(run, judge)
        raise
    for claim in judge.undecided():
        claim.harness_error = "the check ended without saying anything about it"
    _record(run, judge)
    _conclude(pyfuncitem, judge)
    return outcome


def _ended_early(run: Run, judge: Judge, why: CutShort | NotTestable) -> None:
    if isinstance(why, NotTestable):
        if why.because is None:
            judge.unsupported(str(why))
        else:
            judge.untested(str(why), because=why.because)
        return
    run.cut_short(why)
    for claim in judge.undecided():
        judge.untested(str(why), claim.requirement, because="cut_short")


def _record(run: Run, judge: Judge) -> None:
    run.records.append(CheckRecord(judge.check, list(judge.claims.values())))


def _conclude(item: pytest.Item, judge: Judge) -> None:
    """Turn the claims into pytest's words: failed, skipped or passed."""
    messages, reasons = [], []
    for claim in judge.claims.values():
        contract, edition = item.stash[REQUIREMENTS][claim.requirement]
        row = load_contract(contract).requirement(claim.requirement)
        level = row.level_in(edition)
        if claim.failures and level == "MUST":
            messages.append(violation_message(claim, level=level, text=row.text, source=row.source))
        elif claim.harness_error:
            messages.append(f"{claim.requirement}: harness error: {claim.harness_error}")
        reasons += [reason for reason in (claim.untested, claim.unsupported) if reason]
    if messages:
        pytest.fail("\n\n".join(messages), pytrace=False)
    if reasons and not any(claim.held or claim.failures for claim in judge.claims.values()):
        pytest.skip(reasons[0])


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_sessionfinish(
    session: pytest.Session, exitstatus: int
) -> Generator[None, object, object]:
    """Write the reports and set the exit code, also when the run was interrupted."""
    run = session.config.stash.get(RUN, None)
    if run is not None and run.recognitions:
        if exitstatus == pytest.ExitCode.INTERRUPTED:
            run.cut_short("interrupted")
        session.exitstatus = _finish(session.config, run)
    if exitstatus == pytest.ExitCode.INTERNAL_ERROR:
        session.exitstatus = ExitCode.HARNESS_ERROR
    return (yield)


def _finish(config: pytest.Config, run: Run) -> int:
    result = run.result()
    verdict = judge_conformance(result)
    try:
        written = ReportStore(run.options.reports_dir).write_conformance(
            result, run.target.evidence.files, run.target.redact
        )
    except Exception as error:  # noqa: BLE001 - the outermost edge: any failure here is our own
        said = f"the report could not be written: {type(error).__name__}: {error}"
        config.stash[SUMMARY] = (result, verdict, run.target.redact(said))
        return ExitCode.HARNESS_ERROR
    config.stash[SUMMARY] = (result, verdict, str(written))
    return verdict.exit_code


SUMMARY = pytest.StashKey[tuple[Any, Any, str]]()


def pytest_terminal_summary(terminalreporter: Any, config: pytest.Config) -> None:
    """End with the verdict and where the report lies."""
    if (summary := config.stash.get(SUMMARY, None)) is not None:
        print_summary(terminalreporter, *summary)


@pytest.fixture
def judge(request: pytest.FixtureRequest) -> Judge:
    """Collects what this check claims about its requirements."""
    return _judge_of(request.node)


def _judge_of(item: pytest.Item) -> Judge:
    held = item.stash[REQUIREMENTS]
    marker = item.get_closest_marker("decides")
    every = () if marker is None else marker.kwargs["requirements"]
    return Judge(
        item.nodeid.rpartition("conformance/")[2], held, item.config.stash[RUN].target.redact,
        of_other_editions=frozenset(every) - frozenset(held),
    )  # fmt: skip


@pytest.fixture(scope="session")
def run(pytestconfig: pytest.Config) -> Run:
    """The run that this session is."""
    return pytestconfig.stash[RUN]
