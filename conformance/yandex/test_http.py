"""HTTP itself: old clients, kept connections, content types, ids, methods and paths."""

from __future__ import annotations

from typing import TYPE_CHECKING

from conformance.exchange import Answer, Request
from conformance.judging import Judge, decides
from conformance.yandex import conversations as say
from conformance.yandex.methods import COMPLETION, EMBEDDING, FEW_SHOT
from conformance.yandex.raw_http import Line, RawAnswer
from conformance.yandex.rest import request_of

if TYPE_CHECKING:
    from conformance.yandex.methods import Call
    from conformance.yandex.samples import Samples
    from conformance.yandex.service import Service

_METHODS = (COMPLETION, EMBEDDING, FEW_SHOT)


def _curl(service: Service, call: Call, option: str) -> str:
    return service.target.curl(request_of(call)).replace("curl ", f"curl {option} ", 1)


@decides("YC-HTTP-1", "YC-HTTP-3", "YC-HTTP-4", depth="quick")
def test_old_client(service: Service, judge: Judge) -> None:
    call = service.repeating(service.codes("http")[0])
    shown = _curl(service, call, "--http1.0")
    with Line(service.target) as line:
        line.send(call, "1.0")
        got = line.read()
        left = line.left_over()
        closed = line.closed
    judge("YC-HTTP-1", not got.chunked, expected="no chunked encoding", got=got.summary, by=shown)
    whole = _is_whole(got) and not left
    judge("YC-HTTP-3", whole, expected="one whole message", got=f"{got.body!r}", by=shown)
    kept = got.headers.get("connection", "").lower() == "keep-alive"
    state = "still open" if not closed else "closed"
    judge("YC-HTTP-4", closed or kept, expected="the connection closed", got=state, by=shown)


@decides("YC-HTTP-2", "YC-HTTP-3")
def test_old_client_streaming(service: Service, judge: Judge) -> None:
    call = service.completing(say.counting(20), stream=True)
    shown = _curl(service, call, "--http1.0")
    with Line(service.target) as line:
        line.send(call, "1.0")
        got = line.read()
    judge("YC-HTTP-2", not got.chunked, expected="no chunked encoding", got=got.summary, by=shown)
    judge("YC-HTTP-3", _is_whole(got), expected="whole lines", got=f"{got.body!r}", by=shown)


def _is_whole(got: RawAnswer) -> bool:
    ended = got.body.rstrip().endswith(b"}") and b'FINAL"' in got.body
    return got.whole and got.status == 200 and ended


@decides("YC-HTTP-5")
def test_kept_connection(service: Service, judge: Judge) -> None:
    call = service.completing(say.counting(10), stream=True)
    shown = service.target.curl(request_of(call))
    with Line(service.target) as line:
        line.send(call, "1.1")
        first = line.read()
        if first.headers.get("connection", "").lower() == "close":
            judge.unsupported("the target closes every connection, and says so")
            return
        line.send(service.repeating(service.codes("kept")[0]), "1.1")
        second = line.read()
    good = second.status == 200 and second.whole
    judge("YC-HTTP-5", good, expected="a second answer", got=second.summary, by=shown)


@decides("YC-FRAMES-6")
def test_end_of_the_body(service: Service, judge: Judge) -> None:
    call = service.completing(say.counting(10), stream=True)
    with Line(service.target) as line:
        line.send(call, "1.1", Connection="close")
        got = line.read()
        left = line.left_over()
    judge(
        "YC-FRAMES-6",
        got.whole and not left,
        expected="a body that comes to its end, and nothing after it",
        got=f"{got.summary}, then {left!r}",
        by=service.target.curl(request_of(call)),
    )


@decides("YC-HTTP-6", depth="quick")
def test_content_type(samples: Samples, judge: Judge) -> None:
    for got in (samples.plain, samples.streamed, samples.embedded, samples.classified):
        if isinstance(got.good().answer, Answer):
            _judge_media(judge, "YC-HTTP-6", got.answer)


@decides("YC-HTTP-7", "YC-HTTP-12", "YC-HTTP-13")
def test_refused_methods(service: Service, judge: Judge) -> None:
    cases = [
        *(
            ("YC-HTTP-12", Request(verb, method.path))
            for method in _METHODS
            for verb in ("GET", "PUT", "DELETE")
        ),
        ("YC-HTTP-13", Request("POST", "/foundationModels/v1/noSuchMethod", json={})),
        ("YC-HTTP-13", Request("POST", "/foundationModels/v9/completion", json={})),
        ("YC-HTTP-13", Request("GET", "/foundationModels/v1")),
        *(("YC-HTTP-7", Request("POST", method.path, json={})) for method in _METHODS),
    ]
    answers = service.target.together([request for _, request in cases])
    for (row, _), got in zip(cases, answers, strict=True):
        if row == "YC-HTTP-13":
            absent = isinstance(got, Answer) and got.status == 404
            judge(row, absent, expected="status 404", got=got.summary, by=got)
            continue
        if row == "YC-HTTP-12":
            refused = isinstance(got, Answer) and got.status in (404, 405, 501)
            judge(row, refused, expected="404, 405 or 501", got=got.summary, by=got)
            if not refused:
                continue
        _judge_media(judge, "YC-HTTP-7", got)


def _judge_media(judge: Judge, row: str, answer: object) -> None:
    if not isinstance(answer, Answer):
        return
    media = answer.headers.get("content-type", "")
    typed = media.partition(";")[0].strip().lower() == "application/json"
    judge(row, typed, expected="application/json", got=media or "no content-type", by=answer)


@decides("YC-HTTP-8", "YC-HTTP-9", "YC-HTTP-10", "YC-HTTP-11")
def test_ids(service: Service, samples: Samples, judge: Judge) -> None:
    seen: list[str] = []
    for got in (samples.plain, samples.embedded, samples.classified):
        answer = got.good().answer
        if not isinstance(answer, Answer):
            continue
        for row, name in (("YC-HTTP-8", "x-request-id"), ("YC-HTTP-9", "x-server-trace-id")):
            value = answer.headers.get(name, "")
            judge(row, bool(value), expected=name, got=value or "no such header", by=answer)
        seen.append(answer.headers.get("x-request-id", ""))
    different = len(set(seen)) == len(seen)
    judge(
        "YC-HTTP-10", different, expected="different ids", got=f"{seen}", by=samples.plain.reproduce
    )
    call = service.embedding("A request with an id of its own.")
    own = Request("POST", EMBEDDING.path, json=call.body, headers={"x-client-request-id": "gate-1"})
    named = service.target.send(own)
    answered = isinstance(named, Answer) and named.status == 200
    judge("YC-HTTP-11", answered, expected="status 200", got=named.summary, by=named)
