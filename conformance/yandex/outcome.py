"""What a call came to, in one form whichever transport carried it.

Reading is forgiving, so that one wrong field does not hide what the others say; what cannot be
used at all raises Unexpected.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from conformance.exchange import Answer, NoAnswer, Unexpected, shorten
from conformance.judging import NotTestable

if TYPE_CHECKING:
    from conformance.yandex.methods import Call, Json

OK, INVALID_ARGUMENT, NOT_FOUND, RESOURCE_EXHAUSTED, UNIMPLEMENTED = 0, 3, 5, 8, 12
UNAUTHENTICATED = 16
RATE_LIMITED = "the target limits its rate and did not relent: lower --concurrency, or ask for more"
HTTP_OF_CODE = {
    1: 499, 2: 500, 3: 400, 4: 504, 5: 404, 6: 409, 7: 403, 8: 429, 9: 400, 10: 409, 11: 400,
    12: 501, 13: 500, 14: 503, 15: 500, 16: 401,
}  # fmt: skip
"""As grpc-gateway maps them; the contract names 3, 4, 7, 8, 12, 13, 14 and 16."""
CODE_NAMES = (
    "OK", "CANCELLED", "UNKNOWN", "INVALID_ARGUMENT", "DEADLINE_EXCEEDED", "NOT_FOUND",
    "ALREADY_EXISTS", "PERMISSION_DENIED", "RESOURCE_EXHAUSTED", "FAILED_PRECONDITION", "ABORTED",
    "OUT_OF_RANGE", "UNIMPLEMENTED", "INTERNAL", "UNAVAILABLE", "DATA_LOSS", "UNAUTHENTICATED",
)  # fmt: skip
SERVER_FAULTS = frozenset({2, 13, 14, 15})
FINAL_STATUSES = frozenset(
    f"ALTERNATIVE_STATUS_{name}"
    for name in ("FINAL", "TRUNCATED_FINAL", "CONTENT_FILTER", "TOOL_CALLS")
)


def named(code: int) -> str:
    """The code with its name."""
    return f"{code} ({CODE_NAMES[code]})" if 0 <= code < len(CODE_NAMES) else str(code)


@dataclass(frozen=True, slots=True)
class Message:
    """One message of an answer, in proto3 JSON; `at_s` is its arrival after the request."""

    body: Json
    at_s: float

    @property
    def alternatives(self) -> list[Json]:
        """The alternatives that are objects."""
        found = self.body.get("alternatives")
        return [one for one in found if isinstance(one, dict)] if isinstance(found, list) else []

    @property
    def text(self) -> str:
        """The text of the first alternative, or nothing."""
        text = self._first("message").get("text")
        return text if isinstance(text, str) else ""

    @property
    def roles(self) -> list[Any]:
        """The role of every alternative."""
        messages = (one.get("message") for one in self.alternatives)
        return [one.get("role") if isinstance(one, dict) else None for one in messages]

    @property
    def status(self) -> Any:
        """The status of the first alternative, without the prefix of the enumeration."""
        status = self.alternatives[0].get("status") if self.alternatives else None
        return status.removeprefix("ALTERNATIVE_STATUS_") if isinstance(status, str) else status

    @property
    def is_final(self) -> bool:
        """Whether the status is one that ends an answer."""
        return f"ALTERNATIVE_STATUS_{self.status}" in FINAL_STATUSES

    @property
    def input_tokens(self) -> int | None:
        """usage.inputTextTokens."""
        return self._usage("inputTextTokens")

    @property
    def completion_tokens(self) -> int | None:
        """usage.completionTokens."""
        return self._usage("completionTokens")

    @property
    def total_tokens(self) -> int | None:
        """usage.totalTokens."""
        return self._usage("totalTokens")

    @property
    def model_version(self) -> Any:
        """The version of the model."""
        return self.body.get("modelVersion")

    @property
    def cost(self) -> int:
        """The tokens that this answer says it has cost."""
        counted = (count(self.body.get(name)) for name in ("numTokens", "inputTokens"))
        return self.total_tokens or next((one for one in counted if one), 0)

    def _usage(self, name: str) -> int | None:
        usage = self.body.get("usage")
        return count(usage.get(name)) if isinstance(usage, dict) else None

    def _first(self, name: str) -> Json:
        found = self.alternatives[0].get(name) if self.alternatives else None
        return found if isinstance(found, dict) else {}


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of a call: messages, or a code and what it said, or both for a broken stream.

    `code` is -1 where the answer could not be read. `answer` is there over REST only, `metadata`
    over gRPC only. `reproduce` is a command line.
    """

    call: Call
    code: int
    detail: str
    messages: tuple[Message, ...]
    elapsed_s: float
    reproduce: str
    answer: Answer | NoAnswer | None = None
    metadata: tuple[tuple[str, str], ...] = ()

    @property
    def is_good(self) -> bool:
        """Whether the call was answered as it should be."""
        return self.code == OK and bool(self.messages)

    @property
    def last(self) -> Message:
        """The last message. Raises Unexpected where the call was not answered well."""
        return self.good().messages[-1]

    @property
    def summary(self) -> str:
        """What came, for a report."""
        if self.answer is not None:
            return self.answer.summary
        if self.code != OK:
            return f"code {named(self.code)}: {shorten(self.detail)}"
        last = shorten(repr(self.messages[-1].body)) if self.messages else "nothing"
        return f"{len(self.messages)} messages, the last {last}"

    def good(self) -> Outcome:
        """Itself, if the call was answered. Raises Unexpected otherwise.

        Raises NotTestable where the target would not be asked any more just then.
        """
        if self.code == RESOURCE_EXHAUSTED:
            raise NotTestable(RATE_LIMITED, "prerequisite")
        if not self.is_good:
            wanted = "an answer with at least one message"
            raise Unexpected(expected=wanted, got=self.summary, by=self.reproduce)
        return self

    def refused_with(self, *codes: int) -> bool:
        """Whether it was refused with one of these codes, over REST with its status code as well."""
        if isinstance(self.answer, NoAnswer) or self.code not in codes:
            return False
        return self.answer is None or self.answer.status in {HTTP_OF_CODE[one] for one in codes}

    @property
    def broke_something(self) -> bool:
        """Whether this is the server's own failure, or no answer at all."""
        if isinstance(self.answer, NoAnswer):
            return True
        return self.code in SERVER_FAULTS or self.code < 0


def count(value: Any) -> int | None:
    """An int64 of an answer, be it a text or a number."""
    if isinstance(value, bool):
        return None
    if isinstance(value, int):
        return value
    return int(value) if isinstance(value, str) and value.lstrip("-").isdecimal() else None


def number(value: Any) -> float | None:
    """A double of an answer, be it a text or a number."""
    if isinstance(value, bool) or not isinstance(value, int | float | str):
        return None
    try:
        return float(value)
    except ValueError:
        return None


def vector(body: Json) -> list[float]:
    """The embedding; empty where it is not a list of numbers."""
    found = body.get("embedding")
    numbers = [number(one) for one in found] if isinstance(found, list) else []
    return [one for one in numbers if one is not None] if None not in numbers else []


def predictions(body: Json) -> list[tuple[Any, float | None]]:
    """Labels and confidences in the order of the answer."""
    found = body.get("predictions")
    rows = [one for one in found if isinstance(one, dict)] if isinstance(found, list) else []
    return [(row.get("label"), number(row.get("confidence"))) for row in rows]
