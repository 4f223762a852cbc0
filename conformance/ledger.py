"""What a run has cost, and what each operation has answered so far."""

from __future__ import annotations

import threading
from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from conformance.exchange import Answer, shorten

if TYPE_CHECKING:
    from conformance.exchange import NoAnswer

_UNAUTHORIZED = (401, 403)
_MOST_SERVER_ERRORS = 50
_MOST_RATE_LIMITS = 50


@dataclass
class OperationLog:
    """What one operation answered. `open_without_key` is None until that has been tried."""

    statuses: Counter[str] = field(default_factory=Counter)
    open_without_key: bool | None = None
    sample_request: str = ""
    sample_answer: str = ""


@dataclass
class Ledger:
    """Counts over all threads of a run."""

    started: int = 0
    answered: int = 0
    sent_bytes: int = 0
    received_bytes: int = 0
    waited_for_rate: int = 0
    tokens: int = 0
    operations: dict[tuple[str, str], OperationLog] = field(default_factory=dict)
    server_errors: list[Answer] = field(default_factory=list)
    rate_limits: list[Answer] = field(default_factory=list)
    _lock: threading.Lock = field(default_factory=threading.Lock, repr=False)

    def spent_tokens(self, tokens: int) -> None:
        """Count the tokens that one answer says it has cost."""
        with self._lock:
            self.tokens += tokens

    def carried(self, sent_bytes: int, received_bytes: int) -> None:
        """Count what one exchange outside HTTP has carried."""
        with self._lock:
            self.sent_bytes += sent_bytes
            self.received_bytes += received_bytes

    def rate_limited(self) -> None:
        """Count one answer that asked the run to slow down."""
        with self._lock:
            self.waited_for_rate += 1

    def record(self, got: Answer | NoAnswer, sent_bytes: int) -> None:
        """Count one exchange."""
        request = got.request
        with self._lock:
            self.sent_bytes += sent_bytes
            log = self.operations.setdefault(
                (request.method, request.path.partition("?")[0]), OperationLog()
            )
            if not isinstance(got, Answer):
                log.statuses[got.failure] += 1
                return
            self.answered += 1
            self.received_bytes += len(got.body)
            log.statuses[str(got.status)] += 1
            if got.status >= 500 and len(self.server_errors) < _MOST_SERVER_ERRORS:  # noqa: PLR2004 - HTTP's own range
                self.server_errors.append(got)
            if got.status == 429 and len(self.rate_limits) < _MOST_RATE_LIMITS:  # noqa: PLR2004 - HTTP's own number
                self.rate_limits.append(got)
            if request.authorization is None:
                log.open_without_key = got.status not in _UNAUTHORIZED
            if not log.sample_request and got.status == 200:  # noqa: PLR2004 - HTTP's own number
                log.sample_request, log.sample_answer = got.curl, shorten(got.text)
