"""A client that leaves stops the generation, on every transport, before and after a first piece."""

from __future__ import annotations

import json
import socket

import grpc
import pytest
from stalling_engine import StallingEngine
from text_serving import CHAT, COMPLETION, TIMEOUT_S, chat, completion, serving
from yandex.cloud.ai.foundation_models.v1 import text_common_pb2 as common
from yandex.cloud.ai.foundation_models.v1.text_generation import (
    text_generation_service_pb2 as generations,
)
from yandex.cloud.ai.foundation_models.v1.text_generation import (
    text_generation_service_pb2_grpc as generation_stubs,
)


@pytest.mark.parametrize("version", ["HTTP/1.1", "HTTP/1.0"])
@pytest.mark.parametrize("pieces_before", [0, 1])
@pytest.mark.parametrize("stream", [True, False])
@pytest.mark.parametrize("path", [COMPLETION, CHAT])
def test_closing_the_socket_stops_the_generation(
    path: str, version: str, pieces_before: int, *, stream: bool
) -> None:
    body = completion("hi", stream=stream) if path == COMPLETION else chat("hi", stream=stream)
    content = json.dumps(body).encode()
    head = (
        f"POST {path} {version}\r\nHost: localhost\r\nContent-Type: application/json\r\n"
        f"Content-Length: {len(content)}\r\n\r\n"
    )
    engine = StallingEngine(pieces_before=pieces_before)
    with serving(engine) as server:
        with socket.create_connection(("127.0.0.1", server.port), TIMEOUT_S) as connection:
            connection.sendall(head.encode() + content)
            if stream and pieces_before:
                assert connection.recv(100)
            assert engine.started.wait(TIMEOUT_S)
            assert not engine.stopped.is_set()
        assert engine.stopped.wait(TIMEOUT_S)
        assert server.http.get("/v1/models").status_code == 200


@pytest.mark.parametrize("stream", [True, False])
def test_cancelling_the_rpc_stops_the_generation(*, stream: bool) -> None:
    engine = StallingEngine()
    request = generations.CompletionRequest(
        model_uri="gpt://0/general",
        completion_options=common.CompletionOptions(stream=stream),
        messages=[common.Message(role="user", text="hi")],
    )
    with (
        serving(engine, grpc_port=0) as server,
        grpc.insecure_channel(server.grpc_target) as channel,
    ):
        call = generation_stubs.TextGenerationServiceStub(channel).Completion(
            request, timeout=TIMEOUT_S
        )
        if stream:
            assert next(call).alternatives[0].message.text == "w1 "
        assert engine.started.wait(TIMEOUT_S)
        assert not engine.stopped.is_set()
        call.cancel()
        assert engine.stopped.wait(TIMEOUT_S)
