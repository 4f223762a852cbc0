"""Addresses that image_url must not make the service fetch.

Fetching is watched by a canary: a server on this machine's loopback that nobody may call. It
proves anything only where the target runs on this machine too; elsewhere the answers decide.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from conformance.exchange import Answer
from conformance.judging import Judge, decides
from conformance.ocr_service.requests import url_request

if TYPE_CHECKING:
    from collections.abc import Iterable

    from conformance.ocr_service.service import Service


def _judge_refused(service: Service, judge: Judge, requirement: str, urls: Iterable[str]) -> None:
    """Claim that each URL gets a 4xx and that no canary was called."""
    for url in urls:
        before = len(service.images.canary_asked)
        got = service.target.send(url_request(url))
        refused = isinstance(got, Answer) and 400 <= got.status < 500
        called = service.images.canary_asked[before:]
        judge(
            requirement,
            refused and not called,
            expected=f"a 4xx for {url}, and no request to it",
            got=f"{got.summary}; requests to it: {called}",
            by=got,
        )


@decides("OCR-SSRF-1", "OCR-SSRF-8")
def test_loopback(service: Service, judge: Judge) -> None:
    port = service.images.canary_port
    _judge_refused(
        service,
        judge,
        "OCR-SSRF-1",
        (f"http://127.0.0.1:{port}/canary.png", f"http://0.0.0.0:{port}/canary.png"),
    )
    _judge_refused(
        service,
        judge,
        "OCR-SSRF-8",
        (
            f"http://2130706433:{port}/canary.png",
            f"http://0x7f000001:{port}/canary.png",
            f"http://[::ffff:127.0.0.1]:{port}/canary.png",
            f"http://127.1:{port}/canary.png",
        ),
    )


@decides("OCR-SSRF-7")
def test_names_of_loopback(service: Service, judge: Judge) -> None:
    port = service.images.canary_port
    _judge_refused(service, judge, "OCR-SSRF-7", (f"http://localhost:{port}/canary.png",))


@decides("OCR-SSRF-2", "OCR-SSRF-3")
def test_inner_networks(service: Service, judge: Judge) -> None:
    _judge_refused(
        service, judge, "OCR-SSRF-2", ("http://10.0.0.1/page.png", "http://192.168.0.1/page.png")
    )
    _judge_refused(service, judge, "OCR-SSRF-3", ("http://169.254.169.254/latest/meta-data/",))


@decides("OCR-SSRF-4", "OCR-SSRF-5")
def test_schemes(service: Service, judge: Judge) -> None:
    for url in ("file:///etc/passwd", "file://localhost/etc/hostname"):
        got = service.target.send(url_request(url))
        refused = isinstance(got, Answer) and 400 <= got.status < 500 and "root:" not in got.text
        judge("OCR-SSRF-4", refused, expected="a 4xx without the file", got=got.summary, by=got)
    port = service.images.canary_port
    schemes = (
        f"ftp://127.0.0.1:{port}/x.png",
        f"gopher://127.0.0.1:{port}/_x",
        "javascript:alert(1)",
        f"dict://127.0.0.1:{port}/x",
    )
    _judge_refused(service, judge, "OCR-SSRF-5", schemes)


@decides("OCR-SSRF-6")
def test_redirects(service: Service, judge: Judge) -> None:
    if service.reaches_us:
        judge.untested(service.reaches_us)
        return
    canary = f"http://127.0.0.1:{service.images.canary_port}/canary.png".encode()
    url = service.images.offer("/redirect.png", canary, "text/plain", 302)
    _judge_refused(service, judge, "OCR-SSRF-6", (url,))
