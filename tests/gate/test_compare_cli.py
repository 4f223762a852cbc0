"""`inference-gate compare` as its user meets it."""

from __future__ import annotations

import resource
import signal
import subprocess
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from gate.compare import compare
from gate.github import LARGEST_SUMMARY, tell_github

sys.path.append(str(Path(__file__).resolve().parents[1] / "reports"))

from report_samples import conformance, violated

from reports.store import ReportStore

SERVICE = "paddleocr-vl-service"


@pytest.fixture
def reports(tmp_path: Path) -> Path:
    store = ReportStore(tmp_path)
    store.write_conformance(violated(version="1.0.8"), {})
    store.write_conformance(conformance(version="1.0.9"), {})
    return tmp_path


def run(reports: Path, *arguments: str) -> Result:
    return CliRunner().invoke(compare, [*arguments, "--reports-dir", str(reports)])


def test_a_fix_passes_and_the_comparison_is_written(reports: Path) -> None:
    outcome = run(reports, "1.0.8", "1.0.9")
    assert outcome.exit_code == 0
    assert outcome.output.startswith("PASS: ")
    assert "Fixed: OCR-AUTH-2" in outcome.output
    path = Path(outcome.output.splitlines()[-1])
    assert path == reports / SERVICE / "1.0.8-vs-1.0.9.md"
    assert path.with_suffix(".ru.md").is_file()


def test_swapped_it_fails_and_names_the_requirement(reports: Path) -> None:
    outcome = run(reports, "1.0.9", "1.0.8")
    assert outcome.exit_code == 1
    assert "Newly violated: OCR-AUTH-2" in outcome.output


def test_releases_are_named_by_version_service_or_folder(reports: Path) -> None:
    for name in ("1.0.8", f"{SERVICE}/1.0.8", str(reports / SERVICE / "1.0.8")):
        assert run(reports, name, "1.0.9").exit_code == 0
    assert run(reports, "1.0.8", "1.0.9", "--service", SERVICE).exit_code == 0


def test_russian_is_spoken_on_request(reports: Path) -> None:
    outcome = run(reports, "1.0.8", "1.0.9", "--lang", "ru")
    assert "Время запуска" in outcome.output
    assert outcome.output.rstrip().endswith("1.0.8-vs-1.0.9.ru.md")


def test_in_a_github_job_it_annotates_and_writes_the_step_summary(
    reports: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    summary = tmp_path / "summary.md"
    summary.write_text("before\n")
    monkeypatch.setenv("GITHUB_ACTIONS", "true")
    monkeypatch.setenv("GITHUB_STEP_SUMMARY", str(summary))
    outcome = run(reports, "1.0.9", "1.0.8")
    assert "::error title=OCR-AUTH-2 (MUST)::" in outcome.output
    assert summary.read_text().startswith("before\n# Comparison of versions 1.0.9 and 1.0.8")


def test_a_summary_beyond_githubs_limit_is_cut_at_a_line(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    summary = tmp_path / "summary.md"
    monkeypatch.setenv("GITHUB_ACTIONS", "true")
    monkeypatch.setenv("GITHUB_STEP_SUMMARY", str(summary))
    tell_github("ё" * 99 + "\n" + "строка\n" * 200_000, [])
    assert summary.stat().st_size < LARGEST_SUMMARY
    assert summary.read_text().splitlines()[-1].startswith("…")
    assert "\nстрока\n\n…" in summary.read_text()


@pytest.mark.parametrize(
    ("names", "says"),
    [
        (("1.0.8", "2.0"), "no release '2.0' is stored"),
        (("../x", "1.0.9"), "service '..'"),
        (("nobody/1.0", "1.0.9"), "no such release is stored"),
    ],
)
def test_a_release_that_is_not_there_is_wrong_usage(
    reports: Path, names: tuple[str, str], says: str
) -> None:
    outcome = run(reports, *names)
    assert outcome.exit_code == 2
    assert says in outcome.output


def test_a_truncated_result_is_one_line_and_wrong_usage(reports: Path) -> None:
    file = reports / SERVICE / "1.0.9" / "conformance.json"
    file.write_bytes(file.read_bytes()[:500])
    outcome = run(reports, "1.0.8", "1.0.9")
    assert outcome.exit_code == 2
    assert f"{file}: not a conformance result" in outcome.output


def test_two_services_with_that_version_must_be_told_apart(reports: Path) -> None:
    ReportStore(reports).write_conformance(conformance(service="other", version="1.0.8"), {})
    outcome = run(reports, "1.0.8", "1.0.9")
    assert outcome.exit_code == 2
    assert "add --service" in outcome.output


def test_a_full_disk_is_a_harness_error_and_leaves_nothing_half_written(reports: Path) -> None:
    def no_room() -> None:
        signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
        resource.setrlimit(resource.RLIMIT_FSIZE, (100, 100))

    done = subprocess.run(
        [sys.executable, "-c", "from gate.compare import compare; compare()",
         "1.0.8", "1.0.9", "--reports-dir", str(reports)],
        preexec_fn=no_room, capture_output=True, text=True, timeout=60, check=False,
        cwd=Path(__file__).resolve().parents[2],
    )  # fmt: skip
    assert done.returncode == 70
    assert "could not be written" in done.stderr
    assert sorted(entry.name for entry in (reports / SERVICE).iterdir() if entry.is_file()) == []
