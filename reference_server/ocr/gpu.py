"""The GPU: what is installed, and how much of its memory is free."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
from dataclasses import dataclass

MIB = 1024 * 1024
PROBE_TIMEOUT_S = 10
QUERY = "name,driver_version,memory.total,memory.free"


@dataclass(frozen=True, slots=True)
class GpuMemory:
    """Bytes of the GPU in use: `free` counts what a framework holds in reserve."""

    free: int
    total: int


@dataclass(frozen=True, slots=True)
class Gpu:
    """One GPU as its driver describes it; memory in bytes."""

    name: str
    driver: str
    total: int
    free: int


class NoDriver(Exception):
    """The driver does not answer; the text says why."""


def device_of(model_device: str) -> str | None:
    """The library's name of a device: None (it chooses), `cpu`, `gpu` or `gpu:N`."""
    return None if model_device == "auto" else model_device.replace("cuda", "gpu")


def installed_gpus() -> list[Gpu]:
    """The GPUs of this machine, asked of the driver. Raises NoDriver."""
    told = _driver_says(f"--query-gpu={QUERY}", "--format=csv,noheader,nounits")
    return [gpu_of(line) for line in told.splitlines() if line.strip()]


def cuda_of_driver() -> str | None:
    """The newest CUDA version that the driver runs, such as `12.8`, if it says so."""
    found = re.search(r"CUDA Version\s*:\s*(\d+\.\d+)", _driver_says())
    return found[1] if found else None


def _driver_says(*arguments: str) -> str:
    program = shutil.which("nvidia-smi")
    if program is None:
        raise NoDriver("nvidia-smi is not installed")
    try:
        done = subprocess.run(  # noqa: S603 - the vendor's own program
            [program, *arguments],
            capture_output=True,
            text=True,
            timeout=PROBE_TIMEOUT_S,
            check=False,
        )
    except subprocess.TimeoutExpired:
        raise NoDriver(f"nvidia-smi does not answer within {PROBE_TIMEOUT_S} s") from None
    if done.returncode != 0:
        told = (done.stdout + done.stderr).strip().splitlines()
        raise NoDriver(told[0] if told else f"nvidia-smi ended with {done.returncode}")
    return done.stdout


def gpu_of(line: str) -> Gpu:
    """A GPU from a line of nvidia-smi's CSV (QUERY; memory in MiB)."""
    name, driver, total, free = (part.strip() for part in line.rsplit(",", 3))
    return Gpu(name, driver, int(total) * MIB, int(free) * MIB)


def gpu_memory() -> GpuMemory | None:
    """Memory of the GPU that this process computes on, or None if it does on none.

    Asks whichever of torch and paddle is already at work here; imports neither.
    """
    torch = sys.modules.get("torch")
    if torch is not None and torch.cuda.is_available() and torch.cuda.is_initialized():
        free, total = torch.cuda.mem_get_info()
        reserve = torch.cuda.memory_reserved() - torch.cuda.memory_allocated()
        return GpuMemory(free + reserve, total)
    paddle = sys.modules.get("paddle")
    if paddle is not None and paddle.device.is_compiled_with_cuda():
        cuda = paddle.device.cuda
        if cuda.device_count():
            total = cuda.get_device_properties().total_memory
            return GpuMemory(total - cuda.memory_allocated(), total)
    return None


def shortage(memory: GpuMemory | None, floor_bytes: int) -> str | None:
    """Why no further image should be taken, or None."""
    if memory is None or memory.free >= floor_bytes:
        return None
    return f"{memory.free // MIB} MiB of GPU memory are free, and {floor_bytes // MIB} are kept"
