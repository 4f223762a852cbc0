"""The settings of the text part: engines, models, keys that buy tokens, and gRPC."""

from __future__ import annotations

from pathlib import Path  # noqa: TC003  # the model reads its annotations at run time
from typing import Literal

from pydantic import Field, SecretStr, ValidationInfo, field_validator
from pydantic_settings import BaseSettings


class TextSettings(BaseSettings):
    """What the Yandex and OpenAI contracts are served with; part of the one settings model."""

    text_engine: Literal["builtin", "openai", "transformers"] = Field(
        "builtin", description="text engine"
    )
    model_name: str = Field(
        "model-run-local-among",
        pattern=r"^[\w.-]+$",
        description="model id under /v1, and one more model of the Yandex methods",
    )
    builtin_token_seconds: float = Field(
        0.002, ge=0, le=10, description="seconds per token of a streamed builtin answer"
    )
    upstream_url: str | None = Field(
        None,
        pattern=r"^https?://[^/@\s]+(/[^\s?#]*)?$",
        description="base URL, up to /v1, of the server behind the openai engine",
    )
    upstream_model: str | None = Field(
        None, min_length=1, description="model there; without it, the first that it lists"
    )
    upstream_embedding_model: str | None = Field(
        None, min_length=1, description="model there for embeddings; without it, upstream_model"
    )
    upstream_api_key: SecretStr | None = Field(None, description="key of the server there")
    upstream_timeout: float = Field(
        60.0, gt=0, le=3600, description="seconds without a byte from there until it is given up"
    )
    model_dir: Path | None = Field(
        None, description="folder of the model of the transformers or the paddleocr-vl engine"
    )
    model_device: str = Field(
        "auto", pattern=r"^(auto|cpu|cuda(:\d+)?)$", description="device of that model"
    )
    iam_key_id: str | None = Field(
        None,
        min_length=1,
        description="key id that the IAM token endpoint takes; none: no endpoint",
    )
    iam_secret: SecretStr | None = Field(
        None, validate_default=True, description="secret that belongs to the key id"
    )
    iam_token_ttl: int = Field(
        3600, ge=1, description="seconds that an IAM token is good; all paths then ask for one"
    )
    grpc_port: int | None = Field(
        None, ge=0, le=65535, description="port of the gRPC services; 0 takes a free one"
    )
    grpc_certificate: Path | None = Field(
        None, description="PEM file of the certificate chain; gRPC is then served over TLS"
    )
    grpc_private_key: Path | None = Field(
        None, validate_default=True, description="PEM file of the key of that certificate"
    )
    grpc_self_made_certificate: Path | None = Field(
        None, description="folder to write a certificate for localhost into, and serve TLS with it"
    )
    grpc_advertised_address: str | None = Field(
        None, pattern=r"^\S+:\d+$", description="HOST:PORT that endpoint discovery answers"
    )

    @field_validator("iam_secret")
    @classmethod
    def _keys_come_in_pairs(
        cls, secret: SecretStr | None, info: ValidationInfo
    ) -> SecretStr | None:
        if (secret is None) != (info.data.get("iam_key_id") is None):
            raise ValueError("give iam_key_id and iam_secret both, or neither")
        return secret

    @field_validator("grpc_private_key")
    @classmethod
    def _certificates_have_a_key(cls, key: Path | None, info: ValidationInfo) -> Path | None:
        if (key is None) != (info.data.get("grpc_certificate") is None):
            raise ValueError("give grpc_certificate and grpc_private_key both, or neither")
        return key
