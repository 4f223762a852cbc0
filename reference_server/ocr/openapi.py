"""What the server's own OpenAPI document says of the OCR routes, and the words of `GET /`."""

from __future__ import annotations

from typing import Any

SERVICE: dict[str, Any] = {
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

Responses = dict[int | str, dict[str, Any]]


def _error(description: str, *messages: str) -> dict[str, Any]:
    """A `{"detail": …}` response with its documented messages as examples."""
    schema = {
        "type": "object",
        "required": ["detail"],
        "properties": {"detail": {"type": "string"}},
    }
    examples = {
        f"case_{number}": {"value": {"detail": message}}
        for number, message in enumerate(messages, start=1)
    }
    return {
        "description": description,
        "content": {"application/json": {"schema": schema, "examples": examples}},
    }


ROOT: Responses = {200: {"description": "What the service is and where its endpoints are"}}
HEALTH: Responses = {200: {"description": "State of the service; always 200 while it runs"}}
FILES: Responses = {200: {"description": "The newest results first"}}
FILE: Responses = {
    200: {"description": "The result", "content": {"text/markdown": {}, "application/json": {}}},
    404: _error("No such result", "Not Found"),
}
OCR_RESPONSES: Responses = {
    200: {"description": "The image was recognised and its results are stored"},
    400: _error(
        "No image, or one that cannot be read",
        "No image provided. Use one of: image_base64, image_url, or file",
        "Invalid base64 image: Incorrect padding",
        "Failed to download image: the server answered 404",
        "Invalid image format: cannot identify image file",
    ),
    413: _error(
        "The image is too large", "Image is too large: at most 20971520 bytes are accepted"
    ),
    422: {
        "description": "A form field has a wrong type",
        "content": {
            "application/json": {"schema": {"$ref": "#/components/schemas/HTTPValidationError"}}
        },
    },
    500: _error("Recognition failed", "OCR processing failed: …"),
    503: _error(
        "The engine is not available, or too many images wait (then with Retry-After)",
        "OCR service is not available. Error: …",
    ),
}

_FIELDS: dict[str, dict[str, Any]] = {
    "image_base64": {
        "type": "string",
        "description": "The image in base64, with or without a data URI's prefix",
    },
    "image_url": {"type": "string", "description": "Address from which the service fetches it"},
    "file": {"type": "string", "format": "binary", "description": "The image as an upload"},
    "return_content": {
        "type": "boolean",
        "default": False,
        "description": "Put the recognised text into the answer too",
    },
}
_TEXT_FIELDS = {name: field for name, field in _FIELDS.items() if name != "file"}

# Of several inputs base64 counts before url, and url before file.
OCR_REQUEST: dict[str, Any] = {
    "requestBody": {
        "content": {
            "multipart/form-data": {"schema": {"type": "object", "properties": _FIELDS}},
            "application/x-www-form-urlencoded": {
                "schema": {"type": "object", "properties": _TEXT_FIELDS}
            },
        }
    }
}
