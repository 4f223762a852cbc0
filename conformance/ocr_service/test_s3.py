"""Results in S3: what the answers say of it, and that it agrees with /health."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from conformance.exchange import answered
from conformance.judging import Judge, decides
from conformance.ocr_service.recognition import HEALTH
from conformance.shape import MISSING, at, judge_shape
from schemas import load_contract

if TYPE_CHECKING:
    from conformance.exchange import Answer
    from conformance.ocr_service.service import Service

PREFIX = "ocr-results/"
S3_OFF = "S3 is not configured at the target"
_BLAMES_STORAGE = re.compile(r"\b(s3|upload|bucket|storage|boto)", re.IGNORECASE)

_UPLOADED = {
    "OCR-S3-6": "/s3_files/bucket",
    "OCR-S3-7": "/s3_files/markdown",
    "OCR-S3-8": "/s3_files/s3_path_markdown",
    "OCR-S3-9": "/s3_files/s3_key_markdown",
    "OCR-S3-11": "/s3_files/file_sizes",
    "OCR-S3-12": "/s3_files/upload_times",
}


def _storage(service: Service) -> Any:
    return at(service.ask(HEALTH).json, "s3_storage")


@decides("OCR-S3-1", "OCR-S3-2", "OCR-S3-3", "OCR-S3-15", "OCR-S3-16", depth="quick")
def test_edition_1_0(service: Service, first: Answer, judge: Judge) -> None:
    if service.edition != "1.0":
        _judge_agreement(service, first, judge)
        return
    files = at(first.json, "s3_files")
    if _storage(service) == "not_configured":
        judge.untested(S3_OFF, "OCR-S3-1", "OCR-S3-2", "OCR-S3-16", because="not_observed")
        absent = files is MISSING
        judge("OCR-S3-3", absent, expected="no s3_files while S3 is off", got=repr(files), by=first)
        judge(
            "OCR-S3-15", absent, expected="no s3_files while S3 is off", got=repr(files), by=first
        )
        return
    judge.untested("S3 is configured at the target", "OCR-S3-3", because="not_observed")
    for requirement, kind in (("OCR-S3-1", "markdown"), ("OCR-S3-2", "json")):
        url = at(files, kind)
        judge(
            requirement, _is_url(url), expected=f"a URL in s3_files.{kind}", got=repr(url), by=first
        )
    judge(
        "OCR-S3-15",
        files is not MISSING,
        expected="s3_files while S3 is on",
        got=repr(files),
        by=first,
    )
    _judge_prefix(judge, first, files)


def _judge_agreement(service: Service, first: Answer, judge: Judge) -> None:
    status, storage = at(first.json, "s3_files/status"), _storage(service)
    wanted = ("skipped",) if storage == "not_configured" else ("uploaded", "failed")
    judge(
        "OCR-S3-15",
        status in wanted,
        expected=f"s3_files {' or '.join(wanted)} while s3_storage is {storage}",
        got=repr(status),
        by=first,
    )
    if status == "uploaded":
        _judge_prefix(judge, first, at(first.json, "s3_files"))
    else:
        judge.untested(S3_OFF, "OCR-S3-16", because="not_observed")


def _judge_prefix(judge: Judge, first: Answer, files: Any) -> None:
    urls = [at(files, kind) for kind in ("markdown", "json")]
    judge(
        "OCR-S3-16",
        all(_is_url(url) and f"/{PREFIX}" in urlsplit(url).path for url in urls),
        expected=f"URLs under {PREFIX}",
        got=repr(urls),
        by=first,
    )


def _is_url(value: object) -> bool:
    return isinstance(value, str) and urlsplit(value).scheme in ("http", "https", "s3")


@decides("OCR-S3-4", "OCR-S3-5", *_UPLOADED, "OCR-S3-10", "OCR-S3-13", depth="quick")
def test_edition_1_3(service: Service, first: Answer, judge: Judge) -> None:
    files = at(first.json, "s3_files")
    status = at(files, "status")
    judge(
        "OCR-S3-4",
        isinstance(files, dict) and status in ("uploaded", "skipped", "failed"),
        expected="an object with the status uploaded, skipped or failed",
        got=repr(files),
        by=first,
    )
    if _storage(service) == "not_configured":
        right = files == {"status": "skipped", "reason": "credentials_not_configured"}
        judge(
            "OCR-S3-5",
            right,
            expected="skipped with credentials_not_configured",
            got=repr(files),
            by=first,
        )
    else:
        judge.untested("S3 is configured at the target", "OCR-S3-5", because="not_observed")
    if status == "uploaded":
        validator = load_contract("ocr-service").validator("ocr_answer", service.edition)
        judge_shape(judge, validator, first.json, by=first, rows=_UPLOADED)
        for kind in ("markdown", "json"):
            wanted = f"s3://{at(files, 'bucket')}/{at(files, f's3_key_{kind}')}"
            path = at(files, f"s3_path_{kind}")
            judge("OCR-S3-10", path == wanted, expected=wanted, got=repr(path), by=first)
            key = at(files, f"s3_key_{kind}")
            judge(
                "OCR-S3-9",
                isinstance(key, str) and key.startswith(PREFIX),
                expected=f"a key under {PREFIX}",
                got=repr(key),
                by=first,
            )
            url = at(files, kind)
            judge("OCR-S3-7", _is_url(url), expected="a URL", got=repr(url), by=first)
    else:
        judge.untested(S3_OFF, *_UPLOADED, "OCR-S3-10", because="not_observed")
    if status == "failed":
        error = at(files, "error")
        judge(
            "OCR-S3-13",
            isinstance(error, str),
            expected="error as a text",
            got=repr(error),
            by=first,
        )
        kind = at(files, "error_type")
        judge(
            "OCR-S3-13",
            kind is MISSING or isinstance(kind, str),
            expected="error_type as a text",
            got=repr(kind),
            by=first,
        )
    else:
        judge.untested("no upload failed in this run", "OCR-S3-13", because="not_observed")


@decides("OCR-S3-14", depth="quick")
def test_a_failed_upload_fails_no_request(service: Service, judge: Judge) -> None:
    first = answered(service.recognition.first_answer)
    failed = first.status == 200 and at(first.json, "s3_files/status") == "failed"
    blamed = first.status >= 500 and _BLAMES_STORAGE.search(first.text) is not None
    if not failed and not blamed:
        judge.untested("no upload failed in this run", because="not_observed")
        return
    files = at(first.json, "local_files")
    judge(
        "OCR-S3-14",
        failed and isinstance(files, dict),
        expected="200 with local_files",
        got=first.summary if blamed else repr(files),
        by=first,
    )
