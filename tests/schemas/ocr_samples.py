"""What the OCR service's schemas must accept, and what they must refuse by a hair.

The answers are those that the contract and the live service document, with buckets, hosts and
keys made up.
"""

from __future__ import annotations

from typing import Any

from edits import GONE, changed, without_each

FOLDER = "ocr_service"

HEALTH_10 = {
    "status": "healthy",
    "paddleocr": "not_initialized",
    "s3_storage": "configured",
    "output_dir": "/app/output",
    "temp_dir": "/app/temp",
    "docs": "/docs - Swagger UI для тестирования API",
}
HEALTH_10_READY = changed(HEALTH_10, paddleocr="ready", s3_storage="not_configured")
HEALTH_13_STARTING = changed(HEALTH_10, status="starting", paddleocr="initializing")
HEALTH_13_READY = changed(HEALTH_10_READY)
ROOT = {
    "service": "PaddleOCR-VL Service",
    "version": "1.0.0",
    "description": "OCR service with support for Base64, URL, and multipart image uploads",
    "endpoints": {
        "docs": "/docs - Swagger UI (интерактивная документация API)",
        "redoc": "/redoc - ReDoc (альтернативная документация)",
        "openapi": "/openapi.json - OpenAPI схема",
        "health": "/health - Проверка здоровья сервиса",
        "ocr": "/ocr - POST - OCR обработка изображений",
    },
    "usage": "Перейдите на /docs для интерактивного использования API",
}
PAGE = {
    "input_path": "/app/temp/page.png",
    "page_index": None,
    "page_count": None,
    "width": 1240,
    "height": 1754,
    "model_settings": {"use_layout_detection": True},
    "parsing_res_list": [
        {
            "block_label": "text",
            "block_content": "Счёт № 17",
            "block_bbox": [10, 20.5, 300, 64],
            "block_id": 0,
            "block_order": 1,
            "group_id": 0,
        },
        {
            "block_label": "image",
            "block_content": "",
            "block_bbox": [0, 0, 5, 5],
            "block_id": 1,
            "block_order": None,
        },
    ],
    "layout_det_res": {},
}
FIRST_PAGE = changed(PAGE, page_index=0, page_count=2)
SECOND_PAGE = changed(PAGE, page_index=1, page_count=2)
ANSWER = {
    "status": "success",
    "input_type": "base64",
    "local_files": {
        "markdown": "/app/output/20251205_091500_base64_image.md",
        "json": "/app/output/20251205_091500_base64_image.json",
    },
    "timestamp": "2025-12-05T09:15:00.123456",
}
S3_10 = {
    "markdown": "https://s3.example.org/results/ocr-results/20251205_091500_base64_image.md",
    "json": "https://s3.example.org/results/ocr-results/20251205_091500_base64_image.json",
}
S3_UPLOADED = {
    "status": "uploaded",
    "bucket": "results",
    **S3_10,
    "s3_path_markdown": "s3://results/ocr-results/20251205_091500_base64_image.md",
    "s3_path_json": "s3://results/ocr-results/20251205_091500_base64_image.json",
    "s3_key_markdown": "ocr-results/20251205_091500_base64_image.md",
    "s3_key_json": "ocr-results/20251205_091500_base64_image.json",
    "file_sizes": {"markdown_bytes": 12, "json_bytes": 0},
    "upload_times": {"markdown_sec": 0.12, "json_sec": 0},
}
S3_SKIPPED = {"status": "skipped", "reason": "credentials_not_configured"}
S3_FAILED = {"status": "failed", "error": "bucket not found", "error_type": "NoSuchBucket"}
ANSWER_13 = {**ANSWER, "elapsed_sec": 9.667, "s3_files": S3_SKIPPED}
FAULT = {
    "type": "value_error",
    "loc": ["body", "file", 0],
    "msg": "Value error, Expected UploadFile, received: <class 'str'>",
    "input": "text",
    "ctx": {"error": {}},
    "url": "https://errors.example.org/2/v/value_error",
}
INVALID = {"detail": [FAULT]}
LISTED = {
    "filename": "20251205_091500_страница.md",
    "type": "md",
    "size_bytes": 0,
    "modified": "2025-12-05T09:15:00",
}
FILES = {
    "status": "success",
    "count": 2,
    "files": [LISTED, changed(LISTED, type="json", modified="2025-12-05T09:15:00.5+03:00")],
}
OPENAPI = {
    "openapi": "3.1.0",
    "info": {"title": "PaddleOCR-VL Service"},
    "paths": {"/": {"get": {}}, "/health": {"get": {}}, "/ocr": {"post": {}}, "/files": {}},
}

NO_METHODS: tuple[Any, ...] = ({}, [])


def detail(text: Any) -> dict[str, Any]:
    """Return the body of an error."""
    return {"detail": text}


NO_IMAGE = detail("No image provided. Use one of: image_base64, image_url, or file")

SAMPLES: dict[str, list[Any]] = {
    "health": [HEALTH_10, HEALTH_10_READY, HEALTH_13_STARTING],
    "health.1.0": [HEALTH_10, HEALTH_10_READY],
    "health.1.3": [HEALTH_13_STARTING, HEALTH_13_READY],
    "root": [ROOT],
    "ocr_request": [
        {"image_base64": "iVBORw0KGgo="},
        {"image_base64": "data:image/png;base64,iVBO\r\nRw0KGgo=\r\n"},
        {"image_url": "https://pages.example.org/page.png", "return_content": True},
        {"file": "\u0089PNG"},
    ],
    "ocr_answer": [ANSWER, ANSWER_13],
    "ocr_answer.1.0": [
        ANSWER,
        changed(ANSWER, input_type="url", timestamp="2025-12-05T09:15:00", s3_files=S3_10),
        changed(ANSWER, elapsed_sec=0, markdown_text="Счёт № 17", json_data=PAGE),
        changed(ANSWER, local_files__markdown="/20251205_091500_base64_image-2.md"),
    ],
    "ocr_answer.1.3": [
        ANSWER_13,
        changed(ANSWER_13, input_type="multipart", s3_files=S3_UPLOADED),
        changed(ANSWER_13, s3_files=S3_FAILED, markdown_text=None, json_data=None),
        changed(ANSWER_13, markdown_text="", json_data=[FIRST_PAGE, SECOND_PAGE]),
    ],
    "s3_files.1.0": [S3_10],
    "s3_files.1.3": [S3_UPLOADED, S3_SKIPPED, S3_FAILED, changed(S3_FAILED, error_type=GONE)],
    "json_data": [PAGE, [FIRST_PAGE, SECOND_PAGE]],
    "error": [NO_IMAGE, detail("OCR processing failed: out of memory")],
    "error_no_image": [NO_IMAGE],
    "error_invalid_base64": [detail("Invalid base64 image: Incorrect padding")],
    "error_download": [detail("Failed to download image: 404 Not Found")],
    "error_image_format": [detail("Invalid image format: cannot identify image file")],
    "error_unavailable": [detail("OCR service is not available. Error: no device")],
    "error_not_found": [detail("Not Found")],
    "error_method_not_allowed": [detail("Method Not Allowed")],
    "validation_error": [INVALID, changed(INVALID, detail__0__ctx=GONE, detail__0__url=GONE)],
    "unauthorized": [{"message": "Missing authorization in request"}],
    "files_list": [FILES, {"status": "success", "count": 0, "files": []}],
    "openapi_document": [OPENAPI],
}

_HEALTH_FAULTS: list[dict[str, Any]] = [
    {"s3_storage": "on"},
    {"output_dir": "app/output"},
    {"output_dir": 5},
    {"temp_dir": "temp"},
    {"docs": "see /docs"},
    {"docs": None},
    {"uptime": 5},
]


def _health(document: dict[str, Any], *faults: dict[str, Any]) -> list[Any]:
    edits = [changed(document, **fault) for fault in (*_HEALTH_FAULTS, *faults)]
    return [[], *without_each(document), *edits]


def _error(text: Any, *others: Any) -> list[Any]:
    return [
        "error",
        {},
        changed(detail(text), code=400),
        detail(5),
        detail(""),
        *(detail(other) for other in others),
    ]


NEAR_MISSES: dict[str, list[Any]] = {
    "health": _health(HEALTH_10, {"status": "ok"}, {"paddleocr": "loading"}),
    "health.1.0": _health(
        HEALTH_10,
        {"status": "starting"},
        {"paddleocr": "initializing"},
    ),
    "health.1.3": _health(
        HEALTH_13_READY,
        {"status": "starting"},
        {"paddleocr": "initializing"},
        {"paddleocr": "not_initialized"},
        {"status": "starting", "paddleocr": "not_initialized"},
    ),
    "root": [
        None,
        *without_each(ROOT),
        changed(ROOT, service="OCR Service"),
        changed(ROOT, version="1.0.8"),
        changed(ROOT, description=""),
        changed(ROOT, description=5),
        changed(ROOT, usage=""),
        changed(ROOT, endpoints=list(ROOT["endpoints"])),
        *(changed(ROOT, endpoints=some) for some in without_each(ROOT["endpoints"])),  # type: ignore[arg-type]
        *(changed(ROOT, **{f"endpoints__{name}": "elsewhere"}) for name in ROOT["endpoints"]),
        *(changed(ROOT, **{f"endpoints__{name}": 5}) for name in ROOT["endpoints"]),
        changed(ROOT, endpoints__openapi="/openapi_json"),
        changed(ROOT, endpoints__files="/files"),
        changed(ROOT, uptime=5),
    ],
    "ocr_request": [
        [],
        {},
        {"return_content": False},
        {"image_base64": "!"},
        {"image_base64": 5},
        {"image_url": "https://pages.example.org/a page.png"},
        {"image_url": "ftp://pages.example.org/page.png"},
        {"image_url": 5},
        {"file": ""},
        {"file": 5},
        {"file": "x", "return_content": "yes"},
        {"file": "x", "language": "ru"},
    ],
    "ocr_answer": [
        [],
        *without_each(ANSWER),
        changed(ANSWER, status="ok"),
        changed(ANSWER, input_type="file"),
        changed(ANSWER, local_files=[]),
        changed(ANSWER, local_files__markdown=GONE),
        changed(ANSWER, local_files__json=GONE),
        changed(ANSWER, local_files__pdf="/app/output/20251205_091500_base64_image.pdf"),
        changed(ANSWER, local_files__markdown="/app/output/20251205_091500_base64_image.json"),
        changed(ANSWER, local_files__markdown="/app/output/20251305_091500_base64_image.md"),
        changed(ANSWER, local_files__markdown="/app/output/20251205_091500_base64_image.md\n"),
        changed(ANSWER, local_files__markdown="output/20251205_091500_base64_image.md"),
        changed(ANSWER, local_files__markdown=None),
        changed(ANSWER, local_files__json="/app/output/base64_image.json"),
        changed(ANSWER, local_files__json=5),
        changed(ANSWER, timestamp="2025-12-05T09:15:00Z"),
        changed(ANSWER, timestamp="2025-12-05 09:15:00"),
        changed(ANSWER, timestamp="2025-12-05T09:15:00\n"),
        changed(ANSWER, timestamp=1764926100),
        changed(ANSWER, elapsed_sec="9.667"),
        changed(ANSWER, elapsed_sec=-0.1),
        changed(ANSWER, markdown_text=["Счёт"]),
        changed(ANSWER, json_data="{}"),
    ],
    "ocr_answer.1.0": [
        {},
        changed(ANSWER, status=GONE),
        changed(ANSWER, s3_files=S3_SKIPPED),
        changed(ANSWER, s3_files=None),
        changed(ANSWER, text="Счёт № 17"),
    ],
    "ocr_answer.1.3": [
        {},
        changed(ANSWER_13, status=GONE),
        changed(ANSWER_13, elapsed_sec=GONE),
        changed(ANSWER_13, s3_files=GONE),
        changed(ANSWER_13, s3_files=S3_10),
        changed(ANSWER_13, text="Счёт № 17"),
    ],
    "s3_files.1.0": [
        [],
        *without_each(S3_10),
        changed(S3_10, markdown="s3://results/ocr-results/a.md"),
        changed(S3_10, markdown="https://s3.example.org/results/a b.md"),
        changed(S3_10, markdown=None),
        changed(S3_10, json="/app/output/a.json"),
        changed(S3_10, bucket="results"),
    ],
    "s3_files.1.3": [
        "uploaded",
        *without_each(S3_UPLOADED),
        changed(S3_UPLOADED, status="done"),
        changed(S3_UPLOADED, region="ru-1"),
        changed(S3_UPLOADED, bucket=""),
        changed(S3_UPLOADED, markdown="ocr-results/a.md"),
        changed(S3_UPLOADED, json="ocr-results/a.json"),
        changed(S3_UPLOADED, s3_path_markdown="https://results/ocr-results/a.md"),
        changed(S3_UPLOADED, s3_path_markdown=5),
        changed(S3_UPLOADED, s3_path_json="s3://results/a.json"),
        changed(S3_UPLOADED, s3_key_markdown="/ocr-results/a.md"),
        changed(S3_UPLOADED, s3_key_markdown=5),
        changed(S3_UPLOADED, s3_key_json="results/a.json"),
        changed(S3_UPLOADED, file_sizes=[]),
        changed(S3_UPLOADED, file_sizes__markdown_bytes=GONE),
        changed(S3_UPLOADED, file_sizes__json_bytes=GONE),
        changed(S3_UPLOADED, file_sizes__markdown_bytes=-1),
        changed(S3_UPLOADED, file_sizes__json_bytes=1.5),
        changed(S3_UPLOADED, file_sizes__total_bytes=12),
        changed(S3_UPLOADED, upload_times=0.2),
        changed(S3_UPLOADED, upload_times__markdown_sec=GONE),
        changed(S3_UPLOADED, upload_times__json_sec=GONE),
        changed(S3_UPLOADED, upload_times__markdown_sec=-1),
        changed(S3_UPLOADED, upload_times__json_sec="0.1"),
        changed(S3_UPLOADED, upload_times__total_sec=1),
        *without_each(S3_SKIPPED),
        changed(S3_SKIPPED, status="disabled"),
        changed(S3_SKIPPED, reason="no_bucket"),
        changed(S3_SKIPPED, bucket="results"),
        *without_each(S3_FAILED, "error_type"),
        changed(S3_FAILED, status="lost"),
        changed(S3_FAILED, error=""),
        changed(S3_FAILED, error_type=5),
        changed(S3_FAILED, bucket="results"),
    ],
    "json_data": [
        5,
        [],
        [PAGE],
        [FIRST_PAGE, 5],
        *without_each(PAGE, "layout_det_res"),
        changed(PAGE, input_path=None),
        changed(PAGE, page_index=-1),
        changed(PAGE, page_index="0"),
        changed(PAGE, page_count=0),
        changed(PAGE, page_count="1"),
        changed(PAGE, width=0),
        changed(PAGE, width="1240"),
        changed(PAGE, height=0),
        changed(PAGE, height=17.5),
        changed(PAGE, model_settings=None),
        changed(PAGE, parsing_res_list={}),
        changed(PAGE, parsing_res_list__0="Счёт № 17"),
        *(
            changed(PAGE, **{f"parsing_res_list__0__{name}": GONE})
            for name in ("block_label", "block_content", "block_bbox", "block_id", "block_order")
        ),
        changed(PAGE, parsing_res_list__0__block_label=""),
        changed(PAGE, parsing_res_list__0__block_content=None),
        changed(PAGE, parsing_res_list__0__block_bbox="10 20 300 64"),
        changed(PAGE, parsing_res_list__0__block_bbox=[10, 20, 300]),
        changed(PAGE, parsing_res_list__0__block_bbox=[10, 20, 300, 64, 0]),
        changed(PAGE, parsing_res_list__0__block_bbox=[10, 20, 300, "64"]),
        changed(PAGE, parsing_res_list__0__block_id="0"),
        changed(PAGE, parsing_res_list__0__block_order="1"),
    ],
    "error": _error("Not Found"),
    "error_no_image": _error(NO_IMAGE["detail"], "No image provided."),
    "error_invalid_base64": _error("Invalid base64 image: x", "Invalid base64 image: "),
    "error_download": _error("Failed to download image: x", "Download failed: x"),
    "error_image_format": _error("Invalid image format: x", "Invalid base64 image: x"),
    "error_unavailable": _error("OCR service is not available. Error: x", "Service Unavailable"),
    "error_not_found": _error("Not Found", "not found"),
    "error_method_not_allowed": _error("Method Not Allowed", "Not Allowed"),
    "validation_error": [
        [],
        {},
        detail("Value error"),
        detail([]),
        detail(["Value error"]),
        changed(INVALID, body=None),
        *(detail([fault]) for fault in without_each(FAULT, "ctx", "url")),
        changed(INVALID, detail__0__type=""),
        changed(INVALID, detail__0__loc="body"),
        changed(INVALID, detail__0__loc=[]),
        changed(INVALID, detail__0__loc=[None]),
        changed(INVALID, detail__0__msg=""),
        changed(INVALID, detail__0__ctx="error"),
        changed(INVALID, detail__0__url="errors"),
        changed(INVALID, detail__0__code=1),
    ],
    "unauthorized": [
        "Missing authorization in request",
        {},
        {"message": "Unauthorized"},
        {"message": "Missing authorization in request", "code": 401},
    ],
    "files_list": [
        [],
        *without_each(FILES),
        changed(FILES, status=""),
        changed(FILES, count=-1),
        changed(FILES, files={}),
        changed(FILES, files=[5]),
        changed(FILES, total=2),
        *(changed(FILES, files=[some]) for some in without_each(LISTED)),
        changed(FILES, files__0__filename="../a.md"),
        changed(FILES, files__0__filename=5),
        changed(FILES, files__0__type="markdown"),
        changed(FILES, files__0__size_bytes=-1),
        changed(FILES, files__0__modified="yesterday"),
        changed(FILES, files__0__modified=5),
        changed(FILES, files__0__path="/app/output/a.md"),
    ],
    "openapi_document": [
        [],
        *without_each(OPENAPI, "info"),
        changed(OPENAPI, openapi="2.0"),
        changed(OPENAPI, openapi=3.1),
        changed(OPENAPI, paths=[]),
        *(changed(OPENAPI, paths=some) for some in without_each(OPENAPI["paths"], "/files")),  # type: ignore[arg-type]
        *(
            changed(OPENAPI, **{f"paths__{path}": value})
            for path in ("/", "/health", "/ocr")
            for value in NO_METHODS
        ),
    ],
}
