"""gRPC itself: which RPCs there are, unknown ones, broken messages, reflection and health."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from conformance.judging import Judge, decides
from conformance.yandex.methods import COMPLETION, EMBEDDING, FEW_SHOT, PACKAGE, Call
from conformance.yandex.outcome import OK, UNIMPLEMENTED, named
from schemas import load_contract

if TYPE_CHECKING:
    from conformance.yandex.outcome import Outcome
    from conformance.yandex.rpc import Rpc
    from conformance.yandex.samples import Samples

REFLECTION = "/grpc.reflection.v1alpha.ServerReflection/ServerReflectionInfo"
LIST_SERVICES = b"\x3a\x00"
"""A ServerReflectionRequest whose field 7, list_services, is the empty text."""
HEALTH = "/grpc.health.v1.Health/Check"
SERVING = b"\x08\x01"
"""A HealthCheckResponse whose field 1, status, is SERVING."""
_TIMEOUT_S = 20.0


@decides("YC-GRPC-1", "YC-GRPC-2", "YC-GRPC-3", depth="quick")
def test_methods(every_samples: dict[str, Samples], judge: Judge) -> None:
    samples = every_samples["grpc"]
    for row, got in (
        ("YC-GRPC-1", samples.plain),
        ("YC-GRPC-2", samples.embedded),
        ("YC-GRPC-3", samples.classified),
    ):
        offered = got.is_good
        judge(
            row,
            offered,
            expected=f"an answer of {got.call.method.rpc}",
            got=got.summary,
            by=got.reproduce,
        )


@decides("YC-GRPC-4")
def test_unknown_method(rpc: Rpc, judge: Judge) -> None:
    for path in (
        f"/{PACKAGE}.TextGenerationService/NoSuchMethod",
        f"/{PACKAGE}.NoSuchService/Completion",
    ):
        got = rpc.raw(Call(COMPLETION, content=b""), path, b"", streams=True)
        unknown = got.code == UNIMPLEMENTED
        judge(
            "YC-GRPC-4", unknown, expected=named(UNIMPLEMENTED), got=got.summary, by=got.reproduce
        )


@decides("YC-GRPC-5")
def test_broken_messages(every_samples: dict[str, Samples], judge: Judge) -> None:
    service = every_samples["grpc"].service
    for method in (COMPLETION, EMBEDDING, FEW_SHOT):
        for content in (b"\xff\xff\xff\xff", b"\x0a\x7fshort", b"\x0a\x02\xc3\x28"):
            got = service.send(Call(method, content=content))
            refused = got.code not in (OK, -1)
            judge("YC-GRPC-5", refused, expected="a refusal", got=got.summary, by=got.reproduce)
    code = service.codes("broken")[0]
    again = service.send(service.repeating(code))
    alive = again.is_good and code in again.last.text
    judge(
        "YC-GRPC-5",
        alive,
        expected=f"the code {code} after that",
        got=again.summary,
        by=again.reproduce,
    )


@decides("YC-GRPC-6", depth="quick")
def test_status_values(every_samples: dict[str, Samples], judge: Judge) -> None:
    samples = every_samples["grpc"]
    alternative = load_contract("yandex").schema("completion_message")["$defs"]["alternative"]
    known = alternative["properties"]["status"]["enum"]
    for got in (samples.plain, samples.streamed, samples.cut):
        for message in got.good().messages:
            status = message.alternatives[0].get("status") if message.alternatives else None
            judge(
                "YC-GRPC-6",
                status in known,
                expected=f"one of {known}",
                got=repr(status),
                by=got.reproduce,
            )


@decides("YC-GRPC-7", "YC-GRPC-8")
def test_reflection_and_health(rpc: Rpc, judge: Judge) -> None:
    services = [
        method.rpc.partition("/")[0].encode() for method in (COMPLETION, EMBEDDING, FEW_SHOT)
    ]
    listed = _first_bytes(rpc, REFLECTION, LIST_SERVICES, bidirectional=True)
    missing = [name.decode() for name in services if name not in listed]
    judge(
        "YC-GRPC-7",
        not missing,
        expected="every service",
        got=f"without {missing}",
        by=f"grpcurl {rpc.address} list",
    )
    health = _first_bytes(rpc, HEALTH, b"", bidirectional=False)
    serving = health == SERVING
    judge(
        "YC-GRPC-8",
        serving,
        expected="SERVING",
        got=f"{health!r}",
        by=f"grpcurl {rpc.address} {HEALTH[1:]}",
    )


def _first_bytes(rpc: Rpc, path: str, content: bytes, *, bidirectional: bool) -> bytes:
    """The first message of the answer; nothing where the service is not there."""
    channel = rpc.channel
    import grpc

    key = rpc.target.key()
    about: dict[str, Any] = {
        "metadata": (("authorization", f"Bearer {key}"),) if key else (),
        "timeout": _TIMEOUT_S,
    }
    rpc.target.charge()
    try:
        if bidirectional:
            return bytes(next(channel.stream_stream(path)(iter([content]), **about)))
        return bytes(channel.unary_unary(path)(content, **about))
    except (grpc.RpcError, StopIteration):
        return b""


@decides("YC-GRPC-9")
def test_ids(every_samples: dict[str, Samples], judge: Judge) -> None:
    samples = every_samples["grpc"]
    answers: list[Outcome] = [samples.plain, samples.embedded, samples.classified]
    for got in answers:
        held = bool(dict(got.good().metadata).get("x-request-id"))
        judge("YC-GRPC-9", held, expected="x-request-id", got=f"{got.metadata}", by=got.reproduce)
