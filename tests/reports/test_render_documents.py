"""What a reader finds in the documents: the verdict first, evidence, both languages, no secret."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING
from xml.etree import ElementTree as ET

import pytest
from msgspec.structs import replace
from rendered import Skeleton, of_markdown
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

from conformance.redaction import Redactor
from reports.conformance_result import Deviation
from reports.load_result import CapacityProbe, CapacityResult
from reports.rendering.badge import badge
from reports.rendering.ci import github_annotations, gitlab_code_quality
from reports.rendering.junit import junit_xml
from reports.store import ReportStore

if TYPE_CHECKING:
    from pathlib import Path

    from reports.conformance_result import ConformanceResult

SERVICE = "paddleocr-vl-service"


def publish(
    root: Path, run: ConformanceResult, version: str, *, errors: bool, seconds: float
) -> Path:
    store = ReportStore(root)
    store.write_conformance(replace(run, version=version), {})
    store.write_logs(SERVICE, version, reading(errors=errors).readings)
    store.write_startup(SERVICE, version, start(seconds, seconds * 1.1))
    return store.write_load(SERVICE, version, load_run(milliseconds=250))


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return publish(tmp_path, violated(), "1.0.8", errors=True, seconds=25)


def test_a_part_is_not_told_as_the_whole(tmp_path: Path) -> None:
    part = (
        requirement("OCR-HEALTH-1"),
        requirement("OCR-AUTH-2", "untested", reason="no", untested_because="not_selected"),
    )
    folder = ReportStore(tmp_path).write_conformance(conformance(part), {})
    said = "nothing tested is violated; 1 MUST was left out by choice."
    assert (folder / "report.md").read_text().splitlines()[2] == f"**✅ PASS**: {said}"


def test_the_verdict_comes_first_and_says_why(folder: Path) -> None:
    text = (folder / "report.md").read_text()
    assert text.splitlines()[2] == (
        "**❌ FAIL**: 1 requirement is violated that the contract makes a MUST."
    )
    assert "OCR-AUTH-2" in text
    assert "curl -sS -i http://127.0.0.1:8081/health" in text


def test_one_fault_that_breaks_many_clauses_is_told_once(tmp_path: Path) -> None:
    rows = tuple(requirement(f"OCR-X-{n}", "violates", findings=(finding(),)) for n in range(5))
    other = requirement("OCR-Y-1", "violates", findings=(finding(got="status 500"),))
    folder = ReportStore(tmp_path).write_conformance(conformance((*rows, other)), {})
    text = (folder / "report.md").read_text()
    problems = text[text.index("## Problems") : text.index("## Recommendations")]
    assert problems.count("status 200, body") == 1
    assert problems.count("status 500") == 1
    assert "4 more requirements fail by the same evidence" in problems
    for row in (*rows, other):
        assert row.id in problems


def test_russian_readers_find_the_headings_they_know(folder: Path) -> None:
    headings = of_markdown((folder / "report.ru.md").read_text()).headings
    assert headings[0] == "Отчёт о тестировании версии 1.0.8"
    for heading in ("Что работает", "Проблемы", "Критичные", "Рекомендации", "Доступные endpoints"):
        assert heading in headings
    page = Skeleton((folder / "report.ru.html").read_text())
    assert set(headings) - set(page.headings) == set()


def test_a_part_that_comes_later_is_in_the_report_at_once(tmp_path: Path) -> None:
    store = ReportStore(tmp_path)
    folder = store.write_conformance(conformance(), {})
    assert "## Load" not in (folder / "report.md").read_text()
    store.write_load(SERVICE, "1.0.9", load_run(milliseconds=250))
    text = (folder / "report.md").read_text()
    assert "## Load" in text
    assert "![Latency distribution](charts/latency.svg)" in text
    assert (folder / "charts/latency.svg").is_file()


def test_every_file_that_a_report_shows_or_links_is_there(tmp_path: Path) -> None:
    a = publish(tmp_path, violated(), "1.0.8", errors=True, seconds=25)
    publish(tmp_path, conformance(), "1.0.9", errors=False, seconds=2)
    store = ReportStore(tmp_path)
    store.write_comparison(store.read(SERVICE, "1.0.8"), store.read(SERVICE, "1.0.9"))
    seen = 0
    for path in [*tmp_path.rglob("*.md"), *tmp_path.rglob("*.html")]:
        text = path.read_text()
        found = of_markdown(text) if path.suffix == ".md" else Skeleton(text)
        for address in found.addresses:
            assert (path.parent / address.partition("#")[0]).is_file(), (path, address)
            seen += 1
    assert seen > 20
    assert (a / "charts/start.svg").is_file()


def test_what_was_not_measured_says_so_and_shows_nothing(tmp_path: Path) -> None:
    folder = ReportStore(tmp_path).write_logs(SERVICE, "2.0", reading(errors=False).readings)
    text = (folder / "report.md").read_text()
    assert "**❔ INCONCLUSIVE**: the contract has not been judged." in text
    assert "Not measured: the suite has not been run against this release." in text
    assert not (folder / "junit.xml").exists()


def test_a_rate_curve_is_drawn_from_a_capacity_search(tmp_path: Path) -> None:
    probes = tuple(
        CapacityProbe(
            rate=rate,
            duration_s=10,
            requests=100,
            verdict="PASS" if rate < 8 else "FAIL",
            reason="",
            error_share=0,
            correct_throughput=rate,
            p50_ms=100 + rate,
            p95_ms=150 + rate * rate,
            p99_ms=None,
        )
        for rate in (2.0, 4.0, 8.0)
    )
    capacity = CapacityResult(
        status="FOUND", highest_passing_rate=4, lowest_failing_rate=8, precision=0.1, probes=probes
    )
    run = replace(load_run(milliseconds=100), capacity=capacity)
    folder = ReportStore(tmp_path).write_load(SERVICE, "1.0", run)
    assert "4/s kept the limits, 8/s did not." in (folder / "report.md").read_text()
    drawing = ET.fromstring((folder / "charts/rate.svg").read_text())  # noqa: S314 - our own
    circles = drawing.findall("{http://www.w3.org/2000/svg}circle")
    assert [one.get("class") for one in circles] == ["ig-good", "ig-good", "ig-bad"]


SECRETS = ('s3cr3t-"quoted"-key', "pass&word<1>", "query/value+x", "Ключ-доступа")


def test_no_secret_is_in_anything_that_is_written(tmp_path: Path) -> None:
    everything = " ".join(SECRETS)
    rows = tuple(
        requirement(
            name,
            "violates",
            findings=(finding(expected=everything, got=everything, reproduce=everything),),
            reason=everything,
        )
        for name in SPEAKING
    )
    run = conformance(
        rows, target=f"http://{everything}", notes=(everything,), incomplete_reason=everything
    )
    (contract,) = run.contracts
    (endpoint,) = contract.endpoints
    endpoint = replace(
        endpoint, sample_answer=everything, statuses={everything: 1}, path=everything
    )
    run = replace(run, contracts=(replace(contract, endpoints=(endpoint,)),))
    redact = Redactor.of(*SECRETS)
    store = ReportStore(tmp_path)
    store.write_conformance(run, {"evidence/x.bin": b"\xff" + everything.encode()}, redact)
    logs = reading(errors=True)
    (one,) = logs.readings
    groups = tuple(replace(g, example=everything, message=everything) for g in one.groups)
    store.write_logs(SERVICE, "1.0.9", (replace(one, groups=groups),), redact)
    run = replace(load_run(milliseconds=9), target=everything, reasons=(everything,))
    store.write_load(SERVICE, "1.0.9", run, redact)
    store.write_startup(SERVICE, "1.0.9", replace(start(1.0), subject=everything), redact)
    store.write_comparison(*[store.read(SERVICE, "1.0.9")] * 2)
    written = [path for path in tmp_path.rglob("*") if path.is_file()]
    assert len(written) > 20
    for path in written:
        for text in (path.read_bytes(), _unescaped(path)):
            for secret in SECRETS:
                assert secret.encode() not in text, (path.name, secret)
    assert b"***" in (tmp_path / SERVICE / "1.0.9" / "report.md").read_bytes()


def _unescaped(path: Path) -> bytes:
    """What the file says once its own way of writing is undone."""
    text = path.read_bytes().decode(errors="surrogateescape")
    if path.suffix == ".json":
        text = json.dumps(json.loads(text), ensure_ascii=False).replace('\\"', '"')
    if path.suffix in (".html", ".xml", ".svg", ".md"):
        text = Skeleton(text).text
    return text.encode(errors="surrogateescape")


def test_a_short_key_masks_no_word_of_the_catalogue(tmp_path: Path) -> None:
    rows = tuple(requirement(name) for name in SPEAKING)
    folder = ReportStore(tmp_path).write_conformance(conformance(rows), {}, Redactor.of("health"))
    stored = ReportStore(tmp_path).read(SERVICE, "1.0.9").conformance
    assert stored is not None
    assert stored.requirements == rows
    assert "GET /health answers 200." in (folder / "report.md").read_text()


def test_junit_counts_as_the_verdict_does() -> None:
    deviation = Deviation(requirement="OCR-AUTH-2", reason="r", owner="o", expires="2027-01-01")
    rows = (
        requirement("OCR-HEALTH-1"),
        requirement("OCR-HEALTH-2", "violates", findings=(finding(),)),
        requirement("OCR-HEALTH-18", "warns", findings=(finding(),)),
        requirement("OCR-AUTH-1", "untested", reason="no key"),
        requirement("OCR-AUTH-2", "violates", deviation=deviation),
        requirement("OCR-AUTH-3", "harness_error", reason="bug"),
        requirement("OCR-AUTH-4", "unsupported", reason="not offered"),
    )
    root = ET.fromstring(junit_xml(conformance(rows)))  # noqa: S314 - our own
    totals = {name: root.get(name) for name in ("tests", "failures", "errors", "skipped")}
    assert totals == {"tests": "7", "failures": "1", "errors": "1", "skipped": "2"}
    (failure,) = root.iter("failure")
    assert "status 401" in (failure.text or "")
    assert "curl -sS" in (failure.text or "")
    assert [case.get("name", "").split()[0] for case in root.iter("testcase")] == [
        row.id for row in rows
    ]


def test_annotations_name_the_requirement_and_stay_within_what_github_shows() -> None:
    rows = [requirement(f"OCR-X-{n}", "violates", findings=(finding(),)) for n in range(30)]
    lines = github_annotations([*rows, requirement("OCR-W-1", "warns", level="SHOULD")])
    assert len(lines) == 11
    assert lines[0].startswith("::error title=OCR-X-0 (MUST)::OCR-X-0. Expected status 401, got")
    assert lines[-1].startswith("::warning title=OCR-W-1 (SHOULD)::")


def test_code_quality_has_what_gitlab_asks_for_and_stable_fingerprints() -> None:
    (found,) = json.loads(gitlab_code_quality(violated(), "reports/x/report.md"))
    assert found["severity"] == "critical"
    assert found["check_name"] == "OCR-AUTH-2"
    assert found["location"] == {"path": "reports/x/report.md", "lines": {"begin": 1}}
    (later,) = json.loads(gitlab_code_quality(violated(version="2.0"), "other.md"))
    assert later["fingerprint"] == found["fingerprint"]


@pytest.mark.parametrize("verdict", ["PASS", "FAIL", "INCONCLUSIVE", "INVALID"])
def test_a_badge_says_version_and_verdict(verdict: str) -> None:
    drawing = ET.fromstring(badge("1.0.9 <ё>", verdict))  # type: ignore[arg-type]  # noqa: S314
    assert drawing.get("aria-label") == f"1.0.9 <ё>: {verdict}"


def test_a_page_runs_only_its_own_script_and_style(folder: Path) -> None:
    text = (folder / "report.html").read_text()
    policy = re.search(r'Content-Security-Policy" content="([^"]+)"', text)
    assert policy
    said = policy[1].replace("&#39;", "'")
    assert said.startswith("default-src 'none'; style-src 'sha256-")
    assert "unsafe" not in said
    assert "http" not in said
    page = Skeleton(text)
    assert page.handlers == []
    assert page.tags["script"] == page.tags["style"] == 1
    assert not re.search(r"""(src|href)=["'](https?:)?//""", text)


def test_the_index_knows_every_release_and_what_cannot_be_read(tmp_path: Path) -> None:
    publish(tmp_path, violated(), "1.0.9", errors=True, seconds=25)
    publish(tmp_path, conformance(), "1.0.10", errors=False, seconds=2)
    broken = tmp_path / "other" / "2.0"
    broken.mkdir(parents=True)
    (broken / "conformance.json").write_text("{")
    store = ReportStore(tmp_path)
    store.write_comparison(store.read(SERVICE, "1.0.9"), store.read(SERVICE, "1.0.10"))
    text = (tmp_path / "index.md").read_text()
    assert text.index("[1.0.10]") < text.index("[1.0.9]")
    assert "conformance.json: not a conformance result" in text
    assert "[1.0.9-vs-1.0.10](paddleocr-vl-service/1.0.9-vs-1.0.10.md)" in text
    assert re.search(r"OCR-AUTH-2.*\| ❌ \| ✅ \|", text)
    assert "OCR-HEALTH-1" not in text
    assert (tmp_path / f"charts/{SERVICE}.trend.svg").is_file()
