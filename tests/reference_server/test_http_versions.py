"""Each connection gets the HTTP implementation that its first request line asks for."""

from __future__ import annotations

import json
import socket
import time

import pytest
from text_serving import COMPLETION, HAMLET, TIMEOUT_S, serving

STREAMED = json.dumps({**HAMLET, "completionOptions": {"stream": True}}).encode()


def request(version: str) -> bytes:
    head = (
        f"POST {COMPLETION} {version}\r\nHost: x\r\nContent-Type: application/json\r\n"
        f"Content-Length: {len(STREAMED)}\r\n\r\n"
    )
    return head.encode() + STREAMED


def everything(connection: socket.socket) -> bytes:
    """What comes until the other side closes."""
    connection.settimeout(TIMEOUT_S)
    received = b""
    while part := connection.recv(65_536):
        received += part
    return received


@pytest.mark.parametrize("cuts", [(1,), (10, 40), (60,)])
def test_the_request_line_may_come_in_pieces(cuts: tuple[int, ...]) -> None:
    whole = request("HTTP/1.0")
    with (
        serving() as server,
        socket.create_connection(("127.0.0.1", server.port), TIMEOUT_S) as connection,
    ):
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        begin = 0
        for cut in (*cuts, len(whole)):
            connection.sendall(whole[begin:cut])
            begin = cut
        answer = everything(connection)
    assert b"transfer-encoding" not in answer.lower()
    assert answer.count(b'{"result":') == 11


def test_http_1_1_keeps_the_connection_and_chunks() -> None:
    with (
        serving() as server,
        socket.create_connection(("127.0.0.1", server.port), TIMEOUT_S) as connection,
    ):
        connection.settimeout(TIMEOUT_S)
        for _ in range(2):
            connection.sendall(request("HTTP/1.1"))
            received = b""
            while not received.endswith(b"0\r\n\r\n"):
                received += connection.recv(65_536)
            assert b"transfer-encoding: chunked" in received
            assert received.count(b'{"result":') == 11


def test_what_is_not_http_is_refused() -> None:
    with (
        serving() as server,
        socket.create_connection(("127.0.0.1", server.port), TIMEOUT_S) as connection,
    ):
        connection.sendall(b"\x16\x03\x01 not http\r\n\r\n")
        assert everything(connection).startswith(b"HTTP/1.1 400")


def test_a_silent_connection_does_not_hold_up_the_end() -> None:
    with serving() as server:
        silent = socket.create_connection(("127.0.0.1", server.port), TIMEOUT_S)
        began = time.monotonic()
    assert time.monotonic() - began < 3
    with silent:
        assert everything(silent) == b""
