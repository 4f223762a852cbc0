"""Calls over gRPC, by the stubs of `yandexcloud`; what is not installed is said, never passed."""

from __future__ import annotations

import contextlib
import json
import shlex
import time
from functools import cached_property
from typing import TYPE_CHECKING, Any

from conformance.curl import INLINE_LIMIT
from conformance.judging import NotTestable
from conformance.target import RATE_LIMIT_TRIES
from conformance.yandex import methods
from conformance.yandex.outcome import OK, RESOURCE_EXHAUSTED, Message, Outcome

if TYPE_CHECKING:
    from conformance.target import Target
    from conformance.yandex.methods import Call, Json, Method

CONNECT_LIMIT_S = 10.0
RATE_LIMIT_WAIT_S = 1.0
LARGEST_MESSAGE = 64 << 20


class Rpc:
    """A channel to the target's gRPC side. Everything that goes over it is counted as REST's is."""

    name = "grpc"

    def __init__(self, target: Target, address: str | None, *, tls: bool) -> None:
        self.target, self.address, self._tls = target, address, tls

    def reach(self) -> None:
        """Open the channel. Raises NotTestable where gRPC cannot be had."""
        _ = self._channel

    def send(self, call: Call) -> Outcome:
        """Make the call. Raises NotTestable where gRPC cannot be had."""
        self.reach()
        path, content = f"/{call.method.rpc}", self._content(call)
        return self.raw(call, path, content, streams=call.method.streams)

    def raw(self, call: Call, path: str, content: bytes, *, streams: bool) -> Outcome:
        """Send bytes to any RPC; being limited in rate is waited out and counted."""
        for attempt in range(1, RATE_LIMIT_TRIES + 1):
            got = self._once(call, path, content, streams=streams)
            limited = got.code == RESOURCE_EXHAUSTED and "larger than max" not in got.detail
            if not limited or attempt == RATE_LIMIT_TRIES:
                break
            if not self.target.time_left(RATE_LIMIT_WAIT_S):
                break
            self.target.ledger.rate_limited()
            time.sleep(_retry_after(got))
        return got

    def leave_early(self, call: Call) -> None:
        """Begin the call, take its first message if there is one, and hang up."""
        channel = self._channel
        import grpc

        rpc = channel.unary_stream(f"/{call.method.rpc}")(
            self._content(call), metadata=self._metadata(call), timeout=self.target.timeout_s
        )
        self.target.charge()
        with contextlib.suppress(grpc.RpcError):
            next(iter(rpc), None)
        rpc.cancel()

    def close(self) -> None:
        """Close the channel, if one was opened."""
        if "_channel" in self.__dict__:
            self._channel.close()

    @cached_property
    def channel(self) -> Any:
        """The open channel, for services that are not the contract's own."""
        return self._channel

    def grpcurl(self, call: Call, path: str) -> str:
        """The command that repeats this call."""
        words = ["grpcurl"] + ([] if self._tls else ["-plaintext"])
        if call.authorization == "key":
            words.append('-H "Authorization: Bearer $API_KEY"')
        elif call.authorization is not None:
            words.append("-H " + shlex.quote(f"Authorization: {call.authorization}"))
        text = json.dumps(call.body, ensure_ascii=False)
        if call.content is not None:
            kept = self.target.evidence.keep(call.content, "bin")
            return f"# the message is the bytes of {kept}; {' '.join(words)} {self.address}{path}"
        if len(text) > INLINE_LIMIT or "\\u0000" in text:
            name = self.target.evidence.keep(text.encode("utf-8", "surrogatepass"), "json")
            source = f"-d @ {self.address} {path[1:]} < {name}"
        else:
            source = f"-d {shlex.quote(text)} {self.address} {path[1:]}"
        return self.target.redact(f"{' '.join(words)} {source}")

    def _once(self, call: Call, path: str, content: bytes, *, streams: bool) -> Outcome:
        import grpc

        channel = self._channel
        self.target.charge()
        started = time.monotonic()
        arrived: list[tuple[float, bytes]] = []
        code, detail, trailing = OK, "", ()
        make = channel.unary_stream if streams else channel.unary_unary
        about = {"metadata": self._metadata(call), "timeout": self.target.timeout_s}
        metadata: Any = ()
        try:
            if streams:
                rpc = make(path)(content, **about)
                for data in rpc:
                    arrived.append((time.monotonic() - started, data))  # noqa: PERF401 - it may fail in between
                metadata = rpc.initial_metadata()
            else:
                data, rpc = make(path).with_call(content, **about)
                arrived.append((time.monotonic() - started, data))
                metadata = rpc.initial_metadata()
        except grpc.RpcError as error:
            code, detail = error.code().value[0], error.details() or ""
            trailing = error.trailing_metadata() or ()
        self.target.ledger.carried(len(content), sum(len(data) for _, data in arrived))
        try:
            messages = tuple(Message(self._read(call.method, data), at) for at, data in arrived)
        except ValueError as error:
            code, detail, messages = -1, str(error), ()
        return Outcome(
            call=call,
            code=code,
            detail=detail,
            messages=messages,
            elapsed_s=time.monotonic() - started,
            reproduce=self.grpcurl(call, path),
            metadata=tuple((one[0], one[1]) for one in (*(metadata or ()), *trailing)),
        )

    def _metadata(self, call: Call) -> tuple[tuple[str, str], ...]:
        if call.authorization != "key":
            value = call.authorization
        else:
            key = self.target.key()
            value = f"Bearer {key}" if key else None
        return () if value is None else (("authorization", value),)

    def _content(self, call: Call) -> bytes:
        if call.content is not None:
            return call.content
        from google.protobuf.json_format import ParseDict

        request = self._types[call.method][0]()
        return bytes(ParseDict(call.body, request).SerializeToString())

    def _read(self, method: Method, data: bytes) -> Json:
        """The message in proto3 JSON. Raises ValueError where it is not the method's message."""
        from google.protobuf.json_format import MessageToDict
        from google.protobuf.message import DecodeError

        if method not in self._types:
            return {}
        try:
            message = self._types[method][1].FromString(data)
        except DecodeError:
            raise ValueError("the answer is not the message of this method") from None
        found: Json = MessageToDict(message, always_print_fields_with_no_presence=True)
        return found

    @cached_property
    def _types(self) -> dict[Method, tuple[Any, Any]]:
        return _message_types()

    @cached_property
    def _channel(self) -> Any:
        if self.address is None:
            raise NotTestable("only REST is judged: no --grpc-target was given", "not_selected")
        _ = self._types
        import grpc

        options = [
            ("grpc.max_receive_message_length", LARGEST_MESSAGE),
            ("grpc.max_send_message_length", LARGEST_MESSAGE),
            ("grpc.enable_retries", 0),
        ]
        channel = (
            grpc.secure_channel(self.address, grpc.ssl_channel_credentials(), options)
            if self._tls
            else grpc.insecure_channel(self.address, options)
        )
        try:
            grpc.channel_ready_future(channel).result(CONNECT_LIMIT_S)
        except grpc.FutureTimeoutError:
            channel.close()
            reason = f"nothing speaks gRPC at --grpc-target {self.address}: check the address"
            raise NotTestable(reason, "prerequisite") from None
        return channel


def _retry_after(got: Outcome) -> float:
    given = dict(got.metadata).get("retry-after", "")
    return min(float(given), 20.0) if given.isdecimal() else RATE_LIMIT_WAIT_S


def _message_types() -> dict[Method, tuple[Any, Any]]:
    """Request and answer of every method. Raises NotTestable where the stubs are missing."""
    try:
        from yandex.cloud.ai.foundation_models.v1.embedding import embedding_service_pb2 as emb
        from yandex.cloud.ai.foundation_models.v1.text_classification import (
            text_classification_service_pb2 as cls,
        )
        from yandex.cloud.ai.foundation_models.v1.text_generation import (
            text_generation_service_pb2 as gpt,
        )
        from yandex.cloud.operation import operation_pb2, operation_service_pb2
    except ImportError as error:
        reason = f"gRPC needs the package yandexcloud ({error.name} is missing): pip install it"
        raise NotTestable(reason, "prerequisite") from None
    return {
        methods.COMPLETION: (gpt.CompletionRequest, gpt.CompletionResponse),
        methods.EMBEDDING: (emb.TextEmbeddingRequest, emb.TextEmbeddingResponse),
        methods.FEW_SHOT: (
            cls.FewShotTextClassificationRequest,
            cls.FewShotTextClassificationResponse,
        ),
        methods.TUNED: (cls.TextClassificationRequest, cls.TextClassificationResponse),
        methods.TOKENIZE: (gpt.TokenizeRequest, gpt.TokenizeResponse),
        methods.TOKENIZE_COMPLETION: (gpt.CompletionRequest, gpt.TokenizeResponse),
        methods.ASYNC: (gpt.CompletionRequest, operation_pb2.Operation),
        methods.OPERATION: (operation_service_pb2.GetOperationRequest, operation_pb2.Operation),
    }
