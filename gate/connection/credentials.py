"""Where the check has its credentials from: the environment first, then a .env file."""

from __future__ import annotations

import os
from dataclasses import dataclass
from typing import TYPE_CHECKING

from conformance.iam import IamFailed, IamKeys, exchange
from gate.connection.seen import Credentials, IamState

if TYPE_CHECKING:
    import ssl
    from collections.abc import Mapping
    from pathlib import Path

KEY_ID, SECRET = "CLOUD_RU_IAM_KEY_ID", "CLOUD_RU_IAM_SECRET"


class MissingKey(ValueError):
    """The variable that was named for the key is not set; the message says so."""


@dataclass(frozen=True)
class Given:
    """The credentials that there are: a plain key, or a pair to exchange, or neither.

    `missing` names the variables of the pair that are not set.
    """

    api_key: str | None
    iam: IamKeys | None
    missing: tuple[str, ...]

    @property
    def secrets(self) -> tuple[str, ...]:
        """What must not be shown."""
        pair = () if self.iam is None else (self.iam.key_id, self.iam.secret)
        return (*(() if self.api_key is None else (self.api_key,)), *pair)


def variables(env_file: Path) -> Mapping[str, str]:
    """The environment, over what the .env file says, if there is one."""
    from dotenv import dotenv_values

    of_file = dotenv_values(env_file, encoding="utf-8") if env_file.is_file() else {}
    return {name: value for name, value in of_file.items() if value} | os.environ


def given(known: Mapping[str, str], api_key_env: str | None, iam_url: str) -> Given:
    """Choose from the variables; a plain key goes before the pair. Raises MissingKey."""
    if api_key_env is not None:
        key = known.get(api_key_env)
        if not key:
            raise MissingKey(
                f"--api-key-env: the variable {api_key_env} is not set or empty: "
                "export it, or write it into .env"
            )
        if not key.isascii() or not key.isprintable():
            raise MissingKey(f"--api-key-env: {api_key_env} holds characters no header can carry")
        return Given(key, None, ())
    missing = tuple(name for name in (KEY_ID, SECRET) if not known.get(name))
    if missing:
        return Given(None, None, missing)
    return Given(None, IamKeys(iam_url, known[KEY_ID], known[SECRET]), ())


def token_of(given: Given, verify: ssl.SSLContext | bool = True) -> tuple[str | None, Credentials]:  # noqa: FBT001, FBT002 - as httpx has it
    """The key to send, and what became of getting it."""
    if given.api_key is not None:
        return given.api_key, Credentials(kind="api_key")
    if given.iam is None:
        return None, Credentials(missing=given.missing)
    try:
        token, lifetime_s = exchange(given.iam, verify)
    except IamFailed as error:
        state: IamState = "refused" if error.refused else "failed"
        return None, Credentials(iam=state, iam_url=given.iam.url, error=str(error))
    return token, Credentials(
        kind="iam", iam="exchanged", iam_url=given.iam.url, expires_in_s=lifetime_s
    )
