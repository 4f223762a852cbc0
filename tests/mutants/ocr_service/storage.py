"""Mutants of results in S3."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.mutants.mutant import rewrites
from tests.mutants.ocr_service.forms import refusal

if TYPE_CHECKING:
    from tests.mutants.exchange import Reply

ON, FAILING = {"storage": "on"}, {"storage": "failing"}


@rewrites("POST /ocr", kills=("OCR-S3-1",), edition="1.0", settings=ON)
def s3_markdown_is_a_key(reply: Reply) -> None:
    """`s3_files.markdown` is a key, not a URL."""
    reply.json["s3_files"]["markdown"] = "ocr-results/page.md"


@rewrites("POST /ocr", kills=("OCR-S3-2",), edition="1.0", settings=ON)
def s3_json_missing(reply: Reply) -> None:
    """`s3_files.json` is missing."""
    del reply.json["s3_files"]["json"]


@rewrites("POST /ocr", kills=("OCR-S3-3",), edition="1.0")
def s3_null_while_off(reply: Reply) -> None:
    """`s3_files` is null while S3 is off, where it should be absent."""
    reply.json["s3_files"] = None


@rewrites("POST /ocr", kills=("OCR-S3-4",))
def s3_absent_while_off(reply: Reply) -> None:
    """`s3_files` is absent while S3 is off, as in edition 1.0."""
    reply.json.pop("s3_files", None)


@rewrites("POST /ocr", kills=("OCR-S3-5",))
def s3_skipped_for_another_reason(reply: Reply) -> None:
    """`reason` of a skipped upload is another."""
    reply.json["s3_files"]["reason"] = "disabled"


@rewrites("POST /ocr", kills=("OCR-S3-6",), settings=ON)
def s3_bucket_missing(reply: Reply) -> None:
    """`bucket` is missing."""
    del reply.json["s3_files"]["bucket"]


@rewrites("POST /ocr", kills=("OCR-S3-7",), settings=ON)
def s3_url_without_a_host(reply: Reply) -> None:
    """`markdown` of an uploaded result is a path."""
    reply.json["s3_files"]["markdown"] = "/pages/ocr-results/page.md"


@rewrites("POST /ocr", kills=("OCR-S3-8", "OCR-S3-10"), all_of=True, settings=ON)
def s3_path_without_a_scheme(reply: Reply) -> None:
    """`s3_path_markdown` lacks `s3://`."""
    files = reply.json["s3_files"]
    files["s3_path_markdown"] = files["s3_path_markdown"].removeprefix("s3://")


@rewrites("POST /ocr", kills=("OCR-S3-9",), settings=ON)
def s3_keys_at_the_top(reply: Reply) -> None:
    """Keys lie at the top of the bucket."""
    files = reply.json["s3_files"]
    for kind in ("markdown", "json"):
        files[f"s3_key_{kind}"] = files[f"s3_key_{kind}"].removeprefix("ocr-results/")
        files[f"s3_path_{kind}"] = f"s3://{files['bucket']}/{files[f's3_key_{kind}']}"


@rewrites("POST /ocr", kills=("OCR-S3-10",), settings=ON)
def s3_path_of_another_bucket(reply: Reply) -> None:
    """`s3_path_json` names another bucket."""
    files = reply.json["s3_files"]
    files["s3_path_json"] = "s3://other/" + files["s3_key_json"]


@rewrites("POST /ocr", kills=("OCR-S3-11",), settings=ON)
def s3_sizes_as_text(reply: Reply) -> None:
    """`file_sizes` are texts with a unit."""
    reply.json["s3_files"]["file_sizes"] = {"markdown_bytes": "1 kB", "json_bytes": "2 kB"}


@rewrites("POST /ocr", kills=("OCR-S3-12",), settings=ON)
def s3_times_negative(reply: Reply) -> None:
    """`upload_times` are below zero."""
    reply.json["s3_files"]["upload_times"] = {"markdown_sec": -1.0, "json_sec": -1.0}


@rewrites("POST /ocr", kills=("OCR-S3-13",), settings=FAILING)
def s3_error_as_object(reply: Reply) -> None:
    """`error` of a failed upload is an object."""
    reply.json["s3_files"]["error"] = {"code": "NoSuchBucket"}


@rewrites("POST /ocr", kills=("OCR-S3-14",), settings=FAILING)
def s3_failure_fails_the_request(reply: Reply) -> None:
    """A failed upload makes the request fail."""
    if reply.status == 200:
        failed = refusal(500, "OCR processing failed: S3 upload failed: NoSuchBucket")
        reply.status, reply.json = failed.status, failed.json


@rewrites("POST /ocr", kills=("OCR-S3-14",), settings=FAILING)
def s3_failure_loses_the_files(reply: Reply) -> None:
    """A failed upload leaves no local files in the answer."""
    reply.json["local_files"] = None


@rewrites("GET /health", kills=("OCR-S3-15",))
def health_boasts_of_s3(reply: Reply) -> None:
    """/health says that S3 is configured, while it is off."""
    reply.json["s3_storage"] = "configured"


@rewrites("GET /health", kills=("OCR-S3-15",), edition="1.0", settings=ON)
def health_hides_s3(reply: Reply) -> None:
    """/health says that S3 is off, while results go there."""
    reply.json["s3_storage"] = "not_configured"


@rewrites("POST /ocr", kills=("OCR-S3-16",), edition="1.0", settings=ON)
def s3_urls_at_the_top(reply: Reply) -> None:
    """The URLs in `s3_files` lead to the top of the bucket."""
    files = reply.json["s3_files"]
    for kind, url in files.items():
        files[kind] = url.replace("ocr-results/", "")
