"""What kind of thing answers at the target: told apart before anything is judged."""

from __future__ import annotations

from dataclasses import dataclass
from importlib import import_module
from typing import TYPE_CHECKING, Literal

from conformance.exchange import Answer, NoAnswer, Request
from schemas import contract_names

if TYPE_CHECKING:
    from collections.abc import Sequence

    from conformance.plugin.options import Options
    from conformance.target import Target

State = Literal["unreachable", "not_deployed", "unauthorized", "unknown", "up"]

PROBES = (
    Request("GET", "/health"),
    Request("GET", "/"),
    Request("GET", "/v1/models"),
    Request("POST", "/ocr", form={}),
    Request("POST", "/foundationModels/v1/completion", json={}),
)


@dataclass(frozen=True)
class Recognition:
    """A contract that the target speaks, in which edition, and how that is known."""

    contract: str
    edition: str
    known_from: str


@dataclass(frozen=True)
class Reception:
    """How the target received the first requests."""

    state: State
    explanation: str = ""


def receive(target: Target) -> Reception:
    """Tell apart: unreachable, not deployed, unauthorized, up."""
    answers = target.together(PROBES)
    got = [answer for answer in answers if isinstance(answer, Answer)]
    if not got:
        first = next(answer for answer in answers if isinstance(answer, NoAnswer))
        return Reception(
            "unreachable",
            f"{target.public_url} gives no answer: {first.failure}: {first.detail}; "
            "check the address, the network and that the service is started",
        )
    statuses = {answer.status for answer in got}
    if statuses == {404}:
        return Reception(
            "not_deployed",
            f"{target.public_url} answers 404 on every path, /health included: "
            "the deployment is not running, or the address is another's",
        )
    if statuses <= {401, 403}:
        return Reception("unauthorized", _unauthorized(target, got))
    return Reception("up")


def _unauthorized(target: Target, got: Sequence[Answer]) -> str:
    status = got[0].status
    if target.key() is None:
        return (
            f"{target.public_url} answers {status} on every path: it wants an API key; "
            "name the variable that holds it with --api-key-env"
        )
    return (
        f"{target.public_url} answers {status} on every path although a key was sent: "
        "the key is wrong, has expired or lacks the right to call this service"
    )


def recognise(target: Target, options: Options) -> tuple[Recognition, ...]:
    """The contracts that the target speaks, of those that the user wants judged."""
    wanted = options.contracts or contract_names()
    found = (
        import_module(f"conformance.{name.replace('-', '_')}.recognition").recognise(
            target, options
        )
        for name in wanted
    )
    return tuple(one for one in found if one is not None)
