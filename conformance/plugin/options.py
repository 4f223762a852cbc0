"""The suite's command line, parsed into one frozen object; a wrong value is one clear line."""

from __future__ import annotations

import os
import secrets
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from conformance.iam import DEFAULT_IAM_URL, IamKeys
from conformance.judging import DEPTHS, Depth
from conformance.yandex.methods import COMPLETION, EMBEDDING, FEW_SHOT, TUNED
from schemas import contract_names, load_contract

if TYPE_CHECKING:
    import pytest

DEFAULT_REPORTS_DIR = Path("reports/published")
_ASKED_BY_MODEL = (COMPLETION, EMBEDDING, FEW_SHOT, TUNED)
_MODEL_METHODS = ("chat", *(method.name for method in _ASKED_BY_MODEL))
"""What --model-uri can name a model for: the OpenAI contract's chat, Yandex' methods."""
_MODEL_SCHEMES = tuple(f"{method.scheme}://" for method in _ASKED_BY_MODEL)
_NAME_FORBIDDEN = set('/\\:*?"<>|\0')


class WrongOption(ValueError):
    """An option has a value that cannot be meant; the message names it and the remedy."""


@dataclass(frozen=True, kw_only=True)
class Options:
    """What the user asked for."""

    base_url: str | None
    grpc_target: str | None
    api_key: str | None
    api_key_env: str | None
    contracts: tuple[str, ...]
    editions: tuple[str, ...]
    service_name: str | None
    service_version: str
    ocr_languages: tuple[str, ...]
    depth: Depth
    max_requests: int | None
    time_budget_s: float | None
    concurrency: int
    request_timeout_s: float
    deviations: Path | None
    accept_untested: tuple[str, ...]
    reports_dir: Path
    seed: int
    public_url: str | None
    model_uris: tuple[str, ...]
    context_length: int | None
    iam: IamKeys | None
    bundled_release: str


def add_options(parser: pytest.Parser, pluginmanager: pytest.PytestPluginManager) -> None:
    """Declare the options; `--base-url` is left to pytest-base-url where that is installed."""
    group = parser.getgroup("inference-gate", "inference-gate: conformance of an endpoint")
    add = group.addoption
    if not pluginmanager.hasplugin("base_url"):
        add(
            "--base-url",
            metavar="URL",
            help="the deployment to judge (default: start the bundled server)",
        )
    add("--grpc-target", metavar="HOST:PORT", help="where the target speaks gRPC")
    add("--api-key-env", metavar="NAME", help="environment variable that holds the API key")
    add("--api-key-file", metavar="FILE", help="file that holds the API key")
    add(
        "--contract",
        action="append",
        default=[],
        metavar="NAME",
        help=f"judge only this contract, repeatable: {', '.join(contract_names())}",
    )
    add(
        "--edition",
        action="append",
        default=[],
        metavar="EDITION",
        help="edition to judge (default: detected)",
    )
    add("--service-name", metavar="NAME", help="name of the service in reports")
    add(
        "--service-version",
        default="unversioned",
        metavar="VERSION",
        help="release under test, as you name it; the API cannot tell",
    )
    add(
        "--ocr-languages",
        default="en",
        metavar="LIST",
        help="languages that the OCR engine reads: en, ru (default: en)",
    )
    add(
        "--depth",
        default="standard",
        metavar="DEPTH",
        help="quick (at most 40 requests), standard or thorough",
    )
    add("--max-requests", metavar="N", help="stop after N requests")
    add("--time-budget", metavar="SECONDS", help="stop after this time")
    add("--concurrency", default="8", metavar="N", help="requests in flight at once (default: 8)")
    add(
        "--request-timeout",
        default="120",
        metavar="SECONDS",
        help="longest wait for one answer (default: 120)",
    )
    add("--deviations", metavar="FILE", help="TOML file of accepted violations")
    add(
        "--accept-untested",
        action="append",
        default=[],
        metavar="ID",
        help="let the run pass although this MUST could not be tested, repeatable",
    )
    add(
        "--reports-dir",
        default=str(DEFAULT_REPORTS_DIR),
        metavar="DIR",
        help=f"where reports go (default: {DEFAULT_REPORTS_DIR})",
    )
    add("--seed", metavar="N", help="seed of everything drawn (default: new, and printed)")
    add(
        "--public-url",
        metavar="URL",
        help="address under which the target reaches this machine, for images by URL",
    )
    add(
        "--model-uri",
        action="append",
        default=[],
        metavar="[METHOD=]URI",
        help="model to ask, repeatable",
    )
    add(
        "--context-length",
        metavar="TOKENS",
        help="tokens that the chat model has room for (default: what /v1/models says, if it does)",
    )
    add(
        "--iam-url",
        default=DEFAULT_IAM_URL,
        metavar="URL",
        help="where IAM keys are exchanged for a token (default: the provider's own)",
    )
    add("--iam-key-id-env", metavar="NAME", help="environment variable of the IAM key id")
    add("--iam-secret-env", metavar="NAME", help="environment variable of the IAM secret")
    add(
        "--bundled-release",
        default="1.0.9",
        metavar="VERSION",
        help="release of the bundled server when there is no --base-url",
    )


def parse(config: pytest.Config) -> Options:
    """The options as given. Raises WrongOption."""
    option = config.getoption
    base_url = option("base_url") or None
    return Options(
        base_url=_url("--base-url", base_url),
        grpc_target=_host_port(option("grpc_target")),
        api_key=_api_key(option("api_key_env"), option("api_key_file")),
        api_key_env=option("api_key_env"),
        contracts=_known("--contract", option("contract"), contract_names()),
        editions=_known("--edition", option("edition"), _all_editions()),
        service_name=_name("--service-name", option("service_name")),
        service_version=_name("--service-version", option("service_version")) or "unversioned",
        ocr_languages=_known("--ocr-languages", option("ocr_languages").split(","), ("en", "ru")),
        depth=_depth(option("depth")),
        max_requests=_whole("--max-requests", option("max_requests"), least=1),
        time_budget_s=_seconds("--time-budget", option("time_budget")),
        concurrency=_whole("--concurrency", option("concurrency"), least=1) or 1,
        request_timeout_s=_seconds("--request-timeout", option("request_timeout")) or 120.0,
        deviations=_file("--deviations", option("deviations")),
        accept_untested=_requirement_ids(option("accept_untested")),
        reports_dir=Path(option("reports_dir")),
        seed=_seed(option("seed")),
        public_url=_url("--public-url", option("public_url")),
        model_uris=_model_uris(option("model_uri")),
        context_length=_whole("--context-length", option("context_length"), least=1),
        iam=_iam(option("iam_url"), option("iam_key_id_env"), option("iam_secret_env")),
        bundled_release=option("bundled_release"),
    )


def _url(name: str, value: str | None) -> str | None:
    if value is None:
        return None
    try:
        parts = urlsplit(value)
        usable = parts.scheme in ("http", "https") and bool(parts.hostname) and parts.port != 0
    except ValueError:
        usable = False
    if not usable:
        raise WrongOption(f"{name}: not a URL: give one such as https://host:8081")
    return value


def _host_port(value: str | None) -> str | None:
    if value is not None and not (value.rpartition(":")[0] and value.rpartition(":")[2].isdigit()):
        raise WrongOption(f"--grpc-target: {value!r} is not HOST:PORT")
    return value


def _api_key(env_name: str | None, file: str | None) -> str | None:
    if env_name and file:
        raise WrongOption("--api-key-env and --api-key-file: give one of them")
    if env_name:
        if not os.environ.get(env_name):
            raise WrongOption(
                f"--api-key-env: the variable {env_name} is not set or empty: export it"
            )
        key = os.environ[env_name]
    elif file:
        try:
            key = Path(file).read_text(encoding="utf-8").strip()
        except (OSError, UnicodeDecodeError) as error:
            raise WrongOption(f"--api-key-file: cannot read {file}: {_why(error)}") from None
        if not key:
            raise WrongOption(f"--api-key-file: {file} is empty")
    else:
        return None
    if not key.isascii() or not key.isprintable():
        raise WrongOption(
            "the API key holds characters that no HTTP header can carry: check its value"
        )
    return key


def _iam(url: str, key_id_env: str | None, secret_env: str | None) -> IamKeys | None:
    if key_id_env is None and secret_env is None:
        return None
    if key_id_env is None or secret_env is None:
        raise WrongOption("--iam-key-id-env and --iam-secret-env: give both of them")
    for option, name in (("--iam-key-id-env", key_id_env), ("--iam-secret-env", secret_env)):
        if not os.environ.get(name):
            raise WrongOption(f"{option}: the variable {name} is not set or empty: export it")
    return IamKeys(
        url=_url("--iam-url", url) or DEFAULT_IAM_URL,
        key_id=os.environ[key_id_env],
        secret=os.environ[secret_env],
    )


def _why(error: OSError | UnicodeDecodeError) -> str:
    return error.strerror or "" if isinstance(error, OSError) else "not UTF-8 text"


def _known(name: str, given: list[str], known: tuple[str, ...]) -> tuple[str, ...]:
    for value in given:
        if value not in known:
            raise WrongOption(f"{name}: {value!r} is not known: use {', '.join(known)}")
    return tuple(dict.fromkeys(given))


def _all_editions() -> tuple[str, ...]:
    return tuple(edition for name in contract_names() for edition in load_contract(name).editions)


def _model_uris(given: list[str]) -> tuple[str, ...]:
    for value in given:
        method, equals, uri = value.partition("=")
        if not value.startswith(_MODEL_SCHEMES) and not (uri and method in _MODEL_METHODS):
            named = method if equals else value
            raise WrongOption(
                f"--model-uri: {named!r} names no method: write METHOD=URI with one of "
                f"{', '.join(_MODEL_METHODS)}, or a URI such as gpt://folder/model"
            )
    return tuple(given)


def _requirement_ids(given: list[str]) -> tuple[str, ...]:
    known = {row.id for name in contract_names() for row in load_contract(name).requirements}
    for value in given:
        if value not in known:
            raise WrongOption(f"--accept-untested: there is no requirement {value!r}")
    return tuple(given)


def _name(name: str, value: str | None) -> str | None:
    if value is not None and (
        not value.strip() or value.startswith(".") or _NAME_FORBIDDEN & set(value)
    ):
        raise WrongOption(
            f"{name}: {value!r} cannot name a folder: use letters, digits, '.', '-', '_'"
        )
    return value


def _depth(value: str) -> Depth:
    for depth in DEPTHS:
        if value == depth:
            return depth
    raise WrongOption(f"--depth: {value!r} is not known: use {', '.join(DEPTHS)}")


def _whole(name: str, value: str | None, *, least: int) -> int | None:
    if value is None:
        return None
    if not value.isdigit() or int(value) < least:
        raise WrongOption(f"{name}: {value!r} is not a whole number of at least {least}")
    return int(value)


def _seconds(name: str, value: str | None) -> float | None:
    if value is None:
        return None
    try:
        seconds = float(value)
    except ValueError:
        seconds = -1.0
    if not 0 < seconds < float("inf"):
        raise WrongOption(f"{name}: {value!r} is not a number of seconds above 0")
    return seconds


def _file(name: str, value: str | None) -> Path | None:
    if value is None:
        return None
    if not Path(value).is_file():
        raise WrongOption(f"{name}: there is no file {value}")
    return Path(value)


def _seed(value: Any) -> int:
    return secrets.randbelow(2**31) if value is None else _whole("--seed", str(value), least=0) or 0
