"""A request, and what became of it: an answer, or no answer and why."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Literal

if TYPE_CHECKING:
    from collections.abc import Mapping

SHORT = 400

Failure = Literal["refused", "connect_timeout", "timeout", "disconnected", "protocol", "tls", "dns"]


@dataclass(frozen=True, slots=True)
class Part:
    """One part of a multipart form."""

    name: str
    content: bytes
    filename: str | None = None
    media_type: str | None = None


@dataclass(frozen=True, slots=True)
class Request:
    """An HTTP request by its meaning. At most one of json, form, parts and content is set.

    `authorization` is "key" for the run's own key, None for no header at all, or the literal
    header value to send.
    """

    method: str
    path: str
    headers: Mapping[str, str] = field(default_factory=dict)
    json: Any = None
    form: Mapping[str, str] | None = None
    parts: tuple[Part, ...] | None = None
    content: bytes | None = None
    authorization: str | None = "key"
    timeout_s: float | None = None


class Unexpected(Exception):
    """The target's answer cannot be what the contract promises, so the check cannot go on."""

    def __init__(self, *, expected: str, got: str, by: Answer | NoAnswer | str) -> None:
        super().__init__(f"expected {expected}, got {got}")
        self.expected, self.got, self.by = expected, got, by


@dataclass(frozen=True, slots=True)
class Answer:
    """What came back. Times are seconds from the moment the request was sent.

    `chunks` are the pieces of the body as they arrived, each with its time.
    """

    request: Request
    status: int
    headers: Mapping[str, str]
    body: bytes
    elapsed_s: float
    curl: str
    chunks: tuple[tuple[float, bytes], ...] = ()
    http_version: str = "HTTP/1.1"

    @property
    def text(self) -> str:
        """The body as UTF-8, whatever does not decode replaced."""
        return self.body.decode("utf-8", errors="replace")

    @property
    def json(self) -> Any:
        """The body parsed as JSON. Raises Unexpected when it is not."""
        try:
            return parse_json(self.body)
        except ValueError:
            raise Unexpected(expected="a JSON body", got=self.summary, by=self) from None

    @property
    def summary(self) -> str:
        """Status and the beginning of the body, for a report."""
        return f"status {self.status}, body {shorten(self.text)}"

    def expect(self, *statuses: int) -> Answer:
        """Return this answer if its status is one of these. Raises Unexpected otherwise."""
        if self.status not in statuses:
            wanted = " or ".join(str(status) for status in statuses)
            raise Unexpected(expected=f"status {wanted}", got=self.summary, by=self)
        return self


@dataclass(frozen=True, slots=True)
class NoAnswer:
    """The target gave no answer to this request."""

    request: Request
    failure: Failure
    detail: str
    elapsed_s: float
    curl: str

    @property
    def summary(self) -> str:
        """What happened instead, for a report."""
        return (
            f"no answer after {self.elapsed_s:.1f} s: {self.failure} ({shorten(self.detail, 120)})"
        )


def parse_json(body: bytes | str) -> Any:
    """JSON as any parser takes it. Raises ValueError for the rest.

    NaN and Infinity are Python's own; nesting without end and numbers of thousands of digits are
    an attack.
    """
    try:
        return json.loads(body, parse_constant=_no_json)
    except RecursionError:
        raise ValueError("nested too deeply") from None


def _no_json(constant: str) -> None:
    raise ValueError(f"{constant} is no JSON")


def answered(got: Answer | NoAnswer) -> Answer:
    """The answer. Raises Unexpected when there is none."""
    if isinstance(got, NoAnswer):
        raise Unexpected(expected="an answer", got=got.summary, by=got)
    return got


def shorten(text: str, limit: int = SHORT) -> str:
    """The text on one line, cut in the middle when it is longer than `limit` characters."""
    line = text.replace("\r", "\\r").replace("\n", "\\n")
    if len(line) <= limit:
        return line
    head, tail = limit * 2 // 3, limit // 3
    return f"{line[:head]} …({len(line) - head - tail} more)… {line[-tail:]}"
