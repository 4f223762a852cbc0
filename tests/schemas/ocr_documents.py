"""Answers of the OCR service as its contract and the live service document them.

Buckets, hosts and keys are made up.
"""

from __future__ import annotations

from typing import Any

from edits import changed

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
