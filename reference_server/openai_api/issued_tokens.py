"""The IAM tokens that this process has issued, and until when each is good."""

from __future__ import annotations

import secrets
import time
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

    from reference_server.settings import Settings


class IssuedTokens:
    """Tokens by the pair of keys that earns them. `lifetime` is in seconds."""

    def __init__(
        self,
        key_id: str,
        secret: str,
        *,
        lifetime: float,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._keys = f"{key_id}\n{secret}".encode()
        self.lifetime = lifetime
        self._clock = clock
        self._good_until: dict[str, float] = {}

    @classmethod
    def of(cls, settings: Settings) -> IssuedTokens | None:
        """None where the settings name no pair of keys."""
        if settings.iam_key_id is None or settings.iam_secret is None:
            return None
        secret = settings.iam_secret.get_secret_value()
        return cls(settings.iam_key_id, secret, lifetime=settings.iam_token_ttl)

    def issue(self, key_id: str, secret: str) -> str | None:
        """A new token, or None if the keys are not the right ones."""
        if not secrets.compare_digest(f"{key_id}\n{secret}".encode(), self._keys):
            return None
        now = self._clock()
        self._good_until = {t: until for t, until in self._good_until.items() if until > now}
        token = secrets.token_urlsafe(32)
        self._good_until[token] = now + self.lifetime
        return token

    def accepts(self, token: str) -> bool:
        """Whether the token was issued here and has not expired."""
        return self._good_until.get(token, 0.0) > self._clock()
