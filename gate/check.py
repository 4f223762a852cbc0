"""`inference-gate check`: what answers at a URL, the likeliest cause of it, and the next step."""

from __future__ import annotations

import datetime as dt
import ssl
import sys
import time
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

import click

from conformance.iam import DEFAULT_IAM_URL
from gate.connection.credentials import MissingKey, given, variables
from gate.connection.diagnosis import diagnose
from gate.connection.probing import Connection
from gate.connection.report import ConnectionResult, result_of, write
from gate.connection.texts import LANGUAGES, described

if TYPE_CHECKING:
    from gate.connection.texts import Language


@click.command()
@click.argument("url", metavar="URL")
@click.option("--api-key-env", metavar="NAME", help="Environment variable that holds the API key.")
@click.option(
    "--iam-url",
    metavar="URL",
    default=DEFAULT_IAM_URL,
    show_default=True,
    help="Where CLOUD_RU_IAM_KEY_ID and CLOUD_RU_IAM_SECRET are exchanged for a token.",
)
@click.option(
    "--env-file",
    type=click.Path(path_type=Path, dir_okay=False),
    default=Path(".env"),
    show_default=True,
    help="File with variables that the environment lacks.",
)
@click.option("--model", metavar="NAME", help="Model to ask; the first that is listed otherwise.")
@click.option("--no-chat", is_flag=True, help="Ask for no chat completion.")
@click.option(
    "--timeout",
    "timeout_s",
    type=click.FloatRange(min=0, min_open=True),
    default=30.0,
    show_default=True,
    metavar="SECONDS",
    help="Longest wait for one probe.",
)
@click.option(
    "--chat-timeout",
    "chat_timeout_s",
    type=click.FloatRange(min=0, min_open=True),
    default=300.0,
    show_default=True,
    metavar="SECONDS",
    help="Longest wait for the completion.",
)
@click.option(
    "--ca-file",
    type=click.Path(path_type=Path, exists=True, dir_okay=False),
    help="Certificates of the authority to trust.",
)
@click.option(
    "--out",
    type=click.Path(path_type=Path, file_okay=False),
    default=Path("out/connection"),
    show_default=True,
    help="Folder for connection.json and connection.md.",
)
@click.option(
    "--lang", type=click.Choice(LANGUAGES), default="en", show_default=True, help="Of the report."
)
def check(  # noqa: PLR0917 - click hands over every option by name
    url: str,
    api_key_env: str | None,
    iam_url: str,
    env_file: Path,
    model: str | None,
    timeout_s: float,
    chat_timeout_s: float,
    ca_file: Path | None,
    out: Path,
    lang: Language,
    *,
    no_chat: bool,
) -> None:
    r"""Look at what answers at URL, without and with credentials, and say what to do next.

    Credentials are --api-key-env, or the pair CLOUD_RU_IAM_KEY_ID and CLOUD_RU_IAM_SECRET, from
    the environment or from .env. They are never shown.

    \b
    Exit codes:
      0   reachable, and speaks a known contract
      1   reachable, but a chat completion fails
      2   the key is missing or wrong, or so is the address or an option
      3   the limit of requests is reached: nothing can be said
      6   unreachable or not deployed
    """
    _check_url(url, "URL")
    _check_url(iam_url, "--iam-url")
    try:
        credentials = given(variables(env_file), api_key_env, iam_url)
    except MissingKey as error:
        raise click.UsageError(str(error)) from None
    result = examine(
        Connection(
            url,
            credentials,
            timeout_s=timeout_s,
            chat_timeout_s=chat_timeout_s,
            verify=True if ca_file is None else _trusting(ca_file),
        ),
        model,
        with_chat=not no_chat,
    )
    try:
        written = write(result, out, lang)
    except OSError as error:
        raise click.UsageError(f"--out: cannot write to {out}: {error.strerror}") from None
    _print(result, lang)
    click.echo(f"\n{written[1]}\n{written[0]}")
    sys.exit(result.diagnosis.exit_code)


def examine(
    connection: Connection, model: str | None = None, *, with_chat: bool = True
) -> ConnectionResult:
    """Look, diagnose, and put the result together. Closes the connection."""
    checked_at = dt.datetime.now(dt.UTC).isoformat(timespec="seconds")
    started = time.monotonic()
    try:
        seen = connection.look(model, with_chat=with_chat)
    finally:
        connection.close()
    return result_of(
        seen,
        described(diagnose(seen), seen),
        harness_version=version("inference-gate"),
        checked_at=checked_at,
        duration_s=time.monotonic() - started,
        redact=connection.redact,
    )


def _print(result: ConnectionResult, language: Language) -> None:
    said = result.diagnosis.words(language)
    click.echo(f"{said.title}\n  {said.cause}")
    for step in said.next:
        click.echo(f"  → {step}")


def _check_url(url: str, name: str) -> None:
    try:
        parts = urlsplit(url)
        usable = parts.scheme in ("http", "https") and bool(parts.hostname) and parts.port != 0
    except ValueError:
        usable = False
    if not usable:
        raise click.UsageError(f"{name}: not a URL: give one such as https://host/v1")


def _trusting(ca_file: Path) -> ssl.SSLContext:
    try:
        return ssl.create_default_context(cafile=str(ca_file))
    except ssl.SSLError:
        raise click.UsageError(f"--ca-file: {ca_file} holds no certificate in PEM") from None
