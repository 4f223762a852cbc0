"""Secrets are replaced by value, never by the look of a name.

Matching names would make request fields such as `maxTokens` unreadable; matching the values that
this run was given cannot miss them, wherever they turn up.
"""

from __future__ import annotations

import base64
from dataclasses import dataclass
from urllib.parse import parse_qsl, quote, unquote, urlsplit, urlunsplit

MASK = "***"
_SHORTEST = 4


@dataclass
class Redactor:
    """Replaces every known secret in a text by ***; it may learn more of them in mid-run."""

    secrets: tuple[str, ...] = ()

    @classmethod
    def of(cls, *secrets: str | None) -> Redactor:
        """A redactor of these values in every form they can travel in.

        Values under four characters are left alone: they would mask ordinary text.
        """
        redactor = cls()
        for secret in secrets:
            redactor.learn(secret)
        return redactor

    def learn(self, secret: str | None) -> None:
        """Replace this value too from now on."""
        if not secret or len(secret) < _SHORTEST or secret in self.secrets:
            return
        encoded = base64.b64encode(secret.encode()).decode()
        forms = {*self.secrets, secret, quote(secret, safe=""), unquote(secret), encoded}
        self.secrets = tuple(sorted(forms, key=lambda form: (-len(form), form)))

    def __call__(self, text: str) -> str:
        for secret in self.secrets:
            text = text.replace(secret, MASK)
        return text

    def of_bytes(self, data: bytes) -> bytes:
        """The same for bytes that may not be text."""
        for secret in self.secrets:
            data = data.replace(secret.encode(), MASK.encode())
        return data


def url_secrets(url: str) -> tuple[str, ...]:
    """The parts of a URL that must not be shown: password, user name, values of the query."""
    parts = urlsplit(url)
    userinfo = parts.netloc.rpartition("@")[0]
    values = [value for _, value in parse_qsl(parts.query, keep_blank_values=True)]
    return tuple(s for s in (parts.password, parts.username, userinfo, *values) if s)


def public_url(url: str) -> str:
    """The URL as it may be shown: without user information, query and fragment."""
    parts = urlsplit(url)
    return urlunsplit((parts.scheme, parts.netloc.rpartition("@")[2], parts.path, "", ""))
