"""Completions fetched later (ext): the operation is found, comes to its end, and holds the answer."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from conformance.yandex import conversations as say
from conformance.yandex.extensions import offered
from conformance.yandex.methods import ASYNC, OPERATION, Call
from conformance.yandex.outcome import INVALID_ARGUMENT, NOT_FOUND, Message
from conformance.yandex.transports import Claims, over_both

if TYPE_CHECKING:
    from conformance.yandex.outcome import Outcome
    from conformance.yandex.service import Service

LIMIT_S = 60.0
POLL_S = (0.0, 0.05, 0.2, 0.5, 1.0, 2.0)


def _fetch(service: Service, identity: str) -> Outcome:
    """Ask for the operation until it is done, or the time is up."""
    deadline = time.monotonic() + LIMIT_S
    for attempt in range(1000):
        got = service.send(Call(OPERATION, {"operationId": identity}))
        done = got.is_good and got.last.body.get("done") is True
        if done or not got.is_good or time.monotonic() > deadline:
            break
        time.sleep(POLL_S[min(attempt, len(POLL_S) - 1)])
    return got


@over_both(*(f"ASYNC-{number}" for number in range(1, 9)))
def test_operation(service: Service, claim: Claims) -> None:
    code = service.codes("async")[0]
    body = {
        name: value for name, value in service.repeating(code).body.items() if name != "modelUri"
    }
    call = service.of_model(ASYNC, **body)
    begun = offered(service.send(call))
    identity = begun.last.body.get("id")
    known = isinstance(identity, str) and bool(identity)
    claim("ASYNC-1", known, expected="an operation with an id", got=begun.summary, by=begun)
    claim.refused("ASYNC-7", service.send(call.but(modelUri=None)), INVALID_ARGUMENT)
    unknown = Call(OPERATION, {"operationId": "no-such-operation"})
    claim.refused("ASYNC-8", service.send(unknown), NOT_FOUND)
    got = _fetch(service, str(identity))
    claim.answered("ASYNC-2", got)
    operation = got.last.body
    done = operation.get("done") is True
    claim("ASYNC-3", done, expected=f"done within {LIMIT_S:g} s", got=got.summary, by=got)
    response = operation.get("response")
    held = isinstance(response, dict) != isinstance(operation.get("error"), dict)
    claim("ASYNC-4", held, expected="a response or an error", got=got.summary, by=got)
    answer = Message(response if isinstance(response, dict) else {}, got.elapsed_s)
    own = say.holds_code(answer.text, code)
    claim("ASYNC-5", own, expected=f"the code {code}", got=answer.text, by=got)
    counts = (answer.input_tokens, answer.completion_tokens, answer.total_tokens)
    adds_up = None not in counts and (counts[0] or 0) + (counts[1] or 0) == counts[2]
    claim("ASYNC-6", adds_up, expected="a total that is the sum", got=f"{counts}", by=got)
