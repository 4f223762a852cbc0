"""A folder that changes as a whole: readers and the next run see the old one or the new one.

Writers of one parent folder take turns by a lock on that folder itself, so that two runs at once
never mix their files; what a killed writer left beside the folder is cleared by the next one.
"""

from __future__ import annotations

import contextlib
import fcntl
import os
import secrets
import shutil
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path


@contextlib.contextmanager
def locked(folder: Path, *, shared: bool = False) -> Iterator[None]:
    """Hold the lock of `folder`, which must exist; wait for whoever holds it."""
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_SH if shared else fcntl.LOCK_EX)
        yield
    finally:
        os.close(descriptor)


@contextlib.contextmanager
def replacing(target: Path) -> Iterator[Path]:
    """Yield a new empty folder that takes the place of `target` when the block ends well.

    Call it with the parent's lock held. When the block raises, or is interrupted, `target` stays
    as it was and the new folder is gone.
    """
    _clear_leftovers(target)
    fresh = target.parent / f".{target.name}.{secrets.token_hex(4)}.new"
    fresh.mkdir()
    try:
        yield fresh
        _swap(fresh, target)
    except BaseException:
        shutil.rmtree(fresh, ignore_errors=True)
        raise


def replace_files(folder: Path, files: Mapping[str, bytes]) -> None:
    """Write files into `folder` so that nobody sees a part of one; all are on disk before any shows.

    Call it with the folder's lock held.
    """
    suffix = f".{secrets.token_hex(4)}.new"
    targets = [folder / name for name in files]
    fresh = {target: target.parent / f".{target.name}{suffix}" for target in targets}
    try:
        for path, content in zip(fresh.values(), files.values(), strict=True):
            path.parent.mkdir(exist_ok=True)
            path.write_bytes(content)
        for target, path in fresh.items():
            path.replace(target)
    finally:
        for path in fresh.values():
            path.unlink(missing_ok=True)


def _swap(fresh: Path, target: Path) -> None:
    aside = _aside(target)
    if target.exists():
        target.rename(aside)
    try:
        fresh.rename(target)
    except BaseException:
        if aside.exists() and not target.exists():
            aside.rename(target)
        raise
    shutil.rmtree(aside, ignore_errors=True)


def _clear_leftovers(target: Path) -> None:
    aside = _aside(target)
    if aside.exists() and not target.exists():
        aside.rename(target)  # a writer was killed between the two renames
    shutil.rmtree(aside, ignore_errors=True)
    # No wildcard can stand in the name: see reports/release_name.py.
    for left in target.parent.glob(f".{target.name}.*.new"):
        if left.is_dir():
            shutil.rmtree(left, ignore_errors=True)
        else:
            left.unlink(missing_ok=True)


def _aside(target: Path) -> Path:
    return target.parent / f".{target.name}.old"
