"""Way 2: the real loading code and a real `generate`, on a tiny checkpoint of random weights."""

from __future__ import annotations

import datetime as dt
import io
import json
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import TYPE_CHECKING, Any

import httpx
import pytest
from judging import judge
from PIL import Image

from reference_server.app import create_app
from reference_server.ocr.engine import EngineUnavailable
from reference_server.ocr.gpu import gpu_memory
from reference_server.ocr.paddle_engine import BatchingPaddle, build
from reference_server.running import serve_in_thread
from reference_server.settings import Settings

if TYPE_CHECKING:
    from reference_server.ocr.engine import Page

pytest.importorskip("paddleocr", reason="paddleocr is not installed; tox -e paddle runs these")
torch = pytest.importorskip("torch", reason="torch is not installed; tox -e paddle runs these")

MAKING_LIMIT_S = 180
TOKENS = 8
TEXT_IS_JUDGED = (
    *(f"OCR-INPUT-{number}" for number in range(1, 13)),
    *(f"OCR-ACC-{number}" for number in (1, 2, 3, 4, 5, 6, 7, 13, 15, 16, 17, 18)),
    "OCR-NAMES-8", "OCR-JSON-2", "OCR-FILES-14", "OCR-FILES-15", "OCR-ROBUST-12",
    "OCR-ROBUST-14", "OCR-ROBUST-15", "OCR-CONC-2",
)  # fmt: skip
"""Requirements decided by whether the text on a page was read; random weights read none."""


@pytest.fixture(scope="module")
def model_dir(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("models") / "tiny"
    script = Path(__file__).parents[2] / "benchmarks" / "random_paddleocr_vl.py"
    subprocess.run([sys.executable, script, folder, "--tiny"], check=True, timeout=MAKING_LIMIT_S)
    return folder


def settings_of(model_dir: Path, folder: Path, **changes: Any) -> Settings:
    chosen = {
        "engine": "paddleocr-vl", "paddle_engine": "transformers", "model_dir": model_dir,
        "layout_detection": False, "max_new_tokens": TOKENS, "batch_size": 4, "state_dir": folder,
        "model_device": "cpu", "batch_wait": 0.2,
    }  # fmt: skip
    return Settings(**chosen | changes)


@pytest.fixture(scope="module")
def engine(model_dir: Path, tmp_path_factory: pytest.TempPathFactory) -> BatchingPaddle:
    built = build(settings_of(model_dir, tmp_path_factory.mktemp("state")))
    assert isinstance(built, BatchingPaddle)
    built.load()
    return built


@pytest.fixture(scope="module")
def pages() -> list[Image.Image]:
    """Four pages of four sizes."""
    return [
        Image.effect_noise((width, height), 90).convert("RGB")
        for width, height in ((80, 120), (200, 100), (60, 60), (300, 300))
    ]


def text(page: Page) -> str:
    return page.blocks[0].text


def test_a_batch_reads_each_page_as_it_would_alone_in_their_order(engine, pages) -> None:
    alone = [text(engine.read_batch([page])[0]) for page in pages]
    together = engine.read_batch(pages)
    assert len(set(alone)) == len(pages)  # else the order would not show
    assert [text(page) for page in together] == alone
    assert [(page.width, page.height) for page in together] == [page.size for page in pages]


def test_requests_are_read_in_batches_and_each_gets_its_own(
    engine, pages, model_dir, tmp_path
) -> None:
    wanted = {page.size: text(engine.read_batch([page])[0]) for page in pages}
    app = create_app(settings_of(model_dir, tmp_path), ocr_engine=engine)
    with (
        serve_in_thread(app) as url,
        httpx.Client(base_url=url, timeout=60, trust_env=False) as client,
        ThreadPoolExecutor(8) as threads,
    ):

        def read(page: Image.Image) -> Any:
            answer = client.post(
                "/ocr", files={"file": encoded(page)}, data={"return_content": "true"}
            )
            return page.size, answer.json()["json_data"]

        for (width, height), data in threads.map(read, pages * 4):
            assert (data["width"], data["height"]) == (width, height)
            assert data["parsing_res_list"][0]["block_content"] == wanted[width, height]
        lines = client.get("/metrics").text.splitlines()
    batches = next(line for line in lines if line.startswith("ocr_batch_pages_count"))
    assert float(batches.split()[1]) < 16


def encoded(page: Image.Image) -> bytes:
    buffer = io.BytesIO()
    page.save(buffer, "PNG")
    return buffer.getvalue()


def test_a_checkpoint_that_is_damaged_is_told_in_one_line(model_dir, tmp_path: Path) -> None:
    damaged = tmp_path / "damaged"
    damaged.mkdir()
    for file in model_dir.iterdir():
        content = file.read_bytes()
        (damaged / file.name).write_bytes(
            content[:100] if file.suffix == ".safetensors" else content
        )
    with pytest.raises(EngineUnavailable, match=r"^\w+: [^\n]+$"):
        build(settings_of(damaged, tmp_path)).load()


def test_the_suite_passes_but_for_what_only_a_trained_model_can_read(
    model_dir: Path, tmp_path: Path
) -> None:
    tomorrow = dt.datetime.now(tz=dt.UTC).date() + dt.timedelta(days=1)
    declared = tmp_path / "deviations.toml"
    declared.write_text(
        "".join(
            f'[[unsupported]]\nrequirement = "{requirement}"\n'
            'reason = "random weights read no text"\n'
            f'owner = "tests"\nexpires = {tomorrow}\n'
            for requirement in TEXT_IS_JUDGED
        )
    )
    flags = [
        "--engine", "paddleocr-vl", "--paddle-engine", "transformers", "--model-dir", model_dir,
        "--layout-detection", "false", "--max-new-tokens", TOKENS, "--release", "1.3.6",
    ]  # fmt: skip
    judged = judge(tmp_path, [str(flag) for flag in flags], "--deviations", str(declared))
    assert judged.exit_code == 0, judged.output
    assert {judged.outcomes[one] for one in TEXT_IS_JUDGED} == {"unsupported"}
    assert judged.outcomes["OCR-CONC-4"] == "conforms"


@pytest.mark.skipif(not torch.cuda.is_available(), reason="there is no GPU here")
def test_on_a_gpu_the_model_is_there_and_its_memory_is_watched(model_dir, tmp_path, pages) -> None:
    engine = build(settings_of(model_dir, tmp_path, model_device="cuda"))
    assert isinstance(engine, BatchingPaddle)
    engine.load()
    assert len(engine.read_batch(pages)) == len(pages)
    memory = gpu_memory()
    assert memory is not None
    assert 0 < memory.free < memory.total


def test_the_benchmark_runs_in_its_smallest_size(tmp_path: Path) -> None:
    script = Path(__file__).parents[2] / "benchmarks" / "gpu_ocr.py"
    figures = tmp_path / "figures.json"
    done = subprocess.run(
        [
            sys.executable, script, "--tiny", "--device", "cpu", "--batches", "1,2",
            "--tokens", "2", "--rounds", "1", "--json", figures,
        ],
        capture_output=True, text=True, timeout=600, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    rows = json.loads(figures.read_text())
    assert [(row["what"], row["batch"]) for row in rows] == [
        (what, batch) for what in ("bare generate", "pipeline", "server") for batch in (1, 2)
    ]
    assert all(row["pages_per_s"] > 0 for row in rows)
    assert "server ÷ bare at 2: " in done.stdout
    assert "2 at once ÷ one at a time: " in done.stdout
