"""What every path shares: service description, documentation, authorization, wrong paths."""

from __future__ import annotations

import httpx
import pytest

KEY = "planted-key-123"
PATHS = ["/", "/health", "/docs", "/redoc", "/openapi.json", "/files", "/nope"]


def test_root_and_health_of_edition_1_0(serve, tmp_path) -> None:
    client = serve()
    root = client.get("/").json()
    assert root["service"] == "PaddleOCR-VL Service"
    assert root["version"] == "1.0.0"
    assert set(root) == {"service", "version", "description", "usage", "endpoints"}
    for name, path in {
        "docs": "/docs",
        "redoc": "/redoc",
        "openapi": "/openapi.json",
        "health": "/health",
        "ocr": "/ocr",
    }.items():
        assert root["endpoints"][name].startswith(path)
    health = client.get("/health").json()
    assert health.pop("docs").startswith("/docs")
    assert health == {
        "status": "healthy",
        "paddleocr": "not_initialized",
        "s3_storage": "not_configured",
        "output_dir": str(tmp_path / "state" / "output"),
        "temp_dir": str(tmp_path / "state" / "temp"),
    }


def test_documentation_is_served_and_lists_the_form(serve) -> None:
    client = serve(release="1.3.6")
    for path in ("/docs", "/redoc"):
        page = client.get(path)
        assert page.headers["content-type"].startswith("text/html")
    document = client.get("/openapi.json").json()
    assert document["openapi"].startswith("3.")
    assert {"/", "/health", "/ocr", "/files"} <= document["paths"].keys()
    operation = document["paths"]["/ocr"]["post"]
    form = operation["requestBody"]["content"]["multipart/form-data"]["schema"]["properties"]
    assert form.keys() == {"image_base64", "image_url", "file", "return_content"}
    assert {"200", "400", "413", "422", "500", "503"} <= operation["responses"].keys()


def test_the_openapi_document_is_valid(serve) -> None:
    from openapi_spec_validator import validate

    validate(serve().get("/openapi.json").json())


@pytest.mark.parametrize(
    ("method", "path", "status", "detail"),
    [
        ("GET", "/nope", 404, "Not Found"),
        ("POST", "/ocr/", 307, None),
        ("GET", "/ocr", 405, "Method Not Allowed"),
        ("PUT", "/ocr", 405, "Method Not Allowed"),
        ("POST", "/health", 405, "Method Not Allowed"),
        ("DELETE", "/", 405, "Method Not Allowed"),
    ],
)
def test_wrong_paths_and_methods(serve, method, path, status, detail) -> None:
    answer = serve().request(method, path)
    assert answer.status_code == status
    if detail:
        assert answer.json() == {"detail": detail}
    if status == 405:
        assert answer.headers["allow"]


@pytest.mark.parametrize("path", PATHS)
@pytest.mark.parametrize(
    "value",
    [
        None,
        "",
        KEY,
        "Bearer",
        f"Basic {KEY}",
        f"Bearer {KEY}x",
        f"Bearer {KEY[:-1]}",
        f"Bearer{KEY}",
        "Bearer ключ".encode(),
    ],
)
def test_without_its_key_every_path_is_a_401(serve, path: str, value) -> None:
    headers = {} if value is None else {"Authorization": value}
    answer = serve(api_key=KEY).get(path, headers=headers)
    assert answer.status_code == 401
    assert answer.json() == {"message": "Missing authorization in request"}
    assert KEY not in answer.text


@pytest.mark.parametrize("scheme", ["Bearer", "bearer", "Api-Key"])
def test_with_its_key_every_path_answers(serve, image_of, scheme: str) -> None:
    client = serve(api_key=KEY)
    client.headers["Authorization"] = f"{scheme} {KEY}"
    for path in PATHS[:-1]:
        assert client.get(path).status_code == 200, path
    assert client.get("/nope").status_code == 404
    assert client.post("/ocr", files={"file": ("a.png", image_of())}).status_code == 200


def test_two_keys_are_no_key(serve) -> None:
    client = serve(api_key=KEY)
    both = httpx.Headers([("Authorization", f"Bearer {KEY}"), ("Authorization", "Bearer x")])
    assert client.get("/health", headers=both).status_code == 401


def test_a_refused_upload_is_not_read(serve, engine, image_of) -> None:
    answer = serve(api_key=KEY).post("/ocr", files={"file": ("a.png", image_of())})
    assert answer.status_code == 401
    assert engine.sizes == []
