"""The 500 of each contract, for what nobody foresaw; the traceback is in the server's log."""

from __future__ import annotations

from typing import Any

from reference_server.openai_api.errors import Refusal
from reference_server.text.errors import Code
from reference_server.yandex import rest_errors


def internal_error(path: str, error: Exception) -> dict[str, Any]:
    """The body in the shape of the contract that `path` belongs to."""
    said = f"{type(error).__name__}: {error}"
    if path.startswith(("/foundationModels/", "/operations/")):
        return rest_errors.of_unary(Code.INTERNAL, f"Internal server error: {said}")
    if path.startswith("/v1/"):
        return Refusal(f"Internal server error: {said}", status=500).body
    failed = "OCR processing failed" if path == "/ocr" else "Internal server error"
    return {"detail": f"{failed}: {said}"}
