"""Requests drawn at random over both transports: valid ones answered, invalid ones refused."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from conformance.drawing import counterexample
from conformance.yandex.methods import COMPLETION, EMBEDDING, FEW_SHOT, Call
from conformance.yandex.outcome import INVALID_ARGUMENT, count, predictions, vector
from conformance.yandex.transports import Claims, over_both

if TYPE_CHECKING:
    from conformance.yandex.drawn import Wrong
    from conformance.yandex.outcome import Outcome
    from conformance.yandex.service import Service

COUNT = {"quick": 0, "standard": 60, "thorough": 400}
SUM_TOLERANCE = 1e-3


def fault_of_answer(call: Call, got: Outcome) -> str | None:
    """What is wrong with the answer to a valid call, or None."""
    if not got.is_good:
        return got.summary
    body = got.last.body
    if call.method is COMPLETION:
        return _fault_of_completion(call, got)
    if call.method is EMBEDDING:
        numbers = vector(body)
        whole = bool(numbers) and all(map(math.isfinite, numbers)) and any(numbers)
        return None if whole else got.summary
    found = predictions(body)
    labels = sorted(str(label) for label, _ in found)
    total = math.fsum(confidence or 0 for _, confidence in found)
    right = labels == sorted(call.body["labels"]) and abs(total - 1) <= SUM_TOLERANCE
    return None if right else got.summary


def _fault_of_completion(call: Call, got: Outcome) -> str | None:
    limit = count(call.body["completionOptions"]["maxTokens"])
    for message in got.messages:
        given, made, total = message.input_tokens, message.completion_tokens, message.total_tokens
        if given is None or made is None or given + made != total:
            return f"usage {given} + {made} is not {total}"
        if limit is not None and made > limit:
            return f"{made} completionTokens of {limit} allowed"
    if not got.last.is_final:
        return f"the last status is {got.last.status}"
    return None


def _be_ready(service: Service) -> None:
    """Raise NotTestable here, where Hypothesis does not see it."""
    service.transport.reach()
    for method in (COMPLETION, EMBEDDING, FEW_SHOT):
        service.models.of(method)


@over_both("ROBUST-7")
def test_valid(service: Service, claim: Claims) -> None:
    from conformance.yandex.drawn import valid_calls

    _be_ready(service)
    found = counterexample(
        service,
        valid_calls(service.models),
        lambda call: call,
        fault_of_answer,
        count=COUNT[service.options.depth],
        seed=service.options.seed,
    )
    claim(
        "ROBUST-7",
        found is None,
        expected="an answer that keeps the contract",
        got=found.fault if found else "",
        by=found.got if found else None,
    )


@over_both("ROBUST-8")
def test_invalid(service: Service, claim: Claims) -> None:
    from conformance.yandex.drawn import invalid_calls

    _be_ready(service)

    def fault_of(_wrong: Wrong, got: Outcome) -> str | None:
        return None if got.refused_with(INVALID_ARGUMENT) else got.summary

    found = counterexample(
        service,
        invalid_calls(service.models),
        lambda wrong: wrong.call,
        fault_of,
        count=COUNT[service.options.depth],
        seed=service.options.seed,
    )
    claim(
        "ROBUST-8",
        found is None,
        expected=f"a refusal with code 3 where {found.example.what if found else 'anything'} is wrong",
        got=found.fault if found else "",
        by=found.got if found else None,
    )
