"""What the gRPC twins share: messages of the public stubs, judged in their JSON mapping."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

from load.answers import checked
from load.call import CallError
from load.errors import UnreachableError, UsageError
from load.grpc_link import GrpcCall, GrpcLink, checked_grpc_host
from load.yandex import YandexScenario

if TYPE_CHECKING:
    from collections.abc import Callable

    from load.call import Answer, Judgement, Link

PACKAGE = "yandex.cloud.ai.foundation_models.v1"
PROBE_TIMEOUT_S = 10.0


class YandexGrpcScenario(YandexScenario):
    """Base of the gRPC twins: --host is grpc://HOST:PORT."""

    abstract = True

    @classmethod
    def check_host(cls, host: str | None) -> str:
        """The target's address. Raises UsageError."""
        return checked_grpc_host(host)

    @classmethod
    def link(cls, host: str, *, connections: int, timeout_s: float, key: str) -> Link:
        """One channel: HTTP/2 carries all requests at once."""
        del connections
        link: Any = GrpcLink(host, timeout_s=timeout_s, key=key)
        return link  # type: ignore[no-any-return]  # its calls know what kind of link it is

    @classmethod
    def probe(cls, host: str, key: str) -> None:
        """Ask once whether the target is there. Raises UnreachableError."""
        link = GrpcLink(host, timeout_s=PROBE_TIMEOUT_S, key=key)
        try:
            link.reach()
        except CallError as failed:
            raise UnreachableError(
                f"cannot reach {host} ({failed.outcome}): see that it serves gRPC there"
            ) from failed
        finally:
            link.close()


def message(module: str, name: str, fields: dict[str, Any]) -> bytes:
    """The bytes of a request message, from its JSON mapping."""
    from google.protobuf.json_format import ParseDict

    encoded: bytes = ParseDict(fields, message_type(module, name)()).SerializeToString()
    return encoded


def message_type(module: str, name: str) -> Any:
    """A message class of the public stubs. Raises UsageError if they are not installed."""
    try:
        return getattr(import_module(f"{PACKAGE}.{module}_pb2"), name)
    except ImportError as error:
        raise UsageError("gRPC scenarios need the stubs: pip install yandexcloud") from error


def call(
    method: str, request: bytes, answer_type: Any, judge: Callable[[list[Any]], Judgement]
) -> GrpcCall:
    """A call whose answer messages are judged as [(time, JSON mapping)]."""
    from google.protobuf.json_format import MessageToDict

    def opinion(answer: Answer) -> Judgement:
        return judge(
            [
                (
                    at,
                    MessageToDict(
                        answer_type.FromString(data), always_print_fields_with_no_presence=True
                    ),
                )
                for at, data in answer.lines
            ]
        )

    return GrpcCall(f"/{PACKAGE}.{method}", request, opinion)


def valid(body: Any, schema: str) -> Any:
    """The body, valid by the schema of its REST twin. Raises WrongShapeError."""
    return checked(body, "yandex", schema)
