"""The deployment under test: every request of the suite goes through here, counted and bounded."""

from __future__ import annotations

import ssl
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import TYPE_CHECKING
from urllib.parse import quote, urlsplit

import httpx

from conformance.curl import EvidenceFiles, curl_line
from conformance.exchange import Answer, Failure, NoAnswer, Request, answered
from conformance.ledger import Ledger
from conformance.redaction import Redactor, public_url, url_secrets

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

LARGEST_BODY = 64 << 20
LONGEST_RATE_LIMIT_WAIT_S = 20.0
RATE_LIMIT_TRIES = 4
_AS_WRITTEN = "/:?#[]@!$&'()*+,;=%-._~\\"
_ANSWER_BEGUN = "http11.receive_response_headers.complete"
_MAY_BE_GONE = ("refused", "dns", "disconnected")
_LOST_PAUSES_S = (0.1, 0.4, 1.0)


class CutShort(Exception):
    """The run cannot go on; `why` is the word for it in the result model."""

    why: str = "interrupted"


class RequestsSpent(CutShort):
    """The number of requests that the user allowed has been sent."""

    why = "requests_spent"


class TimeSpent(CutShort):
    """The time that the user allowed has passed."""

    why = "time_spent"


class TargetLost(CutShort):
    """The target answered before and does not any more."""

    why = "target_lost"

    def __init__(self, message: str, last: NoAnswer) -> None:
        super().__init__(message)
        self.last = last


@dataclass(frozen=True)
class Budget:
    """What the run may cost; None is no limit."""

    max_requests: int | None = None
    time_s: float | None = None


@dataclass
class Target:
    """A base URL with a key, and the means to send requests to it.

    `key` is called for every request, so that a token may be renewed in mid-run; `renew_key` is
    told a key that got 401, and says whether there is another to try once more with.
    """

    base_url: str
    key: Callable[[], str | None] = lambda: None
    renew_key: Callable[[str], bool] | None = None
    budget: Budget = field(default_factory=Budget)
    timeout_s: float = 120.0
    concurrency: int = 8
    verify: ssl.SSLContext | bool = True
    secrets: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        parts = urlsplit(self.base_url)
        host = parts.netloc.rpartition("@")[2]
        self.public_url = public_url(self.base_url).rstrip("/")
        self._origin = f"{parts.scheme}://{host}"
        self._root = self._origin + parts.path.rstrip("/")
        self._query = parts.query
        self._userinfo = (
            httpx.BasicAuth(parts.username, parts.password or "") if parts.username else None
        )
        self.redact = Redactor.of(self.key(), *self.secrets, *url_secrets(self.base_url))
        self.evidence = EvidenceFiles()
        self.ledger = Ledger()
        self._started = time.monotonic()
        self._count_lock = threading.Lock()
        self._client = httpx.Client(
            timeout=self.timeout_s,
            verify=self.verify,
            follow_redirects=False,
            trust_env=False,
            limits=httpx.Limits(max_connections=256, max_keepalive_connections=64),
        )

    def close(self) -> None:
        """Close every connection."""
        self._client.close()

    @property
    def is_local(self) -> bool:
        """Whether the target runs on this machine, as its address says."""
        return urlsplit(self._root).hostname in ("localhost", "127.0.0.1", "::1")

    def send(self, request: Request) -> Answer | NoAnswer:
        """Send one request; being limited in rate is waited out and counted.

        Raises RequestsSpent, TimeSpent or TargetLost.
        """
        for attempt in range(1, RATE_LIMIT_TRIES + 1):
            got = self._send_with_good_key(request)
            if isinstance(got, NoAnswer) and got.failure in _MAY_BE_GONE:
                self._still_there(got)
            wait_s = _rate_limit_wait(got) if attempt < RATE_LIMIT_TRIES else None
            if wait_s is None or not self.time_left(wait_s):
                break
            self.ledger.rate_limited()
            time.sleep(wait_s)
        return got

    def ask(self, request: Request) -> Answer:
        """Send one request that must be answered. Raises Unexpected when it is not."""
        return answered(self.send(request))

    def together(
        self, requests: Sequence[Request], at_once: int | None = None
    ) -> list[Answer | NoAnswer]:
        """Send requests concurrently, `at_once` (default: the run's concurrency) at a time."""
        if not requests:
            return []
        workers = min(len(requests), at_once or self.concurrency)
        with ThreadPoolExecutor(workers) as pool:
            return list(pool.map(self.send, requests))

    def curl(self, request: Request) -> str:
        """The command that repeats this request."""
        return self.redact(curl_line(self.public_url, request, self.evidence))

    def _send_with_good_key(self, request: Request) -> Answer | NoAnswer:
        if request.authorization != "key" or (key := self.key()) is None:
            return self._send_once(request)
        self.redact.learn(key)
        got = self._send_once(request)
        unauthorized = isinstance(got, Answer) and got.status == httpx.codes.UNAUTHORIZED
        if unauthorized and self.renew_key is not None and self.renew_key(key):
            self.redact.learn(self.key())
            return self._send_once(request)
        return got

    def _send_once(self, request: Request) -> Answer | NoAnswer:
        self.charge()
        built = self._built(request)
        seen: set[str] = set()
        built.extensions["trace"] = lambda event, _about: seen.add(event)
        started = time.monotonic()
        deadline_s = request.timeout_s or self.timeout_s
        try:
            response = self._client.send(built, stream=True, auth=self._auth(request))
            try:
                chunks = tuple(_chunks(response, started, deadline_s))
            finally:
                response.close()
        except _BodyTooLarge:
            got: Answer | NoAnswer = self._failed(request, started, "protocol", "endless body")
        except httpx.LocalProtocolError:
            raise  # a request that cannot be sent is a fault of the check, not of the target
        except (httpx.HTTPError, ssl.SSLError) as error:
            if _failure_of(error) == "disconnected" and _was_stale(seen):
                return self._send_once(request)
            got = self._failed(request, started, _failure_of(error), str(error) or repr(error))
        else:
            got = Answer(
                request=request,
                status=response.status_code,
                headers=response.headers,
                body=b"".join(data for _, data in chunks),
                elapsed_s=time.monotonic() - started,
                curl=self.curl(request),
                chunks=chunks,
                http_version=response.http_version,
            )
        self.ledger.record(got, sent_bytes=int(built.headers.get("content-length", 0)))
        return got

    def _built(self, request: Request) -> httpx.Request:
        headers = dict(request.headers)
        if request.authorization == "key":
            if key := self.key():
                headers["Authorization"] = f"Bearer {key}"
        elif request.authorization is not None:
            headers["Authorization"] = request.authorization
        path, _, query = request.path.partition("?")
        url = self._root + path
        if joined := "&".join(part for part in (query, self._query) if part):
            url += "?" + joined
        deadline_s = request.timeout_s or self.timeout_s
        return self._client.build_request(
            request.method,
            url,
            headers=headers,
            json=request.json,
            data=request.form,
            files=[
                (part.name, (part.filename, part.content, part.media_type))
                for part in request.parts
            ]
            if request.parts is not None
            else None,
            content=request.content,
            timeout=deadline_s,
            # As written: a client that tidied "../" away would hide what a server makes of it.
            extensions={"target": quote(url.removeprefix(self._origin), safe=_AS_WRITTEN).encode()},
        )

    def _auth(self, request: Request) -> httpx.Auth | None:
        return self._userinfo if request.authorization == "key" and not self.key() else None

    def _failed(self, request: Request, started: float, failure: Failure, detail: str) -> NoAnswer:
        return NoAnswer(
            request=request,
            failure=failure,
            detail=self.redact(detail),
            elapsed_s=time.monotonic() - started,
            curl=self.curl(request),
        )

    def charge(self) -> None:
        """Count one request before it is sent. Raises RequestsSpent or TimeSpent."""
        if not self.time_left(0.0):
            raise TimeSpent(f"the time budget of {self.budget.time_s:g} s is spent")
        with self._count_lock:
            spent, allowed = self.ledger.started, self.budget.max_requests
            if allowed is not None and spent >= allowed:
                raise RequestsSpent(f"the limit of {allowed} requests is spent")
            self.ledger.started += 1

    def time_left(self, wait_s: float) -> bool:
        """Whether the time budget has room for a wait of so many seconds."""
        allowed = self.budget.time_s
        return allowed is None or time.monotonic() - self._started + wait_s < allowed

    def _still_there(self, failed: NoAnswer) -> None:
        """Raise TargetLost unless the target answers anything at all."""
        if not self.ledger.answered:
            return
        for pause_s in _LOST_PAUSES_S:
            time.sleep(pause_s)
            try:
                self._client.get(self._root + "/health", timeout=5.0)
            except httpx.TransportError:
                continue
            return
        raise TargetLost(f"{self.public_url} stopped answering: {failed.detail}", failed)


class _BodyTooLarge(Exception):
    """The answer's body has no end in sight."""


def _chunks(
    response: httpx.Response, started: float, deadline_s: float
) -> Iterator[tuple[float, bytes]]:
    """The body as it arrives, with arrival times in seconds since the request was sent."""
    received = 0
    for data in response.iter_bytes():
        at_s = time.monotonic() - started
        received += len(data)
        if received > LARGEST_BODY:
            raise _BodyTooLarge
        if at_s > deadline_s:
            raise httpx.ReadTimeout(f"the body was not complete after {deadline_s:g} s")
        yield at_s, data


def _was_stale(seen: set[str]) -> bool:
    """Whether a kept connection had been closed by the server before it saw this request.

    `seen` are the events of the exchange. A crash at the request shows on a new connection too,
    which is what the request is then sent over.
    """
    return not {"connection.connect_tcp.started", _ANSWER_BEGUN} & seen


def _failure_of(error: Exception) -> Failure:
    text = str(error).lower()
    if isinstance(error, httpx.TimeoutException):
        return "connect_timeout" if isinstance(error, httpx.ConnectTimeout) else "timeout"
    if isinstance(error, ssl.SSLError) or "ssl" in text or "certificate" in text:
        return "tls"
    if isinstance(error, httpx.ConnectError):
        unresolved = ("name or service", "nodename", "getaddrinfo", "name resolution")
        return "dns" if any(part in text for part in unresolved) else "refused"
    if isinstance(error, httpx.RemoteProtocolError) and "disconnected" not in text:
        return "protocol"
    return (
        "disconnected"
        if isinstance(error, httpx.NetworkError | httpx.RemoteProtocolError)
        else "protocol"
    )


def _rate_limit_wait(got: Answer | NoAnswer) -> float | None:
    """Seconds to wait before asking again, or None when this is no passing rate limit."""
    if isinstance(got, NoAnswer) or got.status != httpx.codes.TOO_MANY_REQUESTS:
        return None
    try:
        wait_s = float(got.headers.get("retry-after", "1"))
    except ValueError:
        return 1.0
    return wait_s if 0 <= wait_s <= LONGEST_RATE_LIMIT_WAIT_S else None
