"""Whether the target speaks the Yandex contract, and in which edition."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from conformance.plugin.options import Options
    from conformance.recognition import Recognition
    from conformance.target import Target


def recognise(target: Target, options: Options) -> Recognition | None:
    """Not yet: see the next commit."""
    del target, options
    return None
