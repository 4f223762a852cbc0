"""Bad and hostile input: refused in the documented shape, in time, and without harm."""

from __future__ import annotations

import socket
import struct
import zlib
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from conformance.exchange import Answer, NoAnswer, Part, Request
from conformance.judging import Judge, decides
from conformance.ocr_service.requests import ocr_request_of, upload_request
from conformance.ocr_service.test_errors import detail_of
from schemas import load_contract
from schemas.ocr_service.pages import draw_marker
from schemas.text_distance import contains

if TYPE_CHECKING:
    from conformance.ocr_service.service import Service

REFUSAL_LIMIT_S = 30.0
"""Refusing bad input takes no recognition; the slowest seen took under 2 s."""


def declared_png(width: int, height: int) -> bytes:
    """A small PNG that declares these dimensions and holds one row of zeros."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        return (
            struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
        )

    head = struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0)
    return (
        b"\x89PNG\r\n\x1a\n"
        + chunk(b"IHDR", head)
        + chunk(b"IDAT", zlib.compress(bytes(width + 1)))
        + chunk(b"IEND", b"")
    )


def _hostile(seed: int) -> list[tuple[str, Request]]:
    """What is sent, and the requirement that says it must be refused."""
    good = draw_marker(seed)[0].image
    corrupt = good[:33] + bytes(byte ^ 0x5A for byte in good[33:])
    xml = b'<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;&a;">]><svg>&b;</svg>'
    boundary = "----gate"
    return [
        ("OCR-ROBUST-1", upload_request(corrupt)),
        ("OCR-ROBUST-1", upload_request(b"\xff\xd8\xff\xe0" + bytes(range(256)) * 4, "page.jpg")),
        ("OCR-ROBUST-2", upload_request(good[:24])),
        ("OCR-ROBUST-2", upload_request(good[:8])),
        ("OCR-ROBUST-3", upload_request(b"", "empty.png")),
        ("OCR-ROBUST-4", ocr_request_of("")),
        ("OCR-ROBUST-4", Request("POST", "/ocr", form={"image_base64": ""})),
        ("OCR-ROBUST-5", upload_request(declared_png(60_000, 60_000), "bomb.png")),
        ("OCR-ROBUST-6", upload_request(b"<html><body>no</body></html>", "page.html")),
        ("OCR-ROBUST-6", upload_request(xml, "page.svg")),
        ("OCR-ROBUST-6", upload_request(b"PK\x03\x04" + bytes(60), "page.zip")),
        (
            "OCR-ROBUST-7",
            _body(f"multipart/form-data; boundary={boundary}", b"no boundary in here"),
        ),
        ("OCR-ROBUST-7", _body("multipart/form-data", b"------x\r\n\r\n")),
        ("OCR-ROBUST-8", _body("text/plain", b"image_base64=abc")),
        ("OCR-ROBUST-8", _body("image/png", good)),
        ("OCR-ROBUST-8", _body("application/json", b"{" * 2000)),
        ("OCR-ROBUST-9", ocr_request_of("A" * 200_001)),
        (
            "OCR-ROBUST-9",
            Request("POST", "/ocr", parts=(Part("image_base64", b"\xff\xfe\x00bad"),)),
        ),
        ("OCR-ROBUST-9", Request("POST", "/ocr", form={"image_url": "http://[::bad/x.png"})),
        ("OCR-ROBUST-9", Request("POST", "/ocr", form={"image_url": "x" * 9000})),
    ]


def _body(content_type: str, content: bytes) -> Request:
    return Request("POST", "/ocr", headers={"Content-Type": content_type}, content=content)


@decides(*(f"OCR-ROBUST-{number}" for number in range(1, 13)))
def test_hostile_input(service: Service, judge: Judge) -> None:
    cases = _hostile(service.options.seed + 80)
    answers = service.target.together([request for _, request in cases])
    validators = [
        load_contract("ocr-service").validator(name) for name in ("error", "validation_error")
    ]
    for (requirement, _), got in zip(cases, answers, strict=True):
        refused = isinstance(got, Answer) and 400 <= got.status < 500
        judge(requirement, refused, expected="a 4xx", got=got.summary, by=got)
        judge(
            "OCR-ROBUST-9",
            isinstance(got, Answer) and got.status < 500,
            expected="no 5xx",
            got=got.summary,
            by=got,
        )
        judge(
            "OCR-ROBUST-11",
            got.elapsed_s <= REFUSAL_LIMIT_S and isinstance(got, Answer),
            expected=f"an answer within {REFUSAL_LIMIT_S:g} s",
            got=got.summary,
            by=got,
        )
        if refused and isinstance(got, Answer):
            shaped = detail_of(got) is not None and any(
                one.is_valid(got.json) for one in validators
            )
            judge(
                "OCR-ROBUST-10",
                shaped,
                expected='{"detail": …} as documented',
                got=got.summary,
                by=got,
            )
    if all(isinstance(got, NoAnswer) for got in answers):
        judge.untested("nothing was refused", "OCR-ROBUST-10", because="not_observed")
    _judge_next_page(service, judge, "OCR-ROBUST-12")


def _judge_next_page(service: Service, judge: Judge, requirement: str) -> None:
    page = draw_marker(service.options.seed + 81)[0]
    got = service.target.send(upload_request(page.image))
    text = service.text_of(got) if isinstance(got, Answer) and got.status == 200 else ""
    right = contains(page.marker or "", text)
    judge(requirement, right, expected=f"200 with {page.marker}", got=text or got.summary, by=got)


@decides("OCR-ROBUST-15")
def test_hanging_up(service: Service, judge: Judge) -> None:
    """Clients that leave in the middle of a request body and before the answer."""
    parts = urlsplit(service.target.public_url)
    if parts.scheme != "http":
        judge.untested("hanging up is only done over plain HTTP", because="not_observed")
        return
    head = f"POST {parts.path.rstrip('/')}/ocr HTTP/1.1\r\nHost: {parts.netloc}\r\n"
    if key := service.target.key():
        head += f"Authorization: Bearer {key}\r\n"
    head += "Content-Type: application/x-www-form-urlencoded\r\nContent-Length: 100000\r\n\r\n"
    for body in (b"", b"image_base64=" + b"A" * 1000):
        with socket.create_connection((parts.hostname or "", parts.port or 80), timeout=10) as line:
            line.sendall(head.encode() + body)
    for _ in range(3):  # the first may come before the service has noticed
        _judge_next_page(service, judge, "OCR-ROBUST-15")
