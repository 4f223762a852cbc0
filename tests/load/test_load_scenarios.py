"""The scenario files: right answers pass, wrong ones are named, every service is spoken to."""

from __future__ import annotations

import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any

import pytest
from load_runs import LENIENT, ROOT, environment, free_port
from planted import serving
from planted_ocr import Spoil, cross_talk, edition_1_0, empty_text, ocr, wrong_shape

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = pytest.mark.alone

Load = Callable[..., Any]
SHORT = ("--arrivals", "constant", "--rate", "20", "--duration", "1.5", *LENIENT)


def scenario(name: str) -> Path:
    return ROOT / "load" / f"{name}.py"


def test_every_way_to_hand_in_a_page(run_load: Load) -> None:
    mix = "ocr/base64=1,ocr/multipart=1,ocr/url=1"
    with serving(ocr()) as target:
        run = run_load("--host", target.url, *SHORT, "--serve-images", "127.0.0.1",
                       "--mix", mix, scenario=scenario("ocr"))  # fmt: skip
    assert run.ended(0), run.out
    assert {row.operation: row.success > 0 for row in run.load.operations} == {
        "ocr/base64": True, "ocr/multipart": True, "ocr/url": True,
    }  # fmt: skip
    rates = [row.character_error_rate for row in run.load.operations]
    assert all(rate is not None and rate.maximum == 0 for rate in rates)
    assert sum(row.pages for row in run.load.operations) == 30


@pytest.mark.parametrize(
    ("spoil", "outcomes"),
    [
        (cross_talk, {"cross_talk"}),
        (empty_text, {"empty_text"}),
        (wrong_shape, {"schema"}),
    ],
)
def test_wrong_pages_are_named(run_load: Load, spoil: Spoil, outcomes: set[str]) -> None:
    with serving(ocr(spoil)) as target:
        run = run_load("--host", target.url, *SHORT, scenario=scenario("ocr"))
    wrong = [one for row in run.load.operations for one in row.outcomes if one.kind == "violation"]
    assert run.ended(1), run.out
    assert {one.outcome for one in wrong} == outcomes
    assert sum(one.count for one in wrong) == 6


def test_an_edition_without_text_is_judged_by_its_shape_and_says_so(run_load: Load) -> None:
    with serving(ocr(edition_1_0)) as target:
        run = run_load("--host", target.url, *SHORT, scenario=scenario("ocr"))
        held = run_load("--host", target.url, *SHORT, "--edition", "1.3", scenario=scenario("ocr"))
    assert run.ended(0), run.out
    assert sum(row.content_unjudged for row in run.load.operations) == 30
    assert "unjudged" in run.out
    assert "ocr/url is not sent" in run.out
    assert held.ended(1), held.out


@pytest.fixture(scope="module")
def bundled(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[str, str]]:
    """(HTTP address, gRPC address) of a bundled server with the built-in text engine."""
    folder, port, grpc_port = tmp_path_factory.mktemp("server"), free_port(), free_port()
    # 1.0.9 starts its OCR engine with the first page, and no page is sent here.
    command = [
        sys.executable, "-m", "reference_server", "--port", str(port), "--release", "1.0.9",
        "--grpc-port", str(grpc_port), "--builtin-token-seconds", "0.004",
        "--output-dir", str(folder / "out"), "--temp-dir", str(folder / "tmp"),
        "--model-name", "planted",
    ]  # fmt: skip
    server = subprocess.Popen(
        command, env=environment(), cwd=folder, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    try:
        deadline = time.monotonic() + 30
        while server.poll() is None and time.monotonic() < deadline:
            try:
                urllib.request.urlopen(f"http://127.0.0.1:{port}/health", timeout=5).close()
                socket.create_connection(("127.0.0.1", grpc_port), timeout=5).close()
                break
            except OSError:
                time.sleep(0.1)
        yield f"http://127.0.0.1:{port}", f"grpc://127.0.0.1:{grpc_port}"
    finally:
        server.terminate()
        server.wait(timeout=20)


@pytest.mark.parametrize(
    ("name", "operations"),
    [
        ("completion", ["completion", "completion/stream"]),
        ("embedding", ["embedding"]),
        ("classification", ["classification"]),
        ("chat", ["chat", "chat/stream"]),
        ("completion_grpc", ["grpc/completion", "grpc/completion/stream"]),
        ("embedding_grpc", ["grpc/embedding"]),
        ("classification_grpc", ["grpc/classification"]),
    ],
)
def test_each_text_scenario_finds_the_bundled_server_right(
    run_load: Load, bundled: tuple[str, str], name: str, operations: list[str]
) -> None:
    host = bundled[1] if name.endswith("_grpc") else bundled[0]
    model = ["--model", "planted"] if name == "chat" else []
    run = run_load("--host", host, *SHORT, *model, scenario=scenario(name))
    assert run.ended(0), run.out
    assert [row.operation for row in run.load.operations] == operations
    assert sum(row.success for row in run.load.operations) == 30
    for row in run.load.operations:
        if row.operation.endswith("/stream"):
            assert row.time_to_first_token.count == row.success
            # The server waits 4 ms per token, and longer on a busy machine; a reader that
            # buffers would see most tokens come at once.
            assert row.inter_token_latency.p50 >= 3.5
            assert row.tokens >= 12 * row.success


def test_mixed_speaks_to_everything(run_load: Load, bundled: tuple[str, str]) -> None:
    mix = "completion=1,completion/stream=1,embedding=2,classification=1,chat=1,chat/stream=1"
    run = run_load("--host", bundled[0], *SHORT, "--model", "planted", "--mix", mix,
                   scenario=scenario("mixed"))  # fmt: skip
    assert run.ended(0), run.out
    assert len(run.load.operations) == 6


def test_a_grpc_scenario_wants_a_grpc_address(run_load: Load, bundled: tuple[str, str]) -> None:
    wrong = run_load("--host", bundled[0], *SHORT, scenario=scenario("completion_grpc"))
    assert wrong.code == 2
    assert "grpc://HOST:PORT" in wrong.out
    gone = run_load("--host", f"grpc://127.0.0.1:{free_port()}", *SHORT,
                    scenario=scenario("completion_grpc"))  # fmt: skip
    assert gone.code == 6, gone.out
