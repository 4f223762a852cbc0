"""A second thread that asks a service for its health all the time, as a platform's probe does."""

from __future__ import annotations

import threading
import time
from typing import TYPE_CHECKING, Self

import httpx

from reports.probes import Poll

if TYPE_CHECKING:
    from types import TracebackType

POLL_EVERY_S = 0.1
ANSWER_WITHIN_S = 5.0
"""As long as the platform's own probes wait; a longer block shows as several such polls."""
_READY = "ready"


class HealthWatch:
    """Polls `url` from the moment it is entered until it is left; times count from `since`."""

    def __init__(self, url: str, *, headers: dict[str, str], since: float, trust_env: bool) -> None:
        """`since` is a `time.monotonic()` reading; `trust_env` lets proxy variables apply."""
        self._url = url
        self._since = since
        # Like the kubelet: a connection for every probe, redirects not followed.
        self._client = httpx.Client(
            headers=headers,
            timeout=httpx.Timeout(ANSWER_WITHIN_S),
            limits=httpx.Limits(max_keepalive_connections=0),
            trust_env=trust_env,
        )
        self._polls: list[Poll] = []
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._poll_on, name="health-watch", daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.finish()

    def finish(self) -> None:
        """Stop polling: from here on the service may go away."""
        self._over.set()
        self._thread.join(ANSWER_WITHIN_S + 1)
        self._client.close()

    @property
    def polls(self) -> tuple[Poll, ...]:
        return tuple(self._polls)

    @property
    def last(self) -> Poll | None:
        return self._polls[-1] if self._polls else None

    def healthy(self) -> bool:
        return any(poll.status == httpx.codes.OK for poll in self._polls)

    def ready_s(self) -> float | None:
        """When the engine was first called ready."""
        return next((p.settled_s for p in self._polls if p.engine == _READY), None)

    def _poll_on(self) -> None:
        while not self._over.is_set():
            poll = self._poll()
            if not self._over.is_set():
                self._polls.append(poll)
            self._over.wait(max(0.0, POLL_EVERY_S - (poll.settled_s - poll.sent_s)))

    def _poll(self) -> Poll:
        sent = self._age()
        try:
            answer = self._client.get(self._url)
        except (httpx.ConnectError, httpx.ConnectTimeout):
            return Poll(sent, self._age(), connected=False, status=None)
        except httpx.TransportError:
            return Poll(sent, self._age(), connected=True, status=None)
        return Poll(sent, self._age(), True, answer.status_code, _engine(answer))  # noqa: FBT003 - connected

    def _age(self) -> float:
        return round(time.monotonic() - self._since, 3)


def _engine(answer: httpx.Response) -> str | None:
    """What the OCR service's /health says of its engine; None for any other service."""
    try:
        body = answer.json()
    except ValueError:
        return None
    engine = body.get("paddleocr") if isinstance(body, dict) else None
    return engine if isinstance(engine, str) else None
