"""Deviations: what a file may say, what it excuses, and when it fails a run itself."""

from __future__ import annotations

import datetime as dt
import tomllib
from typing import Any

import pytest
from msgspec.structs import replace
from report_samples import conformance, finding, requirement

from reports.conformance_result import Deviation, RequirementResult
from reports.deviation_draft import draft
from reports.deviations import (
    DeviationFileError,
    Deviations,
    apply_deviations,
    read_deviations,
)
from reports.verdict import judge_conformance

TODAY = dt.date(2026, 3, 1)
KNOWN = frozenset({"OCR-HEALTH-1", "OCR-AUTH-1", "OCR-AUTH-2", "OAI-CHAT-1"})
ENTRY = """
[[deviation]]
requirement = "OCR-AUTH-2"
reason = "the gateway adds it"
link = "https://tracker.example.org/17"
owner = "ops"
expires = 2026-12-31
"""


def accepting(*names: str, expires: str = "2026-12-31", declared: bool = False) -> Deviations:
    entries = tuple(
        Deviation(requirement=name, reason="known", owner="ops", expires=expires) for name in names
    )
    return Deviations(declared_unsupported=entries) if declared else Deviations(accepted=entries)


def applied(
    rows: tuple[RequirementResult, ...], deviations: Deviations, **changes: Any
) -> tuple[tuple[RequirementResult, ...], tuple[str, ...], str, int]:
    """The rows, the problems, and the verdict of a run with them."""
    judged, problems = apply_deviations(rows, deviations, TODAY)
    verdict = judge_conformance(conformance(judged, **{"deviation_problems": problems, **changes}))
    return judged, problems, verdict.name, verdict.exit_code


VIOLATED = requirement("OCR-AUTH-2", "violates", findings=(finding(),))
FINE = requirement("OCR-HEALTH-1")


def test_a_file_is_read_whole() -> None:
    found = read_deviations(ENTRY, "known.toml", KNOWN)
    assert found.accepted == (
        Deviation(
            requirement="OCR-AUTH-2",
            reason="the gateway adds it",
            owner="ops",
            expires="2026-12-31",
            link="https://tracker.example.org/17",
        ),
    )
    assert found.declared_unsupported == ()


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("OCR-AUTH-2", "OCR-AUTH-99", "there is no requirement 'OCR-AUTH-99': give its exact id"),
        ("OCR-AUTH-2", "OCR-AUTH-*", r"there is no requirement 'OCR-AUTH-\*'"),
        ("the gateway adds it", " ", "OCR-AUTH-2 needs a reason and an owner"),
        ('owner = "ops"', "", "missing required field `owner`"),
        ('owner = "ops"', 'owner = ""', "needs a reason and an owner"),
        ("expires = 2026-12-31", "", "missing required field `expires`"),
        ("2026-12-31", '"some day"', "Invalid RFC3339 encoded date"),
        ("owner =", "ownr =", "unknown field `ownr`"),
        ("[[deviation]]", "[[deviations]]", "unknown field `deviations`"),
        ('"ops"', "ops", "known.toml: "),
    ],
)
def test_a_faulty_file_names_the_entry_and_the_remedy(old: str, new: str, message: str) -> None:
    assert old in ENTRY
    with pytest.raises(DeviationFileError, match=message) as caught:
        read_deviations(ENTRY.replace(old, new), "known.toml", KNOWN)
    assert str(caught.value).startswith("known.toml: ")
    assert "\n" not in str(caught.value)


def test_two_entries_for_one_requirement_are_a_fault() -> None:
    with pytest.raises(DeviationFileError, match="OCR-AUTH-2 stands twice"):
        read_deviations(ENTRY * 2, "known.toml", KNOWN)
    other = ENTRY.replace("[[deviation]]", "[[unsupported]]")
    with pytest.raises(DeviationFileError, match="OCR-AUTH-2 stands twice"):
        read_deviations(ENTRY + other, "known.toml", KNOWN)


def test_an_accepted_violation_lets_the_run_pass_and_stays_visible() -> None:
    rows, problems, verdict, code = applied((FINE, VIOLATED), accepting("OCR-AUTH-2"))
    assert (problems, verdict, code) == ((), "PASS", 0)
    assert rows[1].outcome == "violates"
    assert rows[1].findings == (finding(),)
    assert rows[1].deviation is not None
    assert rows[1].deviation.reason == "known"


def test_a_new_violation_fails_beside_an_accepted_one() -> None:
    other = requirement("OCR-AUTH-1", "violates", findings=(finding(),))
    _, problems, verdict, code = applied((VIOLATED, other), accepting("OCR-AUTH-2"))
    assert (problems, verdict, code) == ((), "FAIL", 1)


def test_an_expired_entry_fails_the_run() -> None:
    rows, problems, verdict, code = applied(
        (VIOLATED,), accepting("OCR-AUTH-2", expires="2026-02-28")
    )
    assert problems == ("OCR-AUTH-2: its deviation expired on 2026-02-28: known",)
    assert (rows[0].deviation, verdict, code) == (None, "FAIL", 1)


def test_an_entry_holds_on_its_last_day() -> None:
    _, problems, verdict, _ = applied((VIOLATED,), accepting("OCR-AUTH-2", expires="2026-03-01"))
    assert (problems, verdict) == ((), "PASS")


@pytest.mark.parametrize("outcome", ["conforms", "unsupported"])
def test_an_entry_whose_violation_is_gone_fails_as_stale(outcome: Any) -> None:
    row = requirement("OCR-AUTH-2", outcome)
    _, problems, verdict, code = applied((FINE, row), accepting("OCR-AUTH-2"))
    assert "its deviation is stale" in problems[0]
    assert (verdict, code) == ("FAIL", 1)


def test_an_entry_about_another_edition_fails_as_stale() -> None:
    _, problems, verdict, _ = applied((FINE,), accepting("OCR-AUTH-2"))
    assert problems == (
        "OCR-AUTH-2: its deviation is stale: the edition judged has no such requirement",
    )
    assert verdict == "FAIL"


def test_an_entry_of_a_contract_that_was_not_judged_says_nothing() -> None:
    _, problems, verdict, _ = applied((FINE,), accepting("OAI-CHAT-1"))
    assert (problems, verdict) == ((), "PASS")


def test_what_was_not_tested_is_not_stale() -> None:
    row = requirement("OCR-AUTH-2", "untested", untested_because="not_selected", reason="-k")
    _, problems, verdict, _ = applied((FINE, row), accepting("OCR-AUTH-2"))
    assert (problems, verdict) == ((), "PASS")


def test_a_harness_error_is_never_excused() -> None:
    row = requirement("OCR-AUTH-2", "harness_error", reason="ZeroDivisionError")
    _, _, verdict, code = applied((FINE, row), accepting("OCR-AUTH-2"))
    assert (verdict, code) == ("INVALID", 70)


def test_what_is_declared_unsupported_is_reported_so() -> None:
    rows, problems, verdict, _ = applied((FINE, VIOLATED), accepting("OCR-AUTH-2", declared=True))
    assert (rows[1].outcome, rows[1].reason) == ("unsupported", "declared: known")
    assert (problems, verdict) == ((), "PASS")


def test_what_is_declared_unsupported_and_works_fails_as_stale() -> None:
    row = requirement("OCR-AUTH-2")
    _, problems, verdict, _ = applied((FINE, row), accepting("OCR-AUTH-2", declared=True))
    assert "its deviation is stale" in problems[0]
    assert verdict == "FAIL"


def test_a_draft_accepts_what_the_run_found_once_the_reasons_are_written() -> None:
    result = conformance((FINE, VIOLATED))
    text = draft(result, owner="ops", expires=dt.date(2026, 12, 31))
    with pytest.raises(DeviationFileError, match="OCR-AUTH-2 needs a reason and an owner"):
        read_deviations(text, "draft.toml", KNOWN)
    written = read_deviations(text.replace('reason = ""', 'reason = "so"'), "draft.toml", KNOWN)
    assert [one.requirement for one in written.accepted] == ["OCR-AUTH-2"]
    assert "# expected: status 401" in text


def test_a_draft_keeps_what_was_accepted_and_declared_before() -> None:
    kept = accepting("OCR-AUTH-2").accepted[0]
    declared = replace(kept, requirement="OCR-AUTH-1", reason='says "no"\x7f', link="http://x/1")
    result = conformance(
        (
            replace(VIOLATED, deviation=kept),
            requirement("OCR-AUTH-1", "unsupported", deviation=declared),
            requirement("OCR-HEALTH-1", "violates", findings=(finding(got="a\nb\x1b[1m"),)),
        )
    )
    text = draft(result, owner="new", expires=dt.date(2027, 1, 1), reason="new")
    found = tomllib.loads(text)
    assert found["deviation"][0] == {
        "requirement": "OCR-AUTH-2", "reason": "known", "owner": "ops",
        "expires": dt.date(2026, 12, 31),
    }  # fmt: skip
    assert found["deviation"][1]["reason"] == "new"
    assert found["unsupported"][0]["reason"] == 'says "no"\x7f'
    assert found["unsupported"][0]["link"] == "http://x/1"
    assert read_deviations(text, "draft.toml", KNOWN).declared_unsupported == (declared,)
