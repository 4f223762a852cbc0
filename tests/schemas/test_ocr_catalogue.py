"""The OCR catalogue says all that the contract says: every literal has its row."""

from __future__ import annotations

import pytest

import schemas

LITERALS = [
    *("`status` in /health", "`paddleocr` in /health", "`s3_storage` in /health"),
    *("`output_dir` in /health", "`temp_dir` in /health", "`docs` in /health"),
    *("`service` in /", "`version` in /", "`description` in /", "`usage` in /"),
    *("`endpoints.docs`", "`endpoints.redoc`", "`endpoints.openapi`"),
    *("`endpoints.health`", "`endpoints.ocr`"),
    *("GET /docs", "GET /redoc", "GET /openapi.json"),
    *("`image_base64`", "`image_url`", "`file`", "`return_content`", "`data:…;base64,`"),
    *("`input_type`", "`local_files.markdown`", "`local_files.json`", "`timestamp`"),
    *("`elapsed_sec`", "`markdown_text`", "`json_data`"),
    *("`base64_image`", "`url_image`", "`uploaded_image`"),
    *("`uploaded`", "`credentials_not_configured`", "`bucket`", "`s3_path_markdown`"),
    *("`s3_key_markdown`", "`file_sizes`", "`upload_times`", "`error_type`", "`ocr-results/`"),
    *("`input_path`", "`page_index`", "`page_count`", "`width`", "`height`", "`model_settings`"),
    *("`parsing_res_list`", "`block_label`", "`block_content`", "`block_bbox`", "`block_id`"),
    "`block_order`",
    "`No image provided. Use one of: image_base64, image_url, or file`",
    *("`Invalid base64 image: `", "`Failed to download image: `", "`Invalid image format: `"),
    "`OCR service is not available. Error: `",
    *('`{"detail":"Not Found"}`', '`{"detail":"Method Not Allowed"}`', "`Allow`"),
    *("`loc`", "`msg`", "`input`", "413", "500", "502"),
    *("`filename`", "`size_bytes`", "`modified`", "`count`", "`file_type=md`", "`limit`"),
    "`download=true`",
    *("`Missing authorization in request`", "`Authorization: Bearer`", "port 8081"),
    *("CLOUDRU_S3_", "PADDLEX_HOME", "HF_HOME", "FLAGS_enable_eager_mode=1"),
    *("FLAGS_eager_delete_tensor_gb=0", "FLAGS_use_mkldnn=0", "VLM API"),
    "`Starting FastAPI handler on port 8081...`",
    "`PaddleOCRVL imported successfully`",
    "`S3 client initialized for bucket: <bucket>`",
    *("`TEMP_DIR is writable: /app/temp`", "`OUTPUT_DIR is writable: /app/output`"),
    "`PaddleOCR-VL will be initialized on first request`",
    "`Application startup complete`",
    "`Uvicorn running on http://127.0.0.1:8081`",
    "`Using offline image with pre-loaded models`",
    "`Dynamic graph mode enabled (FLAGS_enable_eager_mode=1)`",
    "`SIGTERM received by PID 1`",
]


@pytest.mark.parametrize("literal", LITERALS)
def test_every_literal_of_the_contract_has_a_row(literal: str) -> None:
    rows = schemas.load_contract("ocr-service").requirements
    assert [row.id for row in rows if literal in row.text]


LATER = ("`elapsed_sec`", "`return_content", "`json_data`", "/files")


def test_what_no_live_answer_of_1_0_8_shows_is_no_must_there() -> None:
    contract = schemas.load_contract("ocr-service")
    groups = {"ANSWER", "ERR", "FILES", "INPUT", "JSON"}
    rows = [
        row
        for row in contract.requirements
        if row.group in groups and row.holds_in("1.0") and any(name in row.text for name in LATER)
    ]
    assert len(rows) > 10
    assert {row.level_in("1.0") for row in rows} == {"SHOULD"}
    assert {row.level_in("1.3") for row in rows} <= {"MUST", "SHOULD"}


def test_leaving_the_folder_of_results_is_forbidden_in_every_edition() -> None:
    contract = schemas.load_contract("ocr-service")
    rows = [row for row in contract.requirements if row.group == "FILES" and "../" in row.text]
    assert rows
    for row in rows:
        assert [row.level_in(edition) for edition in contract.editions] == ["MUST", "MUST"]


def test_what_only_the_container_shows_is_excluded_with_its_reason() -> None:
    contract = schemas.load_contract("ocr-service")
    inside = [row for row in contract.requirements if row.group in {"ENV", "LOG", "DEPLOY"}]
    assert inside
    assert all(row.excluded for row in inside)
