"""Recommendations come from what was observed, name their evidence, and are never invented."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest
from msgspec.structs import replace
from report_samples import conformance, load_run, reading, requirement, start, violated

from reports.comparison import compare
from reports.conformance_result import Deviation
from reports.load_result import CapacityResult, Objective, SloResult
from reports.logs.result import SigtermLoop
from reports.probes.judgement import ProbeJudgement
from reports.recommendations import comparison_facts, recommendations, release_facts
from reports.recommendations.rules import rules
from reports.release import Release
from reports.rendering.recommendation_text import advice
from reports.rendering.words import LANGUAGES, words

if TYPE_CHECKING:
    from reports.recommendations.facts import Fact

UNTESTED = requirement(
    "OCR-AUTH-1", "untested", untested_because="prerequisite", reason="give --public-url"
)


def release(version: str = "1.0.9", **parts: object) -> Release:
    parts = {"conformance": conformance(), **parts}
    return Release(service="s", version=version, **parts)  # type: ignore[arg-type]


def everything_wrong() -> list[Fact]:
    """Releases and comparisons in which every fact there is can be observed."""
    deviation = Deviation(requirement="OCR-AUTH-2", reason="r", owner="ops", expires="2025-12-20")
    rows = (
        requirement("OCR-HEALTH-1", "violates"),
        requirement("OCR-AUTH-2", "violates", deviation=deviation),
        requirement("OCR-HEALTH-18", "warns"),
        UNTESTED,
    )
    bad = conformance(
        rows,
        deviation_problems=("x",),
        incomplete="time_spent",
        incomplete_reason="30 s were spent",
    )
    loop = SigtermLoop(
        count=9, lifetime_min_s=37, lifetime_max_s=39, period_min_s=40, period_max_s=50,
        became_ready=False,
    )  # fmt: skip
    logs = reading(errors=True)
    (one,) = logs.readings
    groups = (*one.groups, replace(one.groups[0], critical=True))
    logs = replace(logs, readings=(replace(one, groups=groups, sigterm_loop=loop),))
    judgement = ProbeJudgement(
        container="ocr", fate="killed", share=1, killed_by="liveness", why="too slow",
        first_kill=None, loop_age=None, loop_period=None, for_ever=True, ready=None, notes=(),
    )  # fmt: skip
    failing = start(2.0)
    run = replace(failing.runs[0], failure="it never answered")
    spread = replace(failing.spread["first_page_took_s"], median_s=31.0)
    startup = replace(
        failing,
        runs=(run,),
        probes=(judgement,),
        spread={**failing.spread, "first_page_took_s": spread},
    )
    slo = SloResult(
        source="slo.toml",
        confidence=0.95,
        objectives=(
            Objective(operation="ocr", objective="p95", limit=1, measured=2, verdict="FAIL"),
        ),
    )
    capacity = CapacityResult(
        status="FOUND", highest_passing_rate=4, lowest_failing_rate=8, precision=0.1, probes=()
    )
    load = replace(load_run(milliseconds=9), slo=slo, capacity=capacity, verdict="INVALID")
    facts = [*release_facts(release(conformance=bad, logs=logs, startup=startup, load=load))]
    facts += release_facts(release())
    noisy = release("1", logs=reading(errors=True), startup=start(25.0))
    quiet = release("2", logs=reading(errors=False), startup=start(2.0))
    warned = conformance((requirement("OCR-AUTH-1", "warns"), requirement("OCR-AUTH-2")))
    other_rows = (
        requirement("OCR-AUTH-1"),
        requirement("OCR-AUTH-2", "violates", deviation=deviation),
    )
    pairs = [
        (noisy, quiet),
        (quiet, noisy),
        (release("1"), release("2", conformance=violated())),
        (release("1", conformance=violated()), release("2")),
        (release("1"), release("2", conformance=conformance((UNTESTED,)))),
        (release("1"), release("2", conformance=None)),
        (release("1", conformance=conformance(other_rows)), release("2", conformance=warned)),
        (release("1", conformance=warned), release("2", conformance=conformance(other_rows))),
    ]
    for a, b in pairs:
        facts += comparison_facts(compare(a, b))
    return facts


def test_every_fact_has_a_rule_and_every_rule_a_fact() -> None:
    assert {fact.name for fact in everything_wrong()} == {rule.fact for rule in rules()}


def test_every_recommendation_can_be_said_in_both_languages_with_its_evidence() -> None:
    facts = everything_wrong()
    for moment in ("release", "before", "after"):
        for language in LANGUAGES:
            for one in advice(recommendations(facts, moment), words(language)):  # type: ignore[arg-type]
                assert one.evidence, one.text
                assert "%(" not in one.text
                assert re.search("[а-яё]" if language == "ru" else "[a-z]", one.text)


def test_a_release_without_problems_is_only_called_usable() -> None:
    said = advice(recommendations(release_facts(release()), "release"), words("en"))
    assert [(one.mark, one.text) for one in said] == [
        ("✅", "Version 1.0.9 works: it keeps its contract as far as it was tested.")
    ]


def test_nothing_measured_calls_for_nothing() -> None:
    assert release_facts(release(conformance=None)) == ()


def test_the_seeds_recommendations_come_out_of_the_measurements() -> None:
    a = release("1.0.8", logs=reading(errors=True), startup=start(25.0))
    b = release("1.0.9", logs=reading(errors=False), startup=start(2.0))
    facts = comparison_facts(compare(a, b))
    before = [one.text for one in advice(recommendations(facts, "before"), words("ru"))]
    after = [one.text for one in advice(recommendations(facts, "after"), words("ru"))]
    assert before == [
        "Версия 1.0.8 работает.",
        "Проблемы vLLM версии 1.0.8 в 1.0.9 не встречаются.",
        "Готовность к обновлению: ничего из того, что соблюдает 1.0.8, в 1.0.9 не нарушено.",
    ]
    assert after == [
        "Не будет попыток запустить vLLM.",
        "Чище логи: ошибок 0 вместо 2.",
        "Быстрее запуск: 2 с вместо 25 с.",
        "Та же функциональность: все требования, общие для обеих версий, соблюдены в обеих.",
    ]


@pytest.mark.parametrize(("a", "b"), [(2.0, 2.2), (0.1, 0.3), (2.0, 2.0)])
def test_starts_that_differ_by_chance_are_not_spoken_of(a: float, b: float) -> None:
    facts = comparison_facts(
        compare(release("1", startup=start(a)), release("2", startup=start(b)))
    )
    assert not {fact.name for fact in facts} & {"faster_start", "slower_start"}


def test_the_same_advice_is_given_once_with_all_its_evidence() -> None:
    logs = reading(errors=True)
    (one,) = logs.readings
    twice = replace(logs, readings=(one, replace(one, name="second.log")))
    found = recommendations(release_facts(release(logs=twice)), "release")
    texts = [advice([each], words("en"))[0].text for each in found]
    assert len(texts) == len(set(texts))
    assert any(
        {"logs.json: container.log:2", "logs.json: second.log:2"} <= set(each.evidence)
        for each in found
    )
