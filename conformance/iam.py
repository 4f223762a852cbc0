"""IAM: a pair of keys exchanged for a token, and tokens renewed before they expire."""

from __future__ import annotations

import threading
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import httpx

from conformance.exchange import shorten

if TYPE_CHECKING:
    import ssl
    from collections.abc import Callable

DEFAULT_IAM_URL = "https://iam.api.cloud.ru/api/v1/auth/token"
EXCHANGE_TIMEOUT_S = 20.0
LONGEST_MARGIN_S = 30.0
"""A token is renewed this long before it expires, as the provider's own SDK does, or after three
quarters of a life shorter than that."""
_YOUNG_S = 2.0


class IamFailed(Exception):
    """No token could be had. `refused` tells wrong keys from a service that does not work."""

    def __init__(self, message: str, *, refused: bool) -> None:
        super().__init__(message)
        self.refused = refused


@dataclass(frozen=True)
class IamKeys:
    """A key id and its secret, and the address where they are exchanged."""

    url: str
    key_id: str
    secret: str


@dataclass(frozen=True)
class Token:
    """A token, when it was given and for how many seconds it is good."""

    value: str
    given_at: float
    lifetime_s: float

    def is_good(self, now: float) -> bool:
        """Whether it can be used for another request."""
        margin_s = min(LONGEST_MARGIN_S, self.lifetime_s / 4)
        return now < self.given_at + self.lifetime_s - margin_s


def exchange(keys: IamKeys, verify: ssl.SSLContext | bool = True) -> tuple[str, float]:  # noqa: FBT001, FBT002 - as httpx has it
    """A fresh token and its lifetime in seconds. Raises IamFailed."""
    try:
        answer = httpx.post(
            keys.url,
            json={"keyId": keys.key_id, "secret": keys.secret},
            timeout=EXCHANGE_TIMEOUT_S,
            verify=verify,
            trust_env=False,
        )
    except httpx.HTTPError as error:
        raise IamFailed(
            f"the IAM service gave no answer: {type(error).__name__}: {error}", refused=False
        ) from None
    body = _json_object(answer)
    if answer.status_code in (400, 401, 403):
        said = body.get("error_description") or body.get("error") or "no reason given"
        raise IamFailed(
            f"the IAM service refuses the keys with {answer.status_code}: {shorten(str(said), 200)}",
            refused=True,
        )
    token, lifetime = body.get("access_token"), body.get("expires_in")
    if answer.status_code != httpx.codes.OK or not isinstance(token, str) or not token:
        raise IamFailed(
            f"the IAM service answers {answer.status_code} without an access_token", refused=False
        )
    if not isinstance(lifetime, int | float) or lifetime <= 0:
        return token, LONGEST_MARGIN_S
    return token, float(lifetime)


class IamTokens:
    """The run's token: call it for one that is good now. Safe on several threads."""

    def __init__(
        self,
        fetch: Callable[[], tuple[str, float]],
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._fetch, self._clock = fetch, clock
        self._lock = threading.Lock()
        self._token: Token | None = None
        self.exchanges = 0
        self.after_refusals = 0
        self.failures: list[str] = []

    def __call__(self) -> str:
        """A token with time to spare. Raises IamFailed if there has never been one."""
        with self._lock:
            if self._token is None:
                self._token = self._fresh()
            elif not self._token.is_good(self._clock()):
                self._try_to_replace()
            return self._token.value

    def renew(self, refused: str) -> bool:
        """Whether there is another token than the one that was refused.

        One that was given only just now is not replaced: what refuses it, refuses any.
        """
        with self._lock:
            if self._token is None or self._token.value != refused:
                return self._token is not None
            if self._clock() - self._token.given_at < min(_YOUNG_S, self._token.lifetime_s / 2):
                return False
            if not self._try_to_replace():
                return False
            self.after_refusals += 1
            return True

    @property
    def notes(self) -> tuple[str, ...]:
        """What the report says about the tokens of the run."""
        renewed = self.exchanges - 1
        said = []
        if renewed > 0:
            said.append(
                f"the IAM token was renewed {renewed} times in mid-run, "
                f"{self.after_refusals} of them after a 401"
            )
        if self.failures:
            said.append(
                f"the IAM token could not be renewed {len(self.failures)} times: {self.failures[-1]}"
            )
        return tuple(said)

    def _try_to_replace(self) -> bool:
        """In mid-run a failed exchange keeps the old token: the target's 401 then says the rest."""
        try:
            self._token = self._fresh()
        except IamFailed as error:
            self.failures.append(str(error))
            return False
        return True

    def _fresh(self) -> Token:
        value, lifetime_s = self._fetch()
        self.exchanges += 1
        return Token(value, self._clock(), lifetime_s)


def _json_object(answer: httpx.Response) -> dict[str, Any]:
    try:
        body = answer.json()
    except ValueError:
        return {}
    return body if isinstance(body, dict) else {}
