"""The published schema of connection.json and the model that writes it say the same."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import msgspec
import pytest
from test_check_diagnosis import CASES

from gate.connection.report import ConnectionResult, markdown, result_of
from gate.connection.texts import LANGUAGES, described
from schemas import ROOT, SchemaFolder

if TYPE_CHECKING:
    from gate.connection.seen import Seen

FOLDER = SchemaFolder(ROOT / "results")
HEAD = frozenset({"$schema", "$id", "title"})


def made(expected: Any, seen: Seen) -> ConnectionResult:
    return result_of(
        seen,
        described(expected, seen),
        harness_version="0.1.0",
        checked_at="2025-11-25T09:00:00+00:00",
        duration_s=1.0,
        redact=lambda text: text.replace("m", "***"),
    )


def unwrapped(value: Any) -> Any:
    """Descriptions in one line: newer Pythons take a docstring's indentation away."""
    if isinstance(value, dict):
        return {
            k: " ".join(v.split()) if k == "description" and isinstance(v, str) else unwrapped(v)
            for k, v in value.items()
        }
    return [unwrapped(one) for one in value] if isinstance(value, list) else value


def test_the_schema_is_that_of_the_model() -> None:
    published = dict(FOLDER.schema("connection.schema"))
    model = msgspec.json.schema(ConnectionResult, ref_template="#/$defs/{name}")
    root = model["$defs"].pop("ConnectionResult")
    expected = {k: v for k, v in root.items() if k not in {"title", "description"}}
    of_the_model = json.loads(msgspec.json.encode({**expected, "$defs": model["$defs"]}))
    assert unwrapped({k: v for k, v in published.items() if k not in HEAD}) == unwrapped(
        of_the_model
    )


@pytest.mark.parametrize(("expected", "seen"), CASES)
def test_what_is_written_the_schema_accepts(expected: Any, seen: Seen) -> None:
    document = json.loads(msgspec.json.encode(made(expected, seen)))
    errors = FOLDER.validator_of("connection.schema.json").iter_errors(document)
    assert [error.message for error in errors] == []


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize(("expected", "seen"), CASES)
def test_every_finding_has_a_report(expected: Any, seen: Seen, language: Any) -> None:
    result = made(expected, seen)
    text = markdown(result, language)
    assert text.startswith("# ")
    assert result.diagnosis.words(language).title in text
    assert text.count("\n| `") == len({(one.method, one.path) for one in seen.probes})
