"""The toolkit of mutants of the text engine: one that passes everything on."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator, Sequence

    from reference_server.text.engine import Message, Options, Piece, TextEngine


class Around:
    """A text engine that asks another one; override what the defect is in."""

    def __init__(self, engine: TextEngine) -> None:
        self.engine = engine

    def __getattr__(self, name: str) -> Any:
        return getattr(self.engine, name)

    def complete(
        self, messages: Sequence[Message], options: Options
    ) -> AsyncGenerator[Piece, None]:
        return self.engine.complete(messages, options)

    @staticmethod
    def with_options(options: Options, **changes: Any) -> Options:
        return replace(options, **changes)
