"""What paddleocr-vl lacks on this machine: packages, weights, VL server, driver, CUDA, memory."""

from __future__ import annotations

from importlib import import_module
from importlib.util import find_spec
from typing import TYPE_CHECKING

from reference_server.ocr.gpu import MIB, NoDriver, cuda_of_driver, device_of, installed_gpus
from reference_server.ocr.paddle_models import NoWeights, find_models

if TYPE_CHECKING:
    from reference_server.ocr.gpu import Gpu
    from reference_server.settings import Settings

EXTRAS = {
    "paddleocr": "pip install 'inference-gate[paddleocr]'",
    "paddle": (
        "pip install paddlepaddle, or paddlepaddle-gpu from the vendor's index (docs/gpu.md)"
    ),
    "torch": "pip install 'inference-gate[torch]'",
    "transformers": "pip install 'inference-gate[torch]'",
}
SERVER_TIMEOUT_S = 5.0
BESIDE_WEIGHTS_MIB = 2048
"""Room for activations and the cache of a batch; an estimate, not a measurement."""


def missing(settings: Settings) -> list[str]:
    """One line for each thing that the chosen way of paddleocr-vl lacks here."""
    runs_models = settings.vl_server_url is None or settings.layout_detection
    names = ["paddleocr"]
    if runs_models:
        names += (
            ["torch", "transformers"] if settings.paddle_engine == "transformers" else ["paddle"]
        )
    packages = [f"package {name}: {EXTRAS[name]}" for name in names if find_spec(name) is None]
    lines = packages + _weights(settings)
    if settings.vl_server_url is not None:
        lines += _server(settings, settings.vl_server_url)
    if runs_models and not packages:
        lines += _gpu(settings)
    if settings.text_engine == "transformers" and settings.model_dir is not None and runs_models:
        lines.append("--model-dir: one folder cannot serve --engine and --text-engine both")
    return lines


def _weights(settings: Settings) -> list[str]:
    try:
        find_models(settings)
    except NoWeights as error:
        return [f"weights: {error}"]
    return []


def _server(settings: Settings, url: str) -> list[str]:
    import httpx

    key = settings.vl_server_api_key
    headers = {} if key is None else {"Authorization": f"Bearer {key.get_secret_value()}"}
    try:
        answer = httpx.get(
            url.rstrip("/") + "/models", headers=headers, timeout=SERVER_TIMEOUT_S, trust_env=False
        )
    except httpx.HTTPError as error:
        return [f"VL server: {url} does not answer: {error or type(error).__name__}"]
    if not answer.is_success:
        return [
            f"VL server: {url}/models answers {answer.status_code}; --vl-server-url ends in /v1"
        ]
    return []


def _gpu(settings: Settings) -> list[str]:
    device = device_of(settings.model_device)
    if device == "cpu":
        return []
    try:
        gpus = installed_gpus()
    except NoDriver as error:
        # Without a GPU the library computes on the CPU, unless it is told not to.
        return (
            [] if device is None else [f"driver: {error}; --model-device {settings.model_device}"]
        )
    number = int(device.partition(":")[2] or 0) if device else 0
    if number >= len(gpus):
        return [f"GPU: there are {len(gpus)}, and --model-device asks for number {number}"]
    framework = "torch" if settings.paddle_engine == "transformers" else "paddle"
    built_for = _cuda_of(framework)
    return cuda_problems(framework, built_for, cuda_of_driver()) + memory_problems(
        gpus[number], weights_bytes(settings)
    )


def _cuda_of(framework: str) -> str | None:
    """The CUDA version that the framework is built for, such as `12.8`, or None."""
    module = import_module(framework)
    version = module.version.cuda
    named = version() if callable(version) else version
    return None if named in (None, "False") else str(named)


def cuda_problems(framework: str, built_for: str | None, driver: str | None) -> list[str]:
    """Whether the driver can run what the framework is built for: CUDA keeps within a major."""
    if built_for is None:
        return [f"CUDA: {framework} is built without it, and here is a GPU: docs/gpu.md"]
    if driver is not None and int(driver.partition(".")[0]) < int(built_for.partition(".")[0]):
        return [f"CUDA: {framework} is built for {built_for}, and the driver goes up to {driver}"]
    return []


def memory_problems(gpu: Gpu, weights: int) -> list[str]:
    """Whether the weights, in bytes, and what a page needs beside them fit into free memory."""
    needed = weights // MIB + BESIDE_WEIGHTS_MIB
    free = gpu.free // MIB
    return [] if free >= needed else [f"memory: {gpu.name} has {free} MiB free of {needed} needed"]


def weights_bytes(settings: Settings) -> int:
    """The size of the models' files; 0 where there are none."""
    try:
        folders = find_models(settings).folders
    except NoWeights:
        return 0
    return sum(
        file.stat().st_size
        for folder in folders
        for file in folder.iterdir()
        if file.suffix in {".safetensors", ".pdiparams", ".pdparams"}
    )
