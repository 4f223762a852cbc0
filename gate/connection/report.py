"""The result of a connection check, as JSON and as Markdown in English or Russian."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import msgspec

from conformance.base_address import with_v1
from gate.connection.seen import FORMAT_VERSION, Probe, Seen, SeenModel
from gate.connection.texts import Diagnosis, Language  # noqa: TC001 - a model reads its annotations
from reports.redacted import redacted
from schemas import read_data_file

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

JSON_NAME, MARKDOWN_NAME = "connection.json", "connection.md"
_FOLDER = Path(__file__).resolve().parent


class ConnectionResult(SeenModel, frozen=True, kw_only=True):
    """One connection check. `checked_at` is UTC, ISO 8601; `duration_s` is in seconds."""

    format_version: int = FORMAT_VERSION
    harness_version: str
    checked_at: str
    duration_s: float
    base_url: str
    diagnosis: Diagnosis
    seen: Seen


def result_of(
    seen: Seen,
    diagnosis: Diagnosis,
    *,
    harness_version: str,
    checked_at: str,
    duration_s: float,
    redact: Callable[[str], str],
) -> ConnectionResult:
    """The result with every secret taken out of it."""
    result = ConnectionResult(
        harness_version=harness_version,
        checked_at=checked_at,
        duration_s=round(duration_s, 3),
        base_url=with_v1(seen.elsewhere or seen.root),
        diagnosis=diagnosis,
        seen=seen,
    )
    return redacted(result, redact)


def write(result: ConnectionResult, folder: Path, language: Language) -> tuple[Path, Path]:
    """Write both documents and return their paths. Raises OSError."""
    folder.mkdir(parents=True, exist_ok=True)
    as_json, as_markdown = folder / JSON_NAME, folder / MARKDOWN_NAME
    encoded = msgspec.json.format(msgspec.json.encode(result, order="deterministic"), indent=2)
    as_json.write_bytes(encoded + b"\n")
    as_markdown.write_text(markdown(result, language), encoding="utf-8")
    return as_json, as_markdown


def words_of(language: Language) -> Mapping[str, str]:
    """The fixed words of the report."""
    file = read_data_file(_FOLDER / "report_words.yaml", _FOLDER / "report_words.schema.json")
    return {name: words[language] for name, words in file.value.items()}


def markdown(result: ConnectionResult, language: Language) -> str:
    """The report as one Markdown document."""
    say, seen = words_of(language), result.seen
    said = result.diagnosis.words(language)
    lines = [
        f"# {say['heading']}",
        "",
        f"- **{say['address']}**: {_cell(seen.url)}",
        f"- **{say['base_url']}**: {_cell(result.base_url)}",
        f"- **{say['checked_at']}**: {result.checked_at}",
        f"- **{say['contracts']}**: {', '.join(seen.contracts) or say['none']}",
        f"- **{say['models']}**: {_cell(', '.join(seen.models)) or say['none']}",
        f"- **{say['credentials']}**: {_credentials(result, say)}",
        "",
        f"## {said.title}",
        "",
        _cell(said.cause),
        "",
        f"### {say['next']}",
        "",
        *(f"{number}. {_cell(step)}" for number, step in enumerate(said.next, start=1)),
        "",
        f"## {say['paths']}",
        "",
        f"| {say['request']} | {say['without_key']} | {say['with_key']} |",
        "|---|---|---|",
        *_rows(seen, say),
        "",
    ]
    if seen.chat is not None:
        lines += _chat(result, say)
    return "\n".join(lines)


def _credentials(result: ConnectionResult, say: Mapping[str, str]) -> str:
    credentials = result.seen.credentials
    if credentials.missing and credentials.kind == "none":
        return f"{say['no_credentials']}: {', '.join(credentials.missing)}"
    if credentials.error:
        return _cell(credentials.error)
    return say[f"key_{credentials.kind}"]


def _rows(seen: Seen, say: Mapping[str, str]) -> list[str]:
    asked = dict.fromkeys((probe.method, probe.path) for probe in seen.probes)
    rows = []
    for method, path in asked:
        cells = [
            _answer(probe, say) if probe else say["not_tried"]
            for probe in (_find(seen, method, path, with_key=key) for key in (False, True))
        ]
        rows.append(f"| `{method} {path}` | {cells[0]} | {cells[1]} |")
    return rows


def _find(seen: Seen, method: str, path: str, *, with_key: bool) -> Probe | None:
    return next(
        (
            probe
            for probe in seen.probes
            if (probe.method, probe.path, probe.with_key) == (method, path, with_key)
        ),
        None,
    )


def _answer(probe: Probe, say: Mapping[str, str]) -> str:
    seconds = f"{probe.elapsed_s:.2f} {say['seconds']}"
    if probe.status is None:
        return f"{probe.failure}, {seconds}: {_cell(probe.detail[:80])}"
    said = f": `{_cell(probe.body[:60])}`" if probe.body else ""
    return f"{probe.status}, {seconds}{said}"


def _chat(result: ConnectionResult, say: Mapping[str, str]) -> list[str]:
    chat = result.seen.chat
    assert chat is not None  # noqa: S101 - asked for only then
    head = [f"## {say['chat']}", "", f"- **{say['model']}**: {_cell(chat.model)}"]
    if not chat.ok:
        return [*head, f"- **{say['problem']}**: {_cell(chat.problem)}", ""]
    cost = f"{chat.prompt_tokens} + {chat.completion_tokens}"
    return [
        *head,
        f"- **{say['tokens']}**: {cost}, finish_reason {chat.finish_reason}",
        f"- **{say['took']}**: {chat.elapsed_s:.2f} {say['seconds']}",
        "",
        *(f"> {_cell(line)}" for line in chat.text.splitlines()),
        "",
    ]


def _cell(text: str) -> str:
    """A text of others' making inside Markdown: on one line, markup shown and not obeyed."""
    line = " ".join(text.split())
    for mark in ("\\", "`", "|", "<", ">", "[", "]"):
        line = line.replace(mark, {"|": "\\|", "`": "'", "<": "&lt;", ">": "&gt;"}.get(mark, mark))
    return line
