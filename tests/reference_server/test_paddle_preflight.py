"""paddleocr-vl on a machine that lacks something: what --check, the log and the answers say."""

from __future__ import annotations

import os
import subprocess
import sys
from typing import TYPE_CHECKING

import httpx
import pytest
from judging import server_process

from reference_server.app import create_app
from reference_server.ocr import paddle_preflight
from reference_server.ocr.engine import EngineUnavailable, OutOfMemory
from reference_server.ocr.gpu import MIB, Gpu, NoDriver, device_of
from reference_server.ocr.paddle_models import NoWeights, find_models
from reference_server.ocr.paddle_pipeline import arguments_of, cannot_load, is_out_of_memory
from reference_server.ocr.paddle_preflight import cuda_problems, memory_problems, missing
from reference_server.running import serve_in_thread

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from reference_server.settings import Settings

ENGINE = {"engine": "paddleocr-vl"}
RECOGNITION, LAYOUT = "PaddleOCR-VL-1.6-0.9B", "PP-DocLayoutV3"


@pytest.fixture(autouse=True)
def no_models_of_this_machine(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PADDLEX_HOME", str(tmp_path / "none"))
    monkeypatch.delenv("PADDLE_PDX_CACHE_HOME", raising=False)
    monkeypatch.setenv("HOME", str(tmp_path))


def put(folder: Path, model: str | None = None) -> Path:
    """A folder that looks like a model's."""
    folder.mkdir(parents=True)
    (folder / "model.safetensors").write_bytes(b"x" * 100)
    if model:
        (folder / "inference.yml").write_text(f"Global:\n  model_name: {model}\n")
    return folder


def test_models_are_found_in_the_folder_of_the_offline_image(
    settings_of: Callable[..., Settings], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PADDLEX_HOME", str(tmp_path / "px"))
    models = tmp_path / "px" / "official_models"
    for name in (RECOGNITION, LAYOUT):
        put(models / name)
    found = find_models(settings_of())
    assert (found.recognition, found.layout) == (models / RECOGNITION, models / LAYOUT)
    assert find_models(settings_of(layout_detection=False)).layout is None


def test_model_dir_is_the_model_itself_or_a_folder_of_models(settings_of, tmp_path: Path) -> None:
    itself = put(tmp_path / "renamed", "PaddleOCR-VL-1.5-0.9B")
    put(tmp_path / LAYOUT)
    found = find_models(settings_of(model_dir=itself))
    assert (found.generation.version, found.recognition) == ("v1.5", itself)
    assert found.layout == tmp_path / LAYOUT
    put(tmp_path / RECOGNITION)
    assert find_models(settings_of(model_dir=tmp_path)).recognition == tmp_path / RECOGNITION


def test_a_folder_of_another_model_is_no_folder_of_weights(settings_of, tmp_path: Path) -> None:
    other = put(tmp_path / "other", "PP-OCRv5_server_det")
    with pytest.raises(NoWeights, match=r"other; give their folder with --model-dir"):
        find_models(settings_of(model_dir=other))
    (other / "inference.yml").write_text("]: not yaml [")
    with pytest.raises(NoWeights):
        find_models(settings_of(model_dir=other))


def test_a_vl_server_needs_no_weights_unless_layouts_are_found_here(settings_of) -> None:
    forwarding = {"vl_server_url": "http://127.0.0.1:9/v1"}
    version, recognition, arguments = arguments_of(
        settings_of(
            **forwarding, layout_detection=False, vl_server_api_key="k", model_device="cuda:1"
        )
    )
    assert (version, recognition) == ("v1.6", {})
    assert arguments == {
        "use_layout_detection": False,
        "device": "gpu:1",
        "engine": "paddle",
        "vl_rec_model_name": RECOGNITION,
        "vl_rec_backend": "vllm-server",
        "vl_rec_server_url": "http://127.0.0.1:9/v1",
        "vl_rec_max_concurrency": 8,
        "vl_rec_api_key": "k",
    }
    with pytest.raises(NoWeights, match=f"{LAYOUT}.*--layout-detection false"):
        arguments_of(settings_of(**forwarding))


def test_the_library_is_given_folders_so_that_it_fetches_nothing(settings_of, tmp_path) -> None:
    for name in (RECOGNITION, LAYOUT):
        put(tmp_path / name)
    for framework in ("paddle", "transformers"):
        settings = settings_of(model_dir=tmp_path, paddle_engine=framework)
        _, _, arguments = arguments_of(settings)
        assert arguments["vl_rec_model_dir"] == str(tmp_path / RECOGNITION)
        assert arguments["layout_detection_model_dir"] == str(tmp_path / LAYOUT)
        assert "device" not in arguments


@pytest.mark.parametrize("release", ["1.0.9", "1.3.6"])
def test_without_weights_health_answers_and_pages_get_a_503_that_says_so(
    settings_of, image_of, release: str
) -> None:
    app = create_app(settings_of(**ENGINE, release=release))
    with (
        serve_in_thread(app) as url,
        httpx.Client(base_url=url, timeout=20, trust_env=False) as client,
    ):
        for _ in range(2):
            answer = client.post("/ocr", files={"file": ("a.png", image_of())})
            assert answer.status_code == 503
            detail = answer.json()["detail"]
            assert detail.startswith(
                "OCR service is not available. Error: no weights of PaddleOCR-VL in "
            )
            assert detail.endswith("give their folder with --model-dir")
        health = client.get("/health")
        assert health.status_code == 200
        assert health.json()["error"] in detail
        assert health.json()["paddleocr"] in {"not_initialized", "initializing"}


def test_without_weights_the_process_starts_once_and_its_log_says_why(tmp_path: Path) -> None:
    flags = ["--engine", "paddleocr-vl", "--release", "1.3.6"]
    with server_process(tmp_path / "state", *flags) as server:
        line = server.line("Failed to initialize PaddleOCR-VL: no weights of PaddleOCR-VL in ")
        assert "ERROR" in line
        assert server.get("/health").status_code == 200


def test_check_says_what_is_missing_and_exits_with_6(tmp_path: Path) -> None:
    done = subprocess.run(
        [
            sys.executable, "-m", "reference_server", "--check", "--engine", "paddleocr-vl",
            "--vl-server-url", "http://127.0.0.1:9/v1", "--paddle-engine", "transformers",
        ],
        capture_output=True,
        text=True,
        env=os.environ | {"XDG_STATE_HOME": str(tmp_path)},
        timeout=60,
        check=False,
    )  # fmt: skip
    assert done.returncode == 6
    assert f"missing: weights: no weights of {LAYOUT} in" in done.stdout
    assert "missing: VL server: http://127.0.0.1:9/v1 does not answer" in done.stdout


def test_a_vl_server_that_is_another_server_is_told(settings_of) -> None:
    with serve_in_thread(create_app(settings_of(api_key="k"))) as url:
        settings = settings_of(vl_server_url=f"{url}/v1", layout_detection=False)
        lines = [line for line in missing(settings) if line.startswith("VL server")]
        assert lines == [f"VL server: {url}/v1/models answers 401; --vl-server-url ends in /v1"]
        settings = settings_of(
            vl_server_url=f"{url}/v1", layout_detection=False, vl_server_api_key="k"
        )
        assert not [line for line in missing(settings) if line.startswith("VL server")]


def test_the_driver_must_know_the_cuda_of_the_framework() -> None:
    assert cuda_problems("torch", "12.8", "12.4") == []
    assert cuda_problems("torch", "12.8", None) == []
    (old,) = cuda_problems("torch", "13.0", "12.4")
    assert "torch is built for 13.0, and the driver goes up to 12.4" in old
    (without,) = cuda_problems("paddle", None, "12.4")
    assert "paddle is built without it" in without


def test_memory_must_hold_the_weights_and_a_page() -> None:
    gpu = Gpu("T4", "550", total=16_000 * MIB, free=3_000 * MIB)
    assert memory_problems(gpu, 900 * MIB) == []
    assert memory_problems(gpu, 1_900 * MIB) == ["memory: T4 has 3000 MiB free of 3948 needed"]


def test_a_driver_is_missed_only_where_a_gpu_is_asked_for(
    settings_of, monkeypatch: pytest.MonkeyPatch
) -> None:
    def no_driver() -> list[Gpu]:
        raise NoDriver("nvidia-smi is not installed")

    monkeypatch.setattr(paddle_preflight, "installed_gpus", no_driver)
    assert paddle_preflight._gpu(settings_of()) == []
    assert paddle_preflight._gpu(settings_of(model_device="cpu")) == []
    (line,) = paddle_preflight._gpu(settings_of(model_device="cuda:0"))
    assert line == "driver: nvidia-smi is not installed; --model-device cuda:0"
    monkeypatch.setattr(paddle_preflight, "installed_gpus", lambda: [Gpu("T4", "550", 1, 1)])
    (line,) = paddle_preflight._gpu(settings_of(model_device="cuda:3"))
    assert line == "GPU: there are 1, and --model-device asks for number 3"


def test_devices_have_the_names_of_the_library() -> None:
    assert [device_of(name) for name in ("auto", "cpu", "cuda", "cuda:2")] == [
        None, "cpu", "gpu", "gpu:2",
    ]  # fmt: skip


class OutOfMemoryError(RuntimeError):
    """As torch names it."""


@pytest.mark.parametrize(
    ("error", "memory"),
    [
        (OutOfMemoryError("CUDA out of memory. Tried to allocate 20.00 MiB"), True),
        (MemoryError(), True),
        (RuntimeError("ResourceExhaustedError: Out of memory error on GPU 0"), True),
        (RuntimeError("CUDA error: CUBLAS_STATUS_ALLOC_FAILED"), True),
        (RuntimeError("mat1 and mat2 shapes cannot be multiplied"), False),
        (ValueError("out of memory"), False),
    ],
)
def test_out_of_memory_is_told_from_other_failures(error: Exception, memory: bool) -> None:
    assert is_out_of_memory(error) is memory
    failure = cannot_load(error)
    assert isinstance(failure, OutOfMemory) is memory
    assert isinstance(failure, EngineUnavailable)
    assert "\n" not in str(failure)
