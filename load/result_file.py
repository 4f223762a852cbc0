"""Writes load.json whole or not at all."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

from reports.load_result import encode

if TYPE_CHECKING:
    from reports.load_result import LoadResult


def write(path: Path, result: LoadResult) -> None:
    """Replace the file by this result in one step, so that nobody reads half of one."""
    handle, name = tempfile.mkstemp(prefix=f".{path.name}.", dir=path.absolute().parent)
    temporary = Path(name)
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(encode(result))
            file.flush()
            os.fsync(file.fileno())
        temporary.chmod(0o644)
        temporary.replace(path)
    finally:
        temporary.unlink(missing_ok=True)
