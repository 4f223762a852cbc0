"""S3: both editions' answers, against a real S3 endpoint over HTTP, and what failure does."""

from __future__ import annotations

import json
import socket
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import unquote

import boto3
import pytest
from moto.server import ThreadedMotoServer

if TYPE_CHECKING:
    from collections.abc import Iterator

KEYS = {"s3_access_key": "planted-access", "s3_secret_key": "planted-secret"}


@pytest.fixture(scope="module")
def endpoint() -> Iterator[str]:
    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    server.start()
    host, port = server.get_host_and_port()
    yield f"http://{host}:{port}"
    server.stop()


@pytest.fixture
def bucket(endpoint: str, request: pytest.FixtureRequest) -> Any:
    name = f"results-{abs(hash(request.node.name))}"
    return boto3.resource(
        "s3",
        endpoint_url=endpoint,
        aws_access_key_id="a",
        aws_secret_access_key="b",
        region_name="us-east-1",
    ).create_bucket(Bucket=name)


def s3_settings(endpoint: str, bucket: str) -> dict[str, str]:
    return {"s3_endpoint": endpoint, "s3_bucket": bucket, **KEYS}


def test_edition_1_0_answers_with_two_urls(serve, image_of, endpoint, bucket) -> None:
    client = serve(**s3_settings(endpoint, bucket.name))
    assert client.get("/health").json()["s3_storage"] == "configured"
    answer = client.post("/ocr", files={"file": ("Счёт.png", image_of())}).json()
    assert answer["s3_files"].keys() == {"markdown", "json"}
    for kind, local in answer["local_files"].items():
        url = unquote(answer["s3_files"][kind])
        key = f"ocr-results/{Path(local).name}"
        assert url == f"{endpoint}/{bucket.name}/{key}"
        assert bucket.Object(key).get()["Body"].read() == Path(local).read_bytes()


def test_edition_1_3_says_what_went_where(serve, image_of, endpoint, bucket) -> None:
    client = serve(release="1.3.6", **s3_settings(endpoint, bucket.name))
    answer = client.post("/ocr", files={"file": ("a.png", image_of())}).json()
    stored = answer["s3_files"]
    assert stored["status"] == "uploaded"
    assert stored["bucket"] == bucket.name
    for kind, local in answer["local_files"].items():
        key = f"ocr-results/{Path(local).name}"
        assert stored[f"s3_key_{kind}"] == key
        assert stored[f"s3_path_{kind}"] == f"s3://{bucket.name}/{key}"
        assert stored["file_sizes"][f"{kind}_bytes"] == Path(local).stat().st_size
        assert stored["upload_times"][f"{kind}_sec"] >= 0


def dead_endpoint() -> str:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        return f"http://127.0.0.1:{taken.getsockname()[1]}"


@pytest.mark.parametrize("failure", ["bucket missing", "endpoint dead"])
def test_a_failed_upload_never_fails_the_request(
    serve, image_of, endpoint: str, failure: str
) -> None:
    dead = failure == "endpoint dead"
    settings = s3_settings(dead_endpoint() if dead else endpoint, "no-such-bucket")
    full = serve(release="1.3.6", **settings)
    answer = full.post("/ocr", files={"file": ("a.png", image_of())})
    assert answer.status_code == 200
    stored = answer.json()["s3_files"]
    assert stored["status"] == "failed"
    assert stored["error_type"] == ("EndpointConnectionError" if dead else "NoSuchBucket")
    assert Path(answer.json()["local_files"]["json"]).is_file()
    assert KEYS["s3_secret_key"] not in answer.text
    short = serve(release="1.0.9", **settings)
    answer = short.post("/ocr", files={"file": ("a.png", image_of())})
    assert answer.status_code == 200
    assert "s3_files" not in answer.json()


def test_wrong_keys_are_said_and_stay_secret(serve, image_of, endpoint, bucket) -> None:
    """The endpoint refuses, as S3 does for a key it does not know."""
    from moto.core import set_initial_no_auth_action_count

    client = serve(release="1.3.6", **s3_settings(endpoint, bucket.name))

    @set_initial_no_auth_action_count(0)
    def post() -> Any:
        return client.post("/ocr", files={"file": ("a.png", image_of())})

    answer = post()
    assert answer.status_code == 200
    assert answer.json()["s3_files"]["status"] == "failed"
    assert "InvalidAccessKeyId" in answer.json()["s3_files"]["error"]
    assert not any(key in answer.text for key in KEYS.values())


def test_requests_are_signed_with_version_4_in_path_style(serve, image_of) -> None:
    from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
    from threading import Thread

    seen: list[tuple[str, str]] = []

    class Recorder(BaseHTTPRequestHandler):
        def do_PUT(self) -> None:
            seen.append((self.path, self.headers["Authorization"]))
            self.rfile.read(int(self.headers["Content-Length"]))
            self.send_response(200)
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, *_: object) -> None:
            """Keep the test's output clean."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Recorder)
    Thread(target=server.serve_forever, daemon=True).start()
    client = serve(**s3_settings(f"http://127.0.0.1:{server.server_port}", "pages"))
    files = client.post("/ocr", files={"file": ("a.png", image_of())}).json()["local_files"]
    server.shutdown()
    server.server_close()
    assert [path for path, _ in seen] == [
        f"/pages/ocr-results/{Path(path).name}" for path in files.values()
    ]
    assert all(
        signed.startswith("AWS4-HMAC-SHA256 Credential=planted-access/") for _, signed in seen
    )
    json.loads(Path(files["json"]).read_text())


def test_partial_settings_are_named_and_the_service_runs_without(
    serve, image_of, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level("INFO", logger="reference_server")
    client = serve(s3_bucket="pages", s3_secret_key="planted-secret")
    assert client.get("/health").json()["s3_storage"] == "not_configured"
    assert client.post("/ocr", files={"file": ("a.png", image_of())}).status_code == 200
    (line,) = [r.getMessage() for r in caplog.records if r.levelname == "WARNING"]
    assert "CLOUDRU_S3_ENDPOINT" in line
    assert "CLOUDRU_S3_ACCESS_KEY" in line
    assert "BUCKET" not in line
    assert "planted-secret" not in caplog.text
