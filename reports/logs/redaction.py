"""Secrets taken out of log lines before anything of them is kept.

Only values go; names stay, and so do words that merely contain one (`max_tokens=5` is no token).
"""

from __future__ import annotations

import re

REDACTED = "<redacted>"

_NAMES = (
    r"(?:[\w-]*[_-])?(?:api[_-]?key|secret(?:[_-]?access)?[_-]?key|access[_-]?key(?:[_-]?id)?"
    r"|private[_-]?key|client[_-]?secret|secret|password|passwd|pwd|token|credentials?|signature"
    r"|session[_-]?id|cookie)"
)
_PATTERNS: tuple[tuple[re.Pattern[str], str], ...] = (
    (
        re.compile(r"-----BEGIN [A-Z ]*PRIVATE KEY-----.*?(?:-----END [A-Z ]*-----|\Z)", re.DOTALL),
        REDACTED,
    ),
    # URL: who logs in, and everything that is asked with it (signatures of presigned links).
    (re.compile(r"(\b[a-z][a-z0-9+.-]*://)[^\s/@'\"<>]+@", re.IGNORECASE), rf"\1{REDACTED}@"),
    (
        re.compile(r"(\b[a-z][a-z0-9+.-]*://[^\s?'\"<>]+\?)[^\s'\"<>]+", re.IGNORECASE),
        rf"\1{REDACTED}",
    ),
    (
        re.compile(
            r"(authorization[\"']?\s*[:=]\s*[\"']?(?:b[\"'])?)(?:(bearer|basic|api-key)\s+)?[^\s\"',}]+",
            re.IGNORECASE,
        ),
        rf"\1{REDACTED}",
    ),
    (
        re.compile(r"\b(Bearer|Basic|Api-Key)\s+[A-Za-z0-9._~+/=-]{8,}", re.IGNORECASE),
        rf"\1 {REDACTED}",
    ),
    (
        re.compile(
            rf"(?<![\w-])({_NAMES}[\"']?\s*[:=]\s*)(?:\"[^\"]*\"|'[^']*'|[^\s\"',;&)}}\]]+)",
            re.IGNORECASE,
        ),
        rf"\1{REDACTED}",
    ),
    # Keys that are known by their shape wherever they stand.
    (
        re.compile(
            r"\b(?:sk-[\w-]{16,}|AKIA[0-9A-Z]{16}|AQVN[\w-]{20,}|t1\.[\w-]{20,}(?:\.[\w-]+)?"
            r"|y[0-3]_[\w-]{20,}|hf_[A-Za-z0-9]{20,}|gh[pousr]_[A-Za-z0-9]{20,}"
            r"|eyJ[\w-]{8,}\.[\w-]{8,}(?:\.[\w-]*)?)"
        ),
        REDACTED,
    ),
    # Not a secret, but nobody reads a page of base64.
    (re.compile(r"[A-Za-z0-9+/]{200,}={0,2}"), "<base64>"),
)


def redact(text: str) -> str:
    """Return `text` with keys, tokens, passwords and the private parts of URLs replaced."""
    for pattern, replacement in _PATTERNS:
        text = pattern.sub(replacement, text)
    return text
