"""Two releases compared: what moved, what is unequal, and what the exit code says."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from msgspec.structs import replace
from report_samples import (
    SPEAKING,
    conformance,
    finding,
    load_run,
    reading,
    requirement,
    start,
    violated,
)

from reports.comparison import Comparison, compare
from reports.conformance_result import Deviation
from reports.release import Release
from reports.verdict import ExitCode

if TYPE_CHECKING:
    from reports.conformance_result import ConformanceResult, RequirementResult

DEVIATION = Deviation(requirement="OCR-AUTH-2", reason="gateway", owner="ops", expires="2027-01-01")


def release(version: str, run: ConformanceResult | None, **parts: Any) -> Release:
    return Release(service="paddleocr-vl-service", version=version, conformance=run, **parts)


def compared(a: RequirementResult | None, b: RequirementResult | None, **parts: Any) -> Comparison:
    """Two runs that differ in one requirement."""
    rest = tuple(requirement(name) for name in SPEAKING if name != "OCR-AUTH-2")
    runs = [conformance((*rest, *([row] if row else []))) for row in (a, b)]
    return compare(release("1.0.8", runs[0]), release("1.0.9", runs[1]), **parts)


def row(outcome: Any, **changes: Any) -> RequirementResult:
    return requirement("OCR-AUTH-2", outcome, **changes)


UNTESTED = row("untested", untested_because="prerequisite", reason="no key")
ACCEPTED = row("violates", deviation=DEVIATION, findings=(finding(),))


@pytest.mark.parametrize(
    ("before", "after", "kind", "exit_code"),
    [
        (row("conforms"), row("conforms"), None, ExitCode.PASS),
        (row("conforms"), row("violates"), "newly_violated", ExitCode.VIOLATION),
        (row("warns"), row("violates"), "newly_violated", ExitCode.VIOLATION),
        (UNTESTED, row("violates"), "newly_violated", ExitCode.VIOLATION),
        (None, row("violates"), "newly_violated", ExitCode.VIOLATION),
        (ACCEPTED, row("violates"), "newly_violated", ExitCode.VIOLATION),
        (row("violates"), row("violates"), "still_violated", ExitCode.PASS),
        (row("violates"), row("conforms"), "fixed", ExitCode.PASS),
        (row("violates"), row("warns"), "fixed", ExitCode.PASS),
        (ACCEPTED, row("conforms"), "fixed", ExitCode.PASS),
        (row("warns"), row("conforms"), "fixed", ExitCode.PASS),
        (row("conforms"), ACCEPTED, "newly_accepted", ExitCode.PASS),
        (row("conforms"), row("warns"), "newly_warned", ExitCode.PASS),
        (row("conforms"), row("unsupported"), "newly_unsupported", ExitCode.INCONCLUSIVE),
        (
            row("conforms"),
            row("unsupported", deviation=DEVIATION),
            "newly_unsupported",
            ExitCode.PASS,
        ),
        (row("violates"), row("unsupported"), "newly_unsupported", ExitCode.PASS),
        (row("conforms"), UNTESTED, "newly_untested", ExitCode.INCONCLUSIVE),
        (row("conforms"), row("harness_error"), "newly_untested", ExitCode.INCONCLUSIVE),
        (
            row("conforms"),
            row("untested", untested_because="not_selected"),
            "newly_untested",
            ExitCode.PASS,
        ),
        (row("conforms", level="SHOULD"), replace(UNTESTED, level="SHOULD"), "newly_untested", 0),
        (UNTESTED, row("conforms"), "newly_tested", ExitCode.PASS),
        (row("conforms", level="SHOULD"), row("conforms"), "level_changed", ExitCode.PASS),
        (None, row("conforms"), "appeared", ExitCode.PASS),
        (row("conforms"), None, "vanished", ExitCode.PASS),
    ],
)
def test_every_move_has_its_name_and_exit_code(
    before: RequirementResult | None,
    after: RequirementResult | None,
    kind: str | None,
    exit_code: int,
) -> None:
    found = compared(before, after)
    assert [move.kind for move in found.moves] == ([kind] if kind else [])
    assert found.verdict.exit_code == exit_code
    assert found.verdict.exit_code == 0 or "OCR-AUTH-2" in found.verdict.reasons[0]


def test_releases_swapped_turn_a_fix_into_a_violation() -> None:
    a, b = release("1.0.8", violated()), release("1.0.9", conformance())
    assert compare(a, b).verdict.exit_code == ExitCode.PASS
    assert compare(b, a).verdict.exit_code == ExitCode.VIOLATION


def test_unchanged_requirements_are_counted() -> None:
    assert compared(row("conforms"), row("violates")).unchanged == 4
    assert compared(row("conforms"), None).unchanged == 4


@pytest.mark.parametrize(
    ("changes", "subject"),
    [
        ({"harness_version": "0.2.0"}, "harness"),
        ({"depth": "quick"}, "depth"),
        ({"seed": 8}, "seed"),
        ({"machine": replace(conformance().machine, cpus=64)}, "machine"),
        ({"incomplete": "interrupted"}, "incomplete"),
        ({"contracts": (replace(conformance().contracts[0], edition="1.3"),)}, "edition"),
    ],
)
def test_what_is_unequal_is_said(changes: dict[str, Any], subject: str) -> None:
    a, b = release("1", conformance()), release("2", conformance(**changes))
    assert subject in [caveat.subject for caveat in compare(a, b).caveats]
    assert compare(a, b).verdict.name == "PASS"


def test_equal_runs_have_no_caveats() -> None:
    assert compare(release("1", conformance()), release("2", conformance())).caveats == ()


def test_both_cut_short_the_same_way_is_still_said() -> None:
    run = conformance(incomplete="time_spent")
    (caveat,) = compare(release("1", run), release("2", run)).caveats
    assert caveat.subject == "incomplete"


def test_unequal_case_sets_are_counted_on_both_sides() -> None:
    found = compared(row("conforms"), requirement("OCR-AUTH-3"))
    (caveat,) = found.caveats
    assert (caveat.subject, caveat.a, caveat.b) == ("case_set", "1", "1")


def test_a_reworded_requirement_is_not_compared_silently() -> None:
    found = compared(row("conforms"), row("conforms", text="/health wants two keys."))
    (caveat,) = found.caveats
    assert (caveat.subject, caveat.contract) == ("wording", "OCR-AUTH-2")


def test_no_common_contract_and_no_conformance_are_refused() -> None:
    other = replace(conformance().contracts[0], contract="yandex")
    for b in (conformance(contracts=(other,)), None):
        found = compare(release("1", conformance()), release("2", b))
        assert found.verdict.exit_code == ExitCode.INCONCLUSIVE
        assert found.moves == ()


def test_the_table_people_wrote_by_hand_comes_from_measurements() -> None:
    a = release("1.0.8", conformance(), logs=reading(errors=True), startup=start(25.0))
    b = release("1.0.9", conformance(), logs=reading(errors=False), startup=start(2.0))
    found = compare(a, b)
    assert (found.side_a.works, found.side_b.works) == (True, True)
    assert (found.side_a.vllm_problems, found.side_b.vllm_problems) == (True, False)
    assert (found.side_a.start_seconds, found.side_b.start_seconds) == (25.0, 2.0)
    assert (found.side_a.log_errors, found.side_b.log_errors) == (2, 0)
    assert (found.side_a.functionality, found.side_b.functionality) == ("full", "full")


def test_what_was_not_measured_is_not_invented() -> None:
    side = compare(release("1", None), release("2", None)).side_a
    assert (side.works, side.vllm_problems, side.start_seconds) == (None, None, None)
    assert (side.log_errors, side.functionality) == (None, None)


def test_functionality_is_full_only_when_every_must_was_seen_to_hold() -> None:
    assert compared(row("conforms"), row("violates")).side_b.functionality == "partial"
    assert compared(row("conforms"), row("unsupported")).side_b.functionality == "partial"
    assert compared(row("conforms"), UNTESTED).side_b.functionality == "as_far_as_tested"
    assert compared(row("conforms"), ACCEPTED).side_b.functionality == "full"


def test_load_stands_side_by_side_with_its_change() -> None:
    a = release("1", conformance(), load=load_run(milliseconds=200))
    b = release("2", conformance(), load=load_run(milliseconds=300))
    figures = {one.measure: one for one in compare(a, b).load}
    assert figures["latency_p50"].change == pytest.approx(0.5, abs=0.01)
    assert figures["error_share"].a == 0
    assert figures["error_share"].change is None


def test_load_of_different_plans_or_machines_has_no_change() -> None:
    a = release("1", conformance(), load=load_run(milliseconds=200))
    b = release("2", conformance(), load=load_run(milliseconds=300, rate=9.0))
    found = compare(a, b)
    assert [caveat.subject for caveat in found.caveats] == ["load_plan"]
    assert all(figure.change is None for figure in found.load)
    one_sided = compare(a, release("2", conformance()))
    assert [caveat.subject for caveat in one_sided.caveats] == ["load"]
    assert all(figure.b is None and figure.change is None for figure in one_sided.load)


def test_a_percentile_that_too_few_values_support_is_not_shown() -> None:
    a = release("1", conformance(), load=load_run(milliseconds=200, requests=40))
    measures = [one.measure for one in compare(a, a).load]
    assert "latency_p50" in measures
    assert "latency_p99" not in measures
