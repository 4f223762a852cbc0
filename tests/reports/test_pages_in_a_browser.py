"""The pages in a real browser: search, filter and drill-down work, nothing else runs."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from browser import CHROMIUM, opened
from msgspec.structs import replace
from report_samples import (
    SPEAKING,
    conformance,
    finding,
    load_run,
    reading,
    requirement,
    start,
)

from reports.store import ReportStore

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from browser import Page

pytestmark = pytest.mark.skipif(
    CHROMIUM is None, reason="no Chromium here: apt-get install chromium to test the pages"
)
SERVICE = "paddleocr-vl-service"
ATTACK = (
    "<img src=x onerror=\"document.title='owned'\"></script><script>document.title='owned'</script>"
)
SHOWN = "[...document.querySelectorAll('#requirements .req')].filter(r => r.offsetParent).map(r => r.id)"


@pytest.fixture(scope="module")
def reports(tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = tmp_path_factory.mktemp("published")
    store = ReportStore(root)
    rows = tuple(requirement(name) for name in SPEAKING if name != "OCR-AUTH-2")
    bad = requirement(
        "OCR-AUTH-2", "violates", findings=(finding(got=ATTACK, reproduce=f"curl '{ATTACK}'"),)
    )
    store.write_conformance(conformance((*rows, bad), version="1.0.8", notes=(ATTACK,)), {})
    store.write_conformance(conformance(), {})
    for version, seconds in (("1.0.8", 25.0), ("1.0.9", 2.0)):
        logs = reading(errors=version == "1.0.8")
        named = tuple(replace(one, name=ATTACK) for one in logs.readings)
        store.write_logs(SERVICE, version, named)
        store.write_startup(SERVICE, version, start(seconds))
        store.write_load(SERVICE, version, load_run(milliseconds=seconds * 10))
    store.write_comparison(store.read(SERVICE, "1.0.8"), store.read(SERVICE, "1.0.9"))
    return root


@pytest.fixture
def report(reports: Path, tmp_path: Path) -> Iterator[Page]:
    with opened(reports / SERVICE / "1.0.8" / "report.html", tmp_path) as page:
        yield page


def test_search_filter_and_drill_down_work_without_a_network(report: Page) -> None:
    assert len(report.run(SHOWN)) == 5
    report.run("document.querySelector('button[data-outcome=violates]').click()")
    assert report.run(SHOWN) == ["r-OCR-AUTH-2"]
    assert report.run("document.querySelector('.tools output').textContent") == "1 / 5"
    report.run("document.querySelector('button[data-outcome=violates]').click()")
    report.run(
        "(() => { const s = document.querySelector('.tools input'); s.value = 'HEALTHY status'; "
        "s.dispatchEvent(new Event('input')); })()"
    )
    assert "r-OCR-HEALTH-2" in report.run(SHOWN)
    assert "r-OCR-AUTH-1" not in report.run(SHOWN)
    report.run("document.querySelector('#r-OCR-AUTH-2').open = true")
    curl = report.run("document.querySelector('#r-OCR-AUTH-2 pre.curl').textContent")
    assert curl == f"curl '{ATTACK}'"
    assert report.run("document.querySelectorAll('#r-OCR-AUTH-2 button.copy').length") == 1


@pytest.mark.parametrize(
    "name", ["1.0.8/report.html", "1.0.8/report.ru.html", "1.0.8-vs-1.0.9.html"]
)
def test_nothing_of_a_hostile_service_runs_and_no_policy_is_violated(
    reports: Path, tmp_path: Path, name: str
) -> None:
    with opened(reports / SERVICE / name, tmp_path) as page:
        assert page.run("document.title").startswith(SERVICE)
        assert page.run("document.querySelectorAll('img').length") == 0
        assert page.run("document.querySelectorAll('.chart svg').length") >= 2
        assert page.run("getComputedStyle(document.querySelector('main')).maxWidth") == "960px"
        assert page.violations == []


@pytest.mark.parametrize("width", [360, 1000])
@pytest.mark.parametrize(
    "name", [f"{SERVICE}/1.0.8/report.ru.html", f"{SERVICE}/1.0.8-vs-1.0.9.html", "index.html"]
)
def test_no_page_is_wider_than_the_screen(
    reports: Path, tmp_path: Path, name: str, width: int
) -> None:
    with opened(reports / name, tmp_path) as page:
        page.send(
            "Emulation.setDeviceMetricsOverride",
            width=width,
            height=800,
            deviceScaleFactor=1,
            mobile=False,
        )
        assert page.run("document.documentElement.scrollWidth") <= width


def test_everything_is_there_without_script(reports: Path, tmp_path: Path) -> None:
    page = (reports / SERVICE / "1.0.8" / "report.html").read_text()
    plain = tmp_path / "plain.html"
    plain.write_text(page.replace("sha256-", "sha256-no"))  # the policy now refuses both
    with opened(plain, tmp_path / "profile") as seen:
        assert seen.run("document.querySelector('.tools').hidden")
        assert len(seen.run(SHOWN)) == 5
