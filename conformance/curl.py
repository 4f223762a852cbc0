"""The one line that repeats a request: credentials as $API_KEY, request fields as they were."""

from __future__ import annotations

import hashlib
import json
import shlex
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from conformance.exchange import Part, Request

INLINE_LIMIT = 1500


class EvidenceFiles:
    """Request bodies too long for a command line, kept by the hash of what they hold."""

    def __init__(self, limit_bytes: int = 16 << 20) -> None:
        self.files: dict[str, bytes] = {}
        self._room = limit_bytes

    def keep(self, content: bytes, suffix: str) -> str:
        """Keep the content and return its path relative to the report."""
        name = f"evidence/{hashlib.sha256(content).hexdigest()[:12]}.{suffix}"
        if name not in self.files and len(content) <= self._room:
            self.files[name] = content
            self._room -= len(content)
        return name


def curl_line(base_url: str, request: Request, keep: EvidenceFiles) -> str:
    """A curl command for this request; long bodies go to a file under `evidence/`."""
    words = ["curl", "-sS", "-i"]
    if request.method == "HEAD":
        words.append("-I")
    elif request.method != "GET":
        words += ["-X", request.method]
    words.append(base_url + request.path)
    if request.authorization == "key":
        words += ["-H", "Authorization: Bearer $API_KEY"]
    elif request.authorization is not None:
        words += ["-H", f"Authorization: {request.authorization}"]
    for name, value in request.headers.items():
        words += ["-H", f"{name}: {value}"]
    words += _body_words(request, keep)
    return " ".join(_quoted(word) for word in words)


def _body_words(request: Request, keep: EvidenceFiles) -> list[str]:
    if request.json is not None:
        text = json.dumps(request.json, ensure_ascii=False)
        data = text if len(text) <= INLINE_LIMIT else "@" + keep.keep(_utf8(text), "json")
        return [
            "-H",
            "Content-Type: application/json",
            "--data-raw" if data == text else "--data-binary",
            data,
        ]
    if request.form is not None:
        return [
            word for name, value in request.form.items() for word in _field_words(name, value, keep)
        ]
    if request.parts is not None:
        return [word for part in request.parts for word in ("-F", _part_word(part, keep))]
    if request.content is not None:
        return ["--data-binary", _content_word(request.content, keep)]
    return []


def _field_words(name: str, value: str, keep: EvidenceFiles) -> tuple[str, str]:
    if len(value) <= INLINE_LIMIT:
        return "--data-urlencode", f"{name}={value}"
    return "--data-urlencode", f"{name}@{keep.keep(_utf8(value), 'txt')}"


def _part_word(part: Part, keep: EvidenceFiles) -> str:
    if part.filename is None:
        value = part.content.decode("utf-8", errors="replace")
        return (
            f"{part.name}={value}"
            if len(value) <= INLINE_LIMIT
            else f"{part.name}=<{keep.keep(part.content, 'txt')}"
        )
    word = f'{part.name}=@{keep.keep(part.content, "bin")};filename="{part.filename}"'
    return word + (f";type={part.media_type}" if part.media_type else "")


def _content_word(content: bytes, keep: EvidenceFiles) -> str:
    try:
        text = content.decode()
    except UnicodeDecodeError:
        return "@" + keep.keep(content, "bin")
    short_and_plain = len(text) <= INLINE_LIMIT and "\0" not in text and not text.startswith("@")
    return text if short_and_plain else "@" + keep.keep(content, "bin")


def _utf8(text: str) -> bytes:
    return text.encode("utf-8", errors="surrogatepass")


def _quoted(word: str) -> str:
    """Quote for a shell, leaving $API_KEY for the shell to fill in."""
    if "$API_KEY" in word:
        return '"' + word.replace("\\", "\\\\").replace('"', '\\"') + '"'
    return shlex.quote(word)
