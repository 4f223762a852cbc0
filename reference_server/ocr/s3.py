"""Results in S3: a client of bounded patience, and the answers of both editions."""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

if TYPE_CHECKING:
    from pathlib import Path

    from reference_server.ocr.results import ResultFiles
    from reference_server.settings import Settings

KEY_PREFIX = "ocr-results/"
CONNECT_TIMEOUT_S = 3
READ_TIMEOUT_S = 10
ATTEMPTS = 2
S3_SETTINGS = ("s3_endpoint", "s3_bucket", "s3_access_key", "s3_secret_key")
CONTENT_TYPES = {".md": "text/markdown; charset=utf-8", ".json": "application/json"}


class UploadFailed(Exception):
    """The results are on disk only; the text says why, `kind` what kind of failure it was."""

    def __init__(self, message: str, kind: str) -> None:
        super().__init__(message)
        self.kind = kind


@dataclass(frozen=True, slots=True)
class Upload:
    """Where one file went: its key, its size in bytes, and how long that took in seconds."""

    key: str
    size: int
    seconds: float


def missing_settings(settings: Settings) -> list[str]:
    """The S3 settings that are not set: all four, some, or none."""
    return [name for name in S3_SETTINGS if getattr(settings, name) is None]


class S3Store:
    """Uploads under `ocr-results/`, signature v4, path style; boto3 is imported on first use."""

    def __init__(self, *, endpoint: str, bucket: str, access_key: str, secret_key: str) -> None:
        self.endpoint = endpoint.rstrip("/")
        self.bucket = bucket
        self._access_key = access_key
        self._secret_key = secret_key
        self._client: Any = None

    def upload(self, files: ResultFiles) -> tuple[Upload, Upload]:
        """Both files, Markdown first; raises UploadFailed."""
        from botocore.exceptions import BotoCoreError, ClientError

        try:
            return self._put(files.markdown), self._put(files.json)
        except ClientError as error:
            details = error.response.get("Error", {})
            message = f"{details.get('Code', 'Unknown')}: {details.get('Message', '')}"
            raise UploadFailed(message, type(error).__name__) from None
        except BotoCoreError as error:
            raise UploadFailed(str(error), type(error).__name__) from None

    def url(self, key: str) -> str:
        return f"{self.endpoint}/{self.bucket}/{quote(key)}"

    def _put(self, path: Path) -> Upload:
        key = KEY_PREFIX + path.name
        body = path.read_bytes()
        started = time.monotonic()
        self._connected().put_object(
            Bucket=self.bucket, Key=key, Body=body, ContentType=CONTENT_TYPES[path.suffix]
        )
        return Upload(key, len(body), round(time.monotonic() - started, 3))

    def _connected(self) -> Any:
        if self._client is None:
            import boto3
            from botocore.config import Config

            session = boto3.session.Session()
            self._client = session.client(
                "s3",
                endpoint_url=self.endpoint,
                aws_access_key_id=self._access_key,
                aws_secret_access_key=self._secret_key,
                region_name="us-east-1",
                config=Config(
                    signature_version="s3v4",
                    s3={"addressing_style": "path"},
                    connect_timeout=CONNECT_TIMEOUT_S,
                    read_timeout=READ_TIMEOUT_S,
                    retries={"total_max_attempts": ATTEMPTS, "mode": "standard"},
                    proxies={},
                ),
            )
        return self._client


def store_for(settings: Settings) -> S3Store | None:
    """The store, if all four settings are there."""
    if (
        settings.s3_endpoint is None
        or settings.s3_bucket is None
        or settings.s3_access_key is None
        or settings.s3_secret_key is None
    ):
        return None
    return S3Store(
        endpoint=settings.s3_endpoint,
        bucket=settings.s3_bucket,
        access_key=settings.s3_access_key.get_secret_value(),
        secret_key=settings.s3_secret_key.get_secret_value(),
    )


def short_answer(store: S3Store, uploads: tuple[Upload, Upload]) -> dict[str, Any]:
    """`s3_files` of edition 1.0."""
    markdown, json = uploads
    return {"markdown": store.url(markdown.key), "json": store.url(json.key)}


def full_answer(store: S3Store, uploads: tuple[Upload, Upload]) -> dict[str, Any]:
    """`s3_files` of edition 1.3 after an upload."""
    markdown, json = uploads
    return {
        "status": "uploaded",
        "bucket": store.bucket,
        **short_answer(store, uploads),
        "s3_path_markdown": f"s3://{store.bucket}/{markdown.key}",
        "s3_path_json": f"s3://{store.bucket}/{json.key}",
        "s3_key_markdown": markdown.key,
        "s3_key_json": json.key,
        "file_sizes": {"markdown_bytes": markdown.size, "json_bytes": json.size},
        "upload_times": {"markdown_sec": markdown.seconds, "json_sec": json.seconds},
    }


SKIPPED = {"status": "skipped", "reason": "credentials_not_configured"}


def failed_answer(error: UploadFailed) -> dict[str, Any]:
    """`s3_files` of edition 1.3 after a failed upload."""
    return {"status": "failed", "error": str(error), "error_type": error.kind}
