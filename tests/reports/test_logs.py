"""Reading container logs: the timelines that release reports were written from, and rough input."""

from __future__ import annotations

import io
import json
import time
import tracemalloc
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from reports.logs import LogReading, load_rules, read_log, to_json
from reports.logs.result import LogReadings
from schemas import DataFileError

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

DAY = datetime(2025, 12, 5)  # noqa: DTZ001 - the logs below write it without a zone

FIRST_START = [
    ("09:00:34", "Waiting for vLLM server to start..."),
    ("09:00:46", "Traceback (most recent call last):"),
    ("09:00:46", '  File "/app/start_vllm.py", line 12, in <module>'),
    ("09:00:46", "    raise RuntimeError(text)"),
    (
        "09:00:46",
        (
            "RuntimeError: Could not prepare the official model for the 'PaddleOCR-VL-0.9B' model "
            "with the 'vllm' backend."
        ),
    ),
    ("09:00:47", "ERROR: No available model hosting platforms detected"),
    ("09:00:49", "Starting FastAPI handler on port 8081..."),
    ("09:00:55", "PaddleOCRVL imported successfully"),
    ("09:00:56", "S3 client initialized for bucket: pages-of-nobody"),
    ("09:00:56", "TEMP_DIR is writable: /app/temp"),
    ("09:00:56", "OUTPUT_DIR is writable: /app/output"),
    ("09:00:57", "PaddleOCR-VL will be initialized on first request"),
    ("09:00:59", "INFO:     Application startup complete."),
    ("09:00:59", "INFO:     Uvicorn running on http://127.0.0.1:8081 (Press CTRL+C to quit)"),
    ("09:07:12", 'INFO:     10.1.2.3:5544 - "POST /ocr HTTP/1.1" 200 OK'),
    ("09:19:42", "INFO:     Shutting down"),
    ("09:19:43", "INFO:     Application shutdown complete."),
    ("09:19:43", "INFO:     Finished server process [7]"),
]
SECOND_START = [
    ("09:20:56", "Starting FastAPI handler on port 8081..."),
    ("09:20:57", "PaddleOCRVL imported successfully"),
    ("09:20:57", "S3 client initialized for bucket: pages-of-nobody"),
    ("09:20:58", "INFO:     Application startup complete."),
    ("09:20:58", "INFO:     Uvicorn running on http://127.0.0.1:8081 (Press CTRL+C to quit)"),
]
TWO_STARTS = FIRST_START + SECOND_START


def kubectl(rows: list[tuple[str, str]]) -> str:
    return "".join(f"2025-12-05T{at}.000000000Z {text}\n" for at, text in rows)


def json_lines(rows: list[tuple[str, str]]) -> str:
    return "".join(
        json.dumps({"time": f"2025-12-05T{at}.5+00:00", "log": text + "\n"}) + "\n"
        for at, text in rows
    )


def python_logging(rows: list[tuple[str, str]]) -> str:
    return "".join(f"2025-12-05 {at},000 - service - INFO - {text}\n" for at, text in rows)


def time_only(rows: list[tuple[str, str]]) -> str:
    return "".join(f"[{at}] {text}\n" for at, text in rows)


def with_symbols(rows: list[tuple[str, str]]) -> str:
    signs = {"Wai": "⚠️  ", "Run": "❌ ", "ERR": "❌ "}
    return "".join(
        f"2025-12-05T{at}Z {signs.get(text[:3], '✅ ')}{text}\n"
        if not text.startswith((" ", "Trace"))
        else f"2025-12-05T{at}Z {text}\n"
        for at, text in rows
    )


def container_runtime(rows: list[tuple[str, str]]) -> str:
    return "".join(f"2025-12-05T{at}.000000000+00:00 stderr F {text}\n" for at, text in rows)


def compose(rows: list[tuple[str, str]]) -> str:
    return "".join(f"ocr-service-1  | 2025-12-05T{at}Z {text}\r\n" for at, text in rows)


FORMS = [
    kubectl,
    json_lines,
    python_logging,
    time_only,
    with_symbols,
    container_runtime,
    compose,
]


def read(text: str | bytes, rules: Path | None = None) -> LogReading:
    data = text.encode(errors="replace") if isinstance(text, str) else text
    return read_log(io.BytesIO(data), "container.log", load_rules(rules))


@pytest.mark.parametrize("form", FORMS, ids=lambda form: form.__name__)
def test_two_starts_are_told_apart_and_timed_in_every_form(
    form: Callable[[list[tuple[str, str]]], str],
) -> None:
    reading = read(form(TWO_STARTS))

    first, second = reading.attempts
    assert (first.start_seconds, second.start_seconds) == (25.0, 2.0)
    assert (first.ending, first.uptime_seconds) == ("clean", 19 * 60 + 9)
    assert (second.ending, second.became_ready) == ("running", True)
    assert first.topics == ("vllm",)
    assert (second.errors, second.warnings) == (0, 0)
    assert reading.vllm_problems
    assert reading.critical == 0
    assert {group.attempts for group in reading.groups} == {(1,)}


def test_milestones_carry_their_time_since_the_first_line() -> None:
    first = read(kubectl(TWO_STARTS)).attempts[0]
    times = {milestone.id: milestone.seconds for milestone in first.milestones}
    assert times["vllm-waiting"] == 0
    assert times["handler-starting"] == 15
    assert times["engine-imported"] == 21
    assert times["application-ready"] == 25


def test_a_log_without_stamps_still_tells_starts_and_errors() -> None:
    reading = read("".join(f"{text}\n" for _, text in TWO_STARTS))
    assert reading.clock == "none"
    assert [attempt.start_seconds for attempt in reading.attempts] == [None, None]
    assert [attempt.became_ready for attempt in reading.attempts] == [True, True]
    assert reading.vllm_problems


def sigterm_loop(ages: list[float], *, gap: float = 2) -> str:
    at, rows = DAY.replace(hour=10), []
    for age in ages:
        boot = [
            (0, "Using offline image with pre-loaded models"),
            (0.1, "Dynamic graph mode enabled (FLAGS_enable_eager_mode=1)"),
            (1, "Starting FastAPI handler on port 8081..."),
        ]
        killed = [
            (age, "--------------------------------------"),
            (age, "C++ Traceback (most recent call last):"),
            (age, "--------------------------------------"),
            (age, "No stack trace in paddle, may be caused by external reasons."),
            (age, ""),
            (age, "----------------------"),
            (age, "Error Message Summary:"),
            (age, "----------------------"),
            (age, "FatalError: `Termination signal` is detected by the operating system."),
            (age, "  [SignalInfo: *** SIGTERM (@0x0) received by PID 1 (TID 0x7f) from PID 0 ***]"),
        ]
        for offset, text in boot + killed:
            rows.append(f"{(at + timedelta(seconds=offset)).isoformat()}Z {text}".rstrip())
        at += timedelta(seconds=age + gap)
    return "\n".join(rows)


def test_a_sigterm_loop_is_found_with_its_count_and_period() -> None:
    reading = read(sigterm_loop([38, 37, 39, 38, 37]))
    loop = reading.sigterm_loop
    assert loop is not None
    assert loop.count == 5
    assert (loop.lifetime_min_s, loop.lifetime_max_s) == (37, 39)
    assert (loop.period_min_s, loop.period_max_s) == (39, 41)
    assert not loop.became_ready
    assert reading.critical == 1
    assert all(attempt.ending == "terminated" for attempt in reading.attempts)
    (group,) = reading.groups
    assert (group.rule, group.count, group.critical) == ("sigterm", 5, False)


def test_two_kills_are_not_yet_a_loop() -> None:
    reading = read(sigterm_loop([38, 39]))
    assert reading.sigterm_loop is None
    assert reading.critical == 0


def test_rollouts_weeks_apart_are_not_a_loop() -> None:
    text = ""
    for day in (1, 8, 30):
        text += f"2025-11-{day:02d}T08:00:00Z Starting FastAPI handler on port 8081...\n"
        text += f"2025-11-{day:02d}T08:00:02Z Application startup complete.\n"
        text += f"2025-11-{day:02d}T{8 + day // 3:02d}:00:00Z SIGTERM received by PID 1\n"
    reading = read(text)
    assert [attempt.ending for attempt in reading.attempts] == ["terminated"] * 3
    assert reading.sigterm_loop is None


def orderly_kills(ages: list[float], *, up: bool, signal_named: bool) -> str:
    """A server that shuts down in order when it is told to, as uvicorn does."""
    at, rows = DAY.replace(hour=10), []
    for age in ages:
        rows += [(at, "Starting FastAPI handler on port 8081...")]
        rows += [(at + timedelta(seconds=2), "Application startup complete.")] if up else []
        stop = at + timedelta(seconds=age)
        rows += [(stop, "SIGTERM received by PID 1")] if signal_named else []
        rows += [
            (stop, "Shutting down"),
            (stop + timedelta(seconds=3), "Finished server process [1]"),
        ]
        at = stop + timedelta(seconds=5)
    return "".join(f"{moment.isoformat()}Z {text}\n" for moment, text in rows)


@pytest.mark.parametrize("signal_named", [True, False])
def test_a_loop_of_orderly_stops_is_found_too(signal_named: bool) -> None:
    loop = read(orderly_kills([38, 37, 39], up=True, signal_named=signal_named)).sigterm_loop
    assert loop is not None
    assert loop.count == 3
    assert loop.became_ready
    assert loop.lifetime_min_s == (37 if signal_named else 40)


def test_restarts_every_day_at_the_same_hour_are_not_a_loop() -> None:
    reading = read(orderly_kills([86_000] * 4, up=True, signal_named=True))
    assert reading.attempts_total == 4
    assert reading.sigterm_loop is None


def test_the_words_of_the_release_are_a_kill_by_themselves() -> None:
    reading = read("Starting FastAPI handler on port 8081...\nSIGTERM received by PID 1\n")
    assert reading.attempts[0].ending == "terminated"


def test_a_restart_without_a_word_is_a_lost_attempt() -> None:
    rows = [("09:00:00", "INFO:     Started server process [1]")] * 2
    reading = read(kubectl(rows))
    assert [attempt.ending for attempt in reading.attempts] == ["lost", "running"]


def test_workers_of_one_server_are_not_restarts() -> None:
    rows = [(f"09:00:0{n}", f"INFO:     Started server process [{n}]") for n in range(1, 5)]
    assert read(kubectl(rows)).attempts_total == 1


def test_errors_that_differ_in_numbers_ids_and_paths_are_one_group() -> None:
    text = "".join(
        f"ERROR: page {n} of /app/temp/up{n}/page.png failed at 0x7f{n:06x} "
        f"for 3b241101-e2bb-4255-8caf-4136c566a9{n:02d}\n"
        for n in range(50)
    )
    (group,) = read(text).groups
    assert group.count == 50
    assert (group.first_line, group.last_line) == (1, 50)
    assert group.message == "page <n> of <path> failed at <hex> for <uuid>"


def test_a_chained_traceback_is_one_error_named_by_its_last_exception() -> None:
    text = (
        "ERROR:    Exception in ASGI application\n"
        "Traceback (most recent call last):\n"
        '  File "/app/a.py", line 1, in f\n'
        '    log.info("Application startup complete")\n'
        "KeyError: 'x'\n"
        "\n"
        "During handling of the above exception, another exception occurred:\n"
        "\n"
        "Traceback (most recent call last):\n"
        '  File "/app/b.py", line 2, in g\n'
        "service.errors.PageError: page 7 cannot be read\n"
        "INFO:     Application startup complete.\n"
    )
    reading = read(text)
    (group,) = reading.groups
    assert group.message == "service.errors.PageError: page <n> cannot be read"
    assert group.example.startswith("Exception in ASGI application\nTraceback")
    assert "KeyError: 'x'" in group.example
    ready = [m for m in reading.attempts[0].milestones if m.id == "application-ready"]
    assert ready[0].line == 12


def test_a_vllm_traceback_with_a_prefix_on_every_line_is_one_error() -> None:
    prefix = "(EngineCore_0 pid=212) ERROR 12-05 09:00:40 [core.py:396] "
    text = "".join(
        prefix + line + "\n"
        for line in (
            "EngineCore failed to start.",
            "Traceback (most recent call last):",
            '  File "/usr/lib/vllm/v1/engine/core.py", line 387, in run_engine_core',
            "    engine_core = EngineCoreProc()",
            "torch.OutOfMemoryError: CUDA out of memory. Tried to allocate 2.00 GiB.",
        )
    )
    (group,) = read(text).groups
    assert group.rule == "vllm-engine-failed"
    assert group.critical
    assert "CUDA out of memory" in group.example


@pytest.mark.parametrize(
    ("line", "topic", "critical"),
    [
        ("torch.cuda.OutOfMemoryError: CUDA out of memory. Tried to allocate 20 MiB", "gpu", True),
        ("ResourceExhaustedError: Out of memory error on GPU 0.", "gpu", True),
        ("RuntimeError: CUDA error: no kernel image is available for execution", "gpu", True),
        (
            "ERROR: [Errno 98] error while attempting to bind: address already in use",
            "server",
            True,
        ),
        ("OSError: [Errno 28] No space left on device: '/app/output/a.md'", "disk", True),
        ("ERROR:    Application startup failed. Exiting.", "server", True),
        (
            "botocore.errorfactory.NoSuchBucket: An error occurred (NoSuchBucket) when calling it",
            "s3",
            False,
        ),
        ('INFO:     10.0.0.1:1 - "POST /ocr HTTP/1.1" 500 Internal Server Error', "http", False),
        ("ERROR in a thing that nobody has written a rule for", "service", False),
    ],
)
def test_known_lines_have_a_topic_and_a_weight(line: str, topic: str, critical: bool) -> None:
    (group,) = read(line + "\n").groups
    assert (group.topic, group.critical) == (topic, critical)


def test_harmless_lines_are_no_problems() -> None:
    text = (
        'INFO:     10.0.0.1:1 - "GET /health HTTP/1.1" 200 OK\n'
        'INFO:     10.0.0.1:1 - "GET /errors HTTP/1.1" 404 Not Found\n'
        "error_count=0 max_tokens=4096\n"
        "UserWarning: No ccache found. Please be aware\n"
    )
    assert read(text).groups == ()


def test_secrets_never_reach_the_result() -> None:
    secrets = [
        "hunter2secret",
        "AQVNplantedplantedplanted1",
        "sk-plantedplantedplanted",
        "plantedsignature99",
        "userpart9:passpart9",
    ]
    text = (
        f"ERROR: Authorization: Bearer {secrets[1]}\n"
        f"ERROR: CLOUDRU_S3_SECRET_KEY={secrets[0]} was refused, max_tokens=5 kept\n"
        f"ERROR: model key {secrets[2]} is unknown\n"
        f"ERROR: GET https://s3.example.test/b/k.md?X-Amz-Signature={secrets[3]} failed\n"
        f"ERROR: https://{secrets[4]}@proxy.example.test/ failed\n"
    )
    out = to_json((read(text),)).decode()
    for secret in secrets:
        assert secret not in out
    assert "max_tokens=5 kept" in out
    assert "https://s3.example.test/b/k.md" in out


def test_cyrillic_and_broken_bytes_are_read() -> None:
    reading = read("ОШИБКА".encode("cp1251") + b"\n" + "ERROR: Не удалось прочесть\n".encode())
    (group,) = reading.groups
    assert group.message == "Не удалось прочесть"


tokens = st.text(max_size=6) | st.sampled_from(
    [
        *("2025-12-05T09:00:34Z ", "2025-12-05 09:00:34,123 ", "[09:00:34] ", "12-05 09:00:40 "),
        *("I1205 09:00:34.123456 12 f.cc:3] ", "ERROR ", "- x - INFO - ", "[core.py:3] ", "❌ "),
        *("\n", "\n", "\n", "\r", "\x1b[0m", "{", "}", '{"msg":"', '","time":"', '"}', "\\n"),
        *("Traceback (most recent call last):", "  File x", "KeyError: x", "-----------"),
        *("C++ Traceback (most recent call last):", "Error Message Summary:", "FatalError: `T`"),
        *("Starting FastAPI handler on port 1", "Application startup complete"),
        *("Finished server process [1]", "SIGTERM received by PID 1"),
    ]
)


@given(st.lists(tokens, max_size=60))
@settings(max_examples=150, deadline=None)
def test_whatever_stands_in_a_log_every_problem_is_counted_once(parts: list[str]) -> None:
    reading = read("".join(parts))
    assert sum(group.count for group in reading.groups) == reading.errors + reading.warnings
    assert sum(attempt.errors for attempt in reading.attempts) == reading.errors
    assert msgspec.json.decode(to_json((reading,)), type=LogReadings).readings == (reading,)


@pytest.mark.parametrize("word", ["SIGTERM ", "a-", "a.", "_", "/a", "[", "(", "❌ ", '"A '])
def test_a_hostile_line_takes_no_longer_than_its_length(word: str) -> None:
    line = ("ERROR " + word * (60_000 // len(word)) + "!\n").encode()
    began = time.process_time()
    read(line * 3)
    assert time.process_time() - began < 3


def test_a_text_that_is_no_log_is_recognised_as_nothing() -> None:
    reading = read("Dear Sir,\n\nplease find the invoice attached.\n")
    assert reading.recognised == 0
    assert read("").recognised == 0


def test_midnight_passes_in_a_log_that_writes_the_hour_only() -> None:
    text = "23:59:50 Starting FastAPI handler on port 8081...\n00:00:05 Application startup complete.\n"
    assert read(text).attempts[0].start_seconds == 15


def test_what_is_written_can_be_read_back() -> None:
    reading = read(kubectl(TWO_STARTS))
    document = msgspec.json.decode(to_json((reading,)), type=LogReadings)
    assert document.readings == (reading,)
    assert to_json((reading,)) == to_json((read(kubectl(TWO_STARTS)),))


class EndlessLoop(io.RawIOBase):
    """A log that is far larger than the memory the reader may use."""

    def __init__(self, lines: int) -> None:
        self.left = lines

    def readline(self, size: int | None = -1, /) -> bytes:
        if self.left == 0:
            return b""
        self.left -= 1
        if self.left % 5 == 0:
            return b"Starting FastAPI handler on port 8081...\n"
        word = "".join(chr(97 + int(digit)) for digit in str(self.left))
        return f"ERROR: {word} is a new kind of error each time\n".encode()


def test_memory_stays_bounded_however_long_the_log() -> None:
    rules = load_rules()
    tracemalloc.start()
    reading = read_log(EndlessLoop(12_000), "endless", rules)  # type: ignore[arg-type]
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < 3_000_000
    assert reading.attempts_total == 2_400
    assert len(reading.attempts) == 200
    assert len(reading.groups) == 500
    assert reading.errors == 9_600
    assert reading.ungrouped == 9_100


def test_own_rules_come_first_and_may_replace_built_in_ones(tmp_path: Path) -> None:
    own = tmp_path / "own.yaml"
    own.write_text(
        "rules:\n"
        "  - id: billing\n"
        "    contains: Quota exceeded\n"
        "    level: error\n"
        "    critical: true\n"
        "    topic: billing\n"
        "    means: The quota is spent.\n"
        "  - id: gpu-out-of-memory\n"
        "    contains: CUDA out of memory\n"
        "    level: warning\n"
    )
    reading = read("INFO: Quota exceeded\nRuntimeError: CUDA out of memory\n", own)
    assert [(g.rule, g.severity, g.critical) for g in reading.groups] == [
        ("billing", "error", True),
        ("gpu-out-of-memory", "warning", False),
    ]


@pytest.mark.parametrize(
    ("text", "line", "word"),
    [
        ("rules:\n  - id: a\n    contains: b\n    levle: error\n", 2, "levle"),
        ("rules:\n  - id: a\n    pattern: '(open'\n", 3, "regular expression"),
        ("rules:\n  - id: a\n    contains: b\n  - id: a\n    contains: c\n", 4, "twice"),
        ("rules:\n  - id: a\n    contains: b\n    critical: true\n", 2, "rules"),
    ],
)
def test_a_wrong_rules_file_is_named_with_its_line(
    tmp_path: Path, text: str, line: int, word: str
) -> None:
    own = tmp_path / "own.yaml"
    own.write_text(text)
    with pytest.raises(DataFileError) as caught:
        load_rules(own)
    assert f"own.yaml:{line}: " in str(caught.value)
    assert word in str(caught.value)


def test_every_built_in_problem_is_explained_in_both_languages() -> None:
    problems = [rule for rule in load_rules().rules if rule.level in ("error", "warning")]
    assert len(problems) > 20
    unexplained = [
        r.id for r in problems if not (r.means and r.means_ru and r.remedy and r.remedy_ru)
    ]
    assert unexplained == []
