"""Completions that are asked for now and fetched later."""

from __future__ import annotations

import asyncio
import contextlib
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING
from uuid import uuid4

from reference_server.text.errors import Code, TextError

if TYPE_CHECKING:
    from reference_server.yandex.messages import CompletionAnswer, CompletionRequest
    from reference_server.yandex.service import FoundationModels

DESCRIPTION = "Async GPT Completion"
CREATED_BY = "reference-server"
# The oldest are forgotten first: a server that is left running must not fill up with answers.
MAX_KEPT = 1_000


def _now() -> datetime:
    return datetime.now(UTC)


@dataclass(frozen=True, slots=True)
class Operation:
    """A long-running operation; a done one has either `answer` or `error`."""

    id: str = field(default_factory=lambda: uuid4().hex[:20])
    created_at: datetime = field(default_factory=_now)
    modified_at: datetime = field(default_factory=_now)
    answer: CompletionAnswer | None = None
    error: TextError | None = None

    @property
    def done(self) -> bool:
        return self.answer is not None or self.error is not None


class Operations:
    """The operations of one server, by id."""

    def __init__(self, models: FoundationModels) -> None:
        self._models = models
        self._kept: dict[str, Operation] = {}
        self._running: set[asyncio.Task[None]] = set()

    def start(self, request: CompletionRequest) -> Operation:
        """Begin the completion; raises InvalidArgument at once if the request itself is wrong."""
        request = replace(request, stream=False)
        self._models.check_completion(request)
        operation = Operation()
        self._kept[operation.id] = operation
        while len(self._kept) > MAX_KEPT:
            del self._kept[next(iter(self._kept))]
        task = asyncio.get_running_loop().create_task(self._run(operation, request))
        self._running.add(task)
        task.add_done_callback(self._running.discard)
        return operation

    async def _run(self, operation: Operation, request: CompletionRequest) -> None:
        answer, failure = None, None
        try:
            async with contextlib.aclosing(self._models.completion(request)) as answers:
                answer = await anext(answers)
        except TextError as error:
            failure = error
        if operation.id in self._kept:
            self._kept[operation.id] = replace(
                operation, modified_at=_now(), answer=answer, error=failure
            )

    def get(self, operation_id: str) -> Operation:
        """The operation as it is now; raises TextError NOT_FOUND."""
        if operation_id not in self._kept:
            raise TextError(Code.NOT_FOUND, f"operation {operation_id[:100]!r} not found")
        return self._kept[operation_id]

    async def close(self) -> None:
        """Give up what is still running."""
        for task in list(self._running):
            task.cancel()
        await asyncio.gather(*self._running, return_exceptions=True)
