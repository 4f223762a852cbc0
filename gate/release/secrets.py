"""Keeps the API key, and what looks like a secret, out of everything the gate writes."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from reports.logs.redaction import redact

if TYPE_CHECKING:
    from collections.abc import Callable


def redactor(key_env: str | None) -> Callable[[str], str]:
    """A function that puts the variable's name in the place of its value."""
    key = os.environ.get(key_env or "", "")

    def clean(text: str) -> str:
        text = text.replace(key, f"${key_env}") if key else text
        return redact(text)

    return clean


def authorization(key_env: str | None) -> dict[str, str]:
    """The headers that carry the key."""
    return {"Authorization": f"Bearer {os.environ[key_env]}"} if key_env else {}
