"""The service under test over one transport: calls out, outcomes in, tokens counted."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Protocol

from conformance.yandex import conversations as say
from conformance.yandex.methods import COMPLETION, EMBEDDING, FEW_SHOT, Call, completion, few_shot

if TYPE_CHECKING:
    from collections.abc import Sequence

    from conformance.plugin.options import Options
    from conformance.target import Target
    from conformance.yandex.methods import Json, Method
    from conformance.yandex.models import Models
    from conformance.yandex.outcome import Outcome

LABELS = ["chemistry", "history", "sport"]


class Transport(Protocol):
    """What carries calls."""

    name: str
    target: Target

    def send(self, call: Call) -> Outcome:
        """Make the call."""

    def reach(self) -> None:
        """Raise NotTestable where calls cannot be made at all."""


@dataclass
class Service:
    """The service over one transport.

    `completions` are all that were answered so far in this run, so that what holds of every
    answer is judged on every answer; `others` the same for the unary methods, `refusals` all
    that were not answered well.
    """

    transport: Transport
    models: Models
    options: Options
    edition: str
    completions: list[Outcome] = field(default_factory=list)
    refusals: list[Outcome] = field(default_factory=list)
    others: list[Outcome] = field(default_factory=list)

    @property
    def name(self) -> str:
        """`rest` or `grpc`."""
        return self.transport.name

    @property
    def target(self) -> Target:
        """The deployment."""
        return self.transport.target

    def codes(self, salt: str, count: int = 1) -> list[str]:
        """Codes for one check, others for each transport, so that no answer can be remembered."""
        return say.draw_codes(f"{self.options.seed} {self.name} {salt}", count)

    def send(self, call: Call) -> Outcome:
        """Make one call."""
        return self.note(self.transport.send(call))

    def together(self, calls: Sequence[Call], at_once: int | None = None) -> list[Outcome]:
        """Make calls concurrently, `at_once` (default: the run's concurrency) at a time."""
        if not calls:
            return []
        with ThreadPoolExecutor(min(len(calls), at_once or self.options.concurrency)) as pool:
            return list(pool.map(self.send, calls))

    def completing(self, messages: Sequence[Json], **options: Any) -> Call:
        """A completion by the run's model. Raises NotTestable where no model is known."""
        return completion(self.models.of(COMPLETION), *messages, **options)

    def embedding(self, text: str) -> Call:
        """An embedding by the run's model."""
        return Call(EMBEDDING, {"modelUri": self.models.of(EMBEDDING), "text": text})

    def classifying(self, text: str, labels: list[str] | None = None, **more: Any) -> Call:
        """A classification by the run's model."""
        return few_shot(self.models.of(FEW_SHOT), text, labels or LABELS, **more)

    def repeating(self, code: str, **options: Any) -> Call:
        """A completion whose answer is this code."""
        return self.completing(say.repeat(code), **options)

    def of_model(self, method: Method, **body: Any) -> Call:
        """A call of a method by its model."""
        return Call(method, {"modelUri": self.models.of(method), **body})

    def note(self, got: Outcome) -> Outcome:
        """Keep an outcome that was good, and count its tokens."""
        if got.is_good:
            kept = self.completions if got.call.method is COMPLETION else self.others
            kept.append(got)
            self.target.ledger.spent_tokens(got.last.cost)
        else:
            self.refusals.append(got)
        return got
