"""image_url: what is fetched, and what is refused before a connection is made."""

from __future__ import annotations

import asyncio
import socket
import threading
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from ipaddress import ip_address
from typing import TYPE_CHECKING, Any

import pytest

from reference_server.ocr.addresses import is_allowed
from reference_server.ocr.download import fetch

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator


@pytest.fixture
def origin(image_of) -> Iterator[Callable[[str], str]]:
    """A web server on loopback; `origin(path)` is its URL, `origin.asked` what was asked of it."""
    released = threading.Event()

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            url.asked.append(self.path)
            if self.path.startswith("/to/"):
                self.send_response(302)
                self.send_header("Location", self.path.removeprefix("/to/"))
                self.end_headers()
                return
            if self.path == "/slow.png":
                released.wait(20)
                return
            self.send_response(404 if self.path == "/none.png" else 200)
            self.end_headers()
            body = b"x" * 100_000 if self.path == "/large.png" else image_of(70, 20)
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            """Keep the test's output clean."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()

    def url(path: str = "") -> str:
        return f"http://127.0.0.1:{server.server_port}{path}"

    url.asked = []  # type: ignore[attr-defined]
    yield url
    released.set()
    server.shutdown()
    server.server_close()


def refusal(client, url: str) -> str:
    answer = client.post("/ocr", data={"image_url": url})
    assert answer.status_code == 400, answer.text
    detail = answer.json()["detail"]
    assert detail.startswith("Failed to download image: ")
    return str(detail)


def test_a_url_is_fetched_and_names_its_results(serve, engine, origin) -> None:
    client = serve(trusted_origin=origin())
    answer = client.post("/ocr", data={"image_url": origin("/a/%D0%A9.png?x=1#y")})
    assert answer.status_code == 200, answer.text
    assert answer.json()["input_type"] == "url"
    assert answer.json()["local_files"]["markdown"].endswith("_Щ.md")
    assert engine.sizes == [(70, 20)]
    bare = client.post("/ocr", data={"image_url": origin("/")})
    assert bare.json()["local_files"]["markdown"].endswith("_url_image.md")


def test_redirects_are_followed_to_where_one_may_go(serve, origin) -> None:
    client = serve(trusted_origin=origin())
    answer = client.post("/ocr", data={"image_url": origin(f"/to/{origin('/to//b.png')}")})
    assert answer.status_code == 200, answer.text
    assert "redirects" in refusal(client, origin("/to/" * 9 + "/a.png"))


def test_private_addresses_are_refused_unasked(serve, origin) -> None:
    client = serve()
    port = origin().rsplit(":", 1)[1]
    hosts = ("127.0.0.1", "localhost", "[::1]", "0.0.0.0", "2130706433", "[::ffff:127.0.0.1]")  # noqa: S104  # to be refused
    for host in hosts:
        assert "not allowed" in refusal(client, f"http://{host}:{port}/a.png"), host
    assert origin.asked == []


def test_a_redirect_into_a_private_address_is_refused(serve, origin, image_of) -> None:
    client = serve(trusted_origin=origin())
    with another_origin() as (inner, asked):
        assert "not allowed" in refusal(client, origin(f"/to/{inner}/a.png"))
    assert asked == []
    assert "not allowed" in refusal(client, origin("/to/http://169.254.169.254/latest"))
    assert "only http" in refusal(client, origin("/to/file:///etc/passwd"))


@contextmanager
def another_origin() -> Iterator[tuple[str, list[str]]]:
    asked: list[str] = []

    class Canary(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            asked.append(self.path)
            self.send_error(500)

    server = ThreadingHTTPServer(("127.0.0.1", 0), Canary)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}", asked
    server.shutdown()
    server.server_close()


def test_what_cannot_be_fetched_is_a_400_that_says_why(serve, origin) -> None:
    client = serve(trusted_origin=origin(), download_timeout=0.3, max_upload_bytes=50_000)
    assert "404" in refusal(client, origin("/none.png"))
    assert "0.3 s" in refusal(client, origin("/slow.png"))
    for url in ("ftp://127.0.0.1/a", "a.png", "http://", "http://[::1", "http://a b/", "//x/y"):
        refusal(client, url)
    secret = refusal(client, "http://user:hunter2@127.0.0.1:1/a?token=hunter2")
    assert "hunter2" not in secret
    assert client.post("/ocr", data={"image_url": origin("/large.png")}).status_code == 413


@pytest.mark.parametrize(
    ("address", "by_default", "with_private"),
    [
        ("8.8.8.8", True, True),
        ("2001:4860:4860::8888", True, True),
        ("127.0.0.1", False, True),
        ("10.1.2.3", False, True),
        ("192.168.0.1", False, True),
        ("::1", False, True),
        ("fd00:ec2::254", False, True),
        ("::ffff:10.0.0.1", False, True),
        ("64:ff9b::7f00:1", False, True),
        ("2002:7f00:1::", False, True),
        ("169.254.169.254", False, False),
        ("fe80::1", False, False),
        ("0.0.0.0", False, False),  # noqa: S104  # an address to refuse
        ("::", False, False),
        ("224.0.0.1", False, False),
        ("100.100.100.200", False, False),
        ("::ffff:169.254.169.254", False, False),
    ],
)
def test_addresses(address: str, by_default: bool, with_private: bool) -> None:
    assert is_allowed(ip_address(address), allow_private=False) is by_default
    assert is_allowed(ip_address(address), allow_private=True) is with_private


def test_a_name_is_looked_up_once_and_that_address_connected_to(
    origin, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A second look-up would answer a metadata address: a rebinding name must not get there."""
    answers = iter(["127.0.0.1", "169.254.169.254"])
    real = socket.getaddrinfo

    def rebinding(host: str, *rest: Any, **options: Any) -> Any:
        return real(next(answers) if host == "rebinding.example" else host, *rest, **options)

    monkeypatch.setattr(socket, "getaddrinfo", rebinding)
    port = origin().rsplit(":", 1)[1]
    url = f"http://rebinding.example:{port}/a.png"
    trusted = f"http://rebinding.example:{port}"
    data = asyncio.run(fetch(url, max_bytes=10_000, timeout_s=10, trusted_origin=trusted))
    assert data.startswith(b"\x89PNG")
    assert next(answers) == "169.254.169.254"
