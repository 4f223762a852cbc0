"""Outcomes that many checks look at, each had once for all of them."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

from conformance.yandex import conversations as say
from conformance.yandex.methods import COMPLETION, EMBEDDING, FEW_SHOT
from conformance.yandex.recognition import TEXT

if TYPE_CHECKING:
    from collections.abc import Mapping

    from conformance.yandex.outcome import Outcome
    from conformance.yandex.service import Service

LIMIT = 8
"""Tokens that cannot hold the count to 60, whatever the tokenizer."""


@dataclass
class Samples:
    """Over REST the first of each method was had when the target was recognised."""

    service: Service
    first: Mapping[str, Outcome]

    @cached_property
    def code(self) -> str:
        """The code that `plain` has to repeat."""
        return say.draw_codes(self.service.options.seed, 1)[0]

    @cached_property
    def plain(self) -> Outcome:
        """A short completion, not streamed."""
        if COMPLETION.name in self.first:
            return self.first[COMPLETION.name]
        return self.service.send(self.service.repeating(self.code))

    @cached_property
    def streamed(self) -> Outcome:
        """A long completion, streamed to its end."""
        return self.service.send(self.service.completing(say.counting(), stream=True))

    @cached_property
    def cut(self) -> Outcome:
        """A long completion, stopped by its limit."""
        call = self.service.completing(say.counting(), max_tokens=LIMIT)
        return self.service.send(call)

    @cached_property
    def cut_stream(self) -> Outcome:
        """A long completion, streamed and stopped by its limit."""
        call = self.service.completing(say.counting(), max_tokens=LIMIT, stream=True)
        return self.service.send(call)

    @cached_property
    def embedded(self) -> Outcome:
        """The embedding of TEXT."""
        if EMBEDDING.name in self.first:
            return self.first[EMBEDDING.name]
        return self.service.send(self.service.embedding(TEXT))

    @cached_property
    def classified(self) -> Outcome:
        """The classification of TEXT."""
        if FEW_SHOT.name in self.first:
            return self.first[FEW_SHOT.name]
        return self.service.send(self.service.classifying(TEXT))
