"""Calls over REST: a JSON body out, lines or one object back."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from conformance.exchange import Answer, NoAnswer, Request
from conformance.yandex.methods import OPERATION
from conformance.yandex.outcome import HTTP_OF_CODE, OK, Message, Outcome

if TYPE_CHECKING:
    from conformance.target import Target
    from conformance.yandex.methods import Call, Json

_CODE_OF_HTTP = {http: code for code, http in reversed(HTTP_OF_CODE.items())} | {500: 13}
_CODE_OF_FAILURE = {"timeout": 4}


def request_of(call: Call) -> Request:
    """The HTTP request of a call."""
    if call.method is OPERATION:
        path = f"{OPERATION.path}/{call.body['operationId']}"
        return Request("GET", path, headers=call.headers, authorization=call.authorization)
    if call.content is not None:
        headers = {"Content-Type": "application/json", **call.headers}
        return Request(
            "POST", call.method.path, headers=headers, content=call.content,
            authorization=call.authorization,
        )  # fmt: skip
    return Request(
        "POST", call.method.path, headers=call.headers, json=call.body,
        authorization=call.authorization,
    )  # fmt: skip


class Rest:
    """Sends calls through the target, which counts them and waits out rate limits."""

    name = "rest"

    def __init__(self, target: Target) -> None:
        self.target = target

    def reach(self) -> None:
        """Do nothing: a target that REST does not reach is never judged."""

    def send(self, call: Call) -> Outcome:
        """Make the call."""
        return outcome_of(call, self.target.send(request_of(call)))


def outcome_of(call: Call, got: Answer | NoAnswer) -> Outcome:
    """Read what came back."""
    if isinstance(got, NoAnswer):
        code = _CODE_OF_FAILURE.get(got.failure, 14)
        return Outcome(call, code, got.summary, (), got.elapsed_s, got.curl, got)
    if got.status != 200:  # noqa: PLR2004 - HTTP's own number
        said, detail = error_of(_parsed(got.body))
        code = said if said is not None else _CODE_OF_HTTP.get(got.status, 2)
        return Outcome(call, code, detail, (), got.elapsed_s, got.curl, got)
    messages: list[Message] = []
    code, detail = OK, ""
    for at_s, line in lines_of(got) if call.method.streams else [(got.elapsed_s, got.body)]:
        body = _parsed(line)
        if not isinstance(body, dict):
            code, detail = -1, "not a JSON object"
            break
        if "error" in body and "result" not in body and call.method is not OPERATION:
            said, detail = error_of(body)
            code = -1 if said is None or not messages else said
            break
        inner = body.get("result")
        messages.append(Message(inner if isinstance(inner, dict) else body, at_s))
    return Outcome(call, code, detail, tuple(messages), got.elapsed_s, got.curl, got)


def lines_of(answer: Answer) -> list[tuple[float, bytes]]:
    """The lines of a body that are not empty, each with the time at which it was complete."""
    found: list[tuple[float, bytes]] = []
    pending = b""
    at_s = answer.elapsed_s
    for at_s, piece in answer.chunks or ((answer.elapsed_s, answer.body),):
        *whole, pending = (pending + piece).split(b"\n")
        found += [(at_s, line) for line in whole if line.strip()]
    if pending.strip():
        found.append((at_s, pending))
    return found


def error_of(body: Any) -> tuple[int | None, str]:
    """The gRPC code and the message of an error in any of the three shapes, as far as they are."""
    if not isinstance(body, dict):
        return None, ""
    inner: Json = body["error"] if isinstance(body.get("error"), dict) else body
    code = inner.get("grpcCode", inner.get("code"))
    message = inner.get("message")
    known = isinstance(code, int) and not isinstance(code, bool) and code in HTTP_OF_CODE
    return code if known else None, message if isinstance(message, str) else ""


def _parsed(content: bytes) -> Any:
    try:
        return json.loads(content)
    except (ValueError, RecursionError):
        return None
