"""One request, what came back, and what is to be thought of it."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple, Protocol

import msgspec

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from load.dice import Dice
    from reports.load_result import OutcomeKind

SUCCESS = "ok"
CENSORED = "censored"
SHED = "shed"
SHED_STATUSES = (429, 503)
_OK = range(200, 300)


class Answer(msgspec.Struct, frozen=True):
    """What came back. Times are seconds of the process's monotonic clock.

    A streamed answer keeps its lines with the time at which the last byte of each arrived.
    """

    status: int
    body: bytes
    sent_at: float
    first_byte_at: float
    done_at: float
    lines: tuple[tuple[float, bytes], ...] = ()
    retry_after: str | None = None


class Judgement(msgspec.Struct, frozen=True):
    """Whether the answer is right, and what was measured in it.

    `token_times` are the moments at which text arrived (seconds of the same clock) and
    `token_counts` how many tokens came at each.
    """

    outcome: str = SUCCESS
    kind: OutcomeKind = "success"
    detail: str = ""
    content_judged: bool = True
    pages: int = 0
    tokens: int = 0
    character_error_rate: float | None = None
    token_times: tuple[float, ...] = ()
    token_counts: tuple[int, ...] = ()

    @property
    def right(self) -> bool:
        """Whether the answer may be counted as a success."""
        return self.kind == "success"


def violation(outcome: str, detail: str) -> Judgement:
    """The answer came, and is wrong."""
    return Judgement(outcome=outcome, kind="violation", detail=detail)


class CallError(Exception):
    """No usable answer came; `outcome` is a short name from a small, closed set."""

    def __init__(self, outcome: str, detail: str) -> None:
        super().__init__(detail)
        self.outcome = outcome


class Call(Protocol):
    """One request that is ready to be sent."""

    @property
    def sent_bytes(self) -> int:
        """The size of what is sent."""

    def send(self, link: Link) -> Answer:
        """Send it and wait for the whole answer. Raises CallError."""

    def judge(self, answer: Answer) -> Judgement:
        """Say whether a complete answer with a good status is right."""


class Link(Protocol):
    """The way to the target: a pool of connections."""

    def post(
        self, path: str, body: bytes, headers: Mapping[str, str], *, stream: bool = False
    ) -> Answer:
        """Send one HTTP request. Raises CallError."""

    def get(self, path: str) -> Answer:
        """Fetch a path. Raises CallError."""

    def close(self) -> None:
        """Close every connection."""


class Operation(NamedTuple):
    """One kind of request of a scenario and how often it comes, relative to the others.

    `unavailable` says why it cannot be sent in this run, if it cannot.
    """

    name: str
    weight: float
    build: Callable[[Dice], Call]
    unavailable: str = ""


class Post(msgspec.Struct, frozen=True):
    """An HTTP POST of bytes that were encoded beforehand."""

    path: str
    body: bytes
    content_type: str
    opinion: Callable[[Answer], Judgement]
    stream: bool = False

    @property
    def sent_bytes(self) -> int:
        """The size of the body."""
        return len(self.body)

    def send(self, link: Link) -> Answer:
        """Send it and wait for the whole answer. Raises CallError."""
        headers = {"Content-Type": self.content_type}
        return link.post(self.path, self.body, headers, stream=self.stream)

    def judge(self, answer: Answer) -> Judgement:
        """The scenario's opinion of a 2xx answer."""
        return self.opinion(answer)


def judge_status(answer: Answer, *, overload: bool) -> Judgement | None:
    """What the status alone decides: None if the answer deserves a closer look.

    While an overload is deliberate, a refusal that says when to come back is good behaviour.
    """
    if answer.status in _OK:
        return None
    if overload and answer.status in SHED_STATUSES:
        if answer.retry_after is not None:
            return Judgement(outcome=SHED, kind="shed")
        return violation(
            "shed_without_retry_after", f"{answer.status} under overload without Retry-After"
        )
    return Judgement(
        outcome=f"http_{answer.status}",
        kind="failure",
        detail=answer.body[:200].decode("utf-8", "replace"),
    )


def judge_failure(error: CallError, *, overload: bool) -> Judgement:
    """What a request came to that got no whole answer.

    Over gRPC a refusal is an error as well. It carries no Retry-After; its code says as much.
    """
    if overload and error.outcome == "grpc_resource_exhausted":
        return Judgement(outcome=SHED, kind="shed")
    return Judgement(outcome=error.outcome, kind="failure", detail=str(error))
