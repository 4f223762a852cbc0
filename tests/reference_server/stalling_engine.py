"""A text engine that a test holds in its hands: it gives a piece, then waits to be told."""

from __future__ import annotations

import asyncio
import threading
from typing import TYPE_CHECKING

from reference_server.text.builtin import BuiltinEngine
from reference_server.text.engine import End, Piece

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator, Sequence

    from reference_server.text.engine import Message, Options
    from reference_server.text.errors import TextError


class StallingEngine(BuiltinEngine):
    """Gives `pieces_before` pieces and stalls; `stopped` is set when it is told to give up.

    With `failure`, it raises that instead of stalling.
    """

    def __init__(self, *, pieces_before: int = 1, failure: TextError | None = None) -> None:
        super().__init__()
        self.pieces_before = pieces_before
        self.failure = failure
        self.started = threading.Event()
        self.stopped = threading.Event()

    async def complete(
        self, messages: Sequence[Message], options: Options
    ) -> AsyncGenerator[Piece, None]:
        try:
            for number in range(1, self.pieces_before + 1):
                yield Piece(f"w{number} ", 7, number)
            self.started.set()
            if self.failure:
                raise self.failure
            await asyncio.Event().wait()
            yield Piece("never", 7, 99, End.STOP)
        finally:
            self.stopped.set()
