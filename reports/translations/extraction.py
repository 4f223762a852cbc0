"""Every text of the reports that needs a translation, found in templates, code and contracts."""

from __future__ import annotations

import ast
from pathlib import Path
from typing import TYPE_CHECKING

from reports.sentences import SENTENCES
from schemas import contract_names, load_contract

if TYPE_CHECKING:
    from collections.abc import Iterator

Message = str | tuple[str, str]
"""A text, or its singular and plural."""

RENDERING = Path(__file__).resolve().parents[1] / "rendering"
_SINGULAR = ("_", "mark", "say")
_PLURAL = ("ngettext", "count")


def messages() -> frozenset[Message]:
    """Return the source texts: of the reports, and the summaries of the contracts' operations."""
    return frozenset(
        [*_in_code(), *_in_templates(), *_in_tables(), *_in_contracts(), *_in_sentences()]
    )


def _in_code() -> Iterator[Message]:
    for path in sorted(RENDERING.glob("*.py")):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call):
                yield from _in_call(node)


def _in_call(call: ast.Call) -> Iterator[Message]:
    """The texts of a call of one of the KEYWORDS; a text that is put together has none."""
    name = call.func.attr if isinstance(call.func, ast.Attribute) else getattr(call.func, "id", "")
    texts = [arg.value for arg in call.args if isinstance(arg, ast.Constant)]
    strings = [text for text in texts if isinstance(text, str)]
    if name in _PLURAL and len(strings) > 1:
        yield (strings[0], strings[1])
    elif name in _SINGULAR and strings:
        yield strings[0]


def _in_templates() -> Iterator[Message]:
    from jinja2.ext import babel_extract

    options = {"trim_blocks": "true", "lstrip_blocks": "true", "silent": "false"}
    for path in sorted((RENDERING / "templates").glob("*.j2")):
        with path.open("rb") as file:
            for _, _, message, _ in babel_extract(file, [*_SINGULAR, *_PLURAL], [], options):
                # Arguments that are no literal text, such as a count, come as None.
                texts = (message,) if isinstance(message, str) else message or ()
                found = tuple(text for text in texts if isinstance(text, str))
                if found:
                    yield found[0] if len(found) == 1 else (found[0], found[1])


def _in_tables() -> Iterator[Message]:
    """Texts that stand in tables of pairs, where no call marks them."""
    from reports.rendering.release_text import TALLIED

    for _, one, many in TALLIED:
        yield (one, many)


def _in_sentences() -> Iterator[Message]:
    for sentence in SENTENCES:
        yield sentence.template


def _in_contracts() -> Iterator[Message]:
    for name in contract_names():
        for operations in load_contract(name).openapi.get("paths", {}).values():
            for operation in operations.values():
                if isinstance(operation, dict) and operation.get("summary"):
                    yield operation["summary"]
