"""Every setting of the server: one model, filled from flags first and the environment second."""

from __future__ import annotations

import argparse
import os
from pathlib import Path
from typing import TYPE_CHECKING, Literal, NoReturn, get_args, get_origin

from pydantic import AliasChoices, Field, SecretStr, ValidationError, field_validator
from pydantic_settings import SettingsConfigDict

from reference_server.paddle_settings import PaddleSettings
from reference_server.text_settings import TextSettings

if TYPE_CHECKING:
    from collections.abc import Sequence

    from pydantic.fields import FieldInfo
    from pydantic_core import ErrorDetails

ENVIRONMENT_PREFIX = "INFERENCE_GATE_"
PROGRAM = "reference_server"

Release = Literal["1.0.8", "1.0.9", "1.3.6"]
Edition = Literal["1.0", "1.3"]


class WrongSettings(ValueError):
    """A flag or an environment variable has a value that cannot be used; one line says which."""


def default_state_dir() -> Path:
    """The per-user folder of the XDG base directory specification."""
    home = os.environ.get("XDG_STATE_HOME") or Path.home() / ".local" / "state"
    return Path(home) / "inference-gate"


def default_workers() -> int:
    """One worker per core that this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0)) or 1
    return os.cpu_count() or 1


class Settings(PaddleSettings, TextSettings):
    """What a server process is told at its start. A flag wins over the environment."""

    model_config = SettingsConfigDict(
        env_prefix=ENVIRONMENT_PREFIX,
        env_ignore_empty=True,
        extra="forbid",
        frozen=True,
        populate_by_name=True,
        hide_input_in_errors=True,
    )

    host: str = Field("127.0.0.1", min_length=1, description="address to listen on")
    port: int = Field(8081, ge=0, le=65535, description="port to listen on; 0 takes a free one")
    release: Release = Field("1.0.9", description="release of the OCR service to play")
    engine: str = Field("rapidocr", description="OCR engine: rapidocr, tesseract, paddleocr-vl")
    workers: int = Field(
        default_factory=default_workers,
        ge=1,
        le=256,
        description="pages read at once by rapidocr and tesseract",
    )
    queue_size: int = Field(
        64, ge=0, description="pages that may wait for a worker; one more gets 503"
    )
    ocr_languages: str = Field(
        "rus+eng", pattern=r"^\w+(\+\w+)*$", description="languages of the tesseract engine"
    )
    api_key: SecretStr | None = Field(
        None, description="key that every HTTP path then asks for, as the gateway does"
    )
    state_dir: Path = Field(
        default_factory=default_state_dir, description="folder of the defaults below"
    )
    temp_dir: Path | None = Field(None, description="folder of uploads in transit")
    output_dir: Path | None = Field(None, description="folder of the results")
    start_scale: float = Field(
        1.0, ge=0, le=100, description="factor on the waits of the first start of 1.0.8 (24.5 s)"
    )
    max_upload_bytes: int = Field(
        20 * 1024 * 1024, ge=1, description="largest image in bytes; a larger one gets 413"
    )
    max_pixels: int = Field(
        50_000_000, ge=1, description="most pixels of all pages of an image; more get 400"
    )
    max_pages: int = Field(100, ge=1, description="most pages of an image; more get 400")
    download_timeout: float = Field(
        10.0, gt=0, le=600, description="seconds that fetching an image_url may take in all"
    )
    trusted_origin: str | None = Field(
        None,
        pattern=r"^https?://[^/\s]+$",
        description="origin (http://HOST:PORT) that image_url may reach although it is private",
    )
    grace_period: int = Field(
        30, ge=0, description="seconds that running requests get after SIGTERM"
    )
    s3_endpoint: str | None = Field(
        None,
        validation_alias=AliasChoices("s3_endpoint", "CLOUDRU_S3_ENDPOINT"),
        pattern=r"^https?://[^/@\s]+/?$",
        description="S3 endpoint URL",
    )
    s3_bucket: str | None = Field(
        None,
        validation_alias=AliasChoices("s3_bucket", "CLOUDRU_S3_BUCKET"),
        description="S3 bucket of the results",
    )
    s3_access_key: SecretStr | None = Field(
        None,
        validation_alias=AliasChoices("s3_access_key", "CLOUDRU_S3_ACCESS_KEY"),
        description="S3 access key",
    )
    s3_secret_key: SecretStr | None = Field(
        None,
        validation_alias=AliasChoices("s3_secret_key", "CLOUDRU_S3_SECRET_KEY"),
        description="S3 secret key",
    )

    @field_validator("api_key")
    @classmethod
    def _key_can_stand_in_a_header(cls, key: SecretStr | None) -> SecretStr | None:
        if key is not None:
            text = key.get_secret_value()
            if not text or not all("!" <= character <= "~" for character in text):
                raise ValueError("must be visible ASCII characters, at least one")
        return key

    @property
    def edition(self) -> Edition:
        """Edition of the OCR contract that the release keeps."""
        return "1.3" if self.release.startswith("1.3") else "1.0"

    @property
    def temp_folder(self) -> Path:
        return (self.temp_dir or self.state_dir / "temp").expanduser().absolute()

    @property
    def output_folder(self) -> Path:
        return (self.output_dir or self.state_dir / "output").expanduser().absolute()


def flag(name: str) -> str:
    """The flag of a setting: `max_pixels` → `--max-pixels`."""
    return "--" + name.replace("_", "-")


def variable(name: str) -> str:
    """The environment variable of a setting."""
    alias = Settings.model_fields[name].validation_alias
    if isinstance(alias, AliasChoices):
        return str(alias.choices[-1])
    return ENVIRONMENT_PREFIX + name.upper()


class _OneLineParser(argparse.ArgumentParser):
    def error(self, message: str) -> NoReturn:
        raise WrongSettings(message)


def read_settings(arguments: Sequence[str]) -> tuple[Settings, bool]:
    """Settings from flags and environment, and whether `--check` was given.

    Raises WrongSettings with one line that names the flag or the variable.
    """
    parser = _OneLineParser(prog=PROGRAM, description=__doc__, allow_abbrev=False)
    parser.add_argument(
        "--check", action="store_true", help="say what the chosen engines lack, and exit"
    )
    for name, field in Settings.model_fields.items():
        _add_flag(parser, name, field)
    given = vars(parser.parse_args(arguments))
    check = bool(given.pop("check"))
    try:
        return Settings(**given), check
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        raise WrongSettings(_explain(first, given)) from None


def _add_flag(parser: argparse.ArgumentParser, name: str, field: FieldInfo) -> None:
    help_text = f"{field.description} [{variable(name)}]".replace("%", "%%")
    if field.annotation is bool:
        parser.add_argument(
            flag(name), nargs="?", const="true", default=argparse.SUPPRESS, help=help_text
        )
        return
    choices = get_args(field.annotation) if get_origin(field.annotation) is Literal else None
    metavar = "|".join(map(str, choices)) if choices else name.rsplit("_", 1)[-1].upper()
    parser.add_argument(flag(name), default=argparse.SUPPRESS, metavar=metavar, help=help_text)


def _explain(error: ErrorDetails, given: dict[str, object]) -> str:
    location = str(error["loc"][0]) if error["loc"] else ""
    name = next(
        (field for field in Settings.model_fields if location in {field, variable(field)}), location
    )
    named = flag(name) if name in given or location in given else variable(name)
    return f"{named}: {error['msg'].removeprefix('Value error, ')}"
