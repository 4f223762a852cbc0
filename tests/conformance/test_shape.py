"""What a schema finds wrong is counted for the requirement that it breaks, and for no other."""

from __future__ import annotations

from typing import Any

import pytest
from jsonschema import Draft202012Validator

from conformance.exchange import Answer, Request
from conformance.judging import Judge
from conformance.redaction import Redactor
from conformance.shape import judge_shape

ITEM = {
    "type": "object",
    "required": ["name", "size"],
    "properties": {"name": {"type": "string", "minLength": 1}, "size": {"type": "integer"}},
}
BODY = {
    "type": "object",
    "required": ["status", "items"],
    "additionalProperties": False,
    "properties": {"status": {"const": "ok"}, "items": {"type": "array", "items": ITEM}},
}
ROWS = {
    "STATUS": "/status",
    "ITEMS": "/items",
    "NAME": "/items/*/name",
    "SIZE": "/items/*/size",
    "EXTRA": "/+",
}
ONE = {"name": "a", "size": 1}
GOOD = {"status": "ok", "items": [ONE, ONE]}
ANSWER = Answer(Request("GET", "/"), 200, {}, b"", 0.0, "curl")


def _violated(schema: dict[str, Any], body: Any, rows: dict[str, str] = ROWS) -> set[str]:
    judge = Judge("check", rows, Redactor())
    judge_shape(judge, Draft202012Validator(schema), body, by=ANSWER, rows=rows)
    assert not judge.undecided()
    return {claim.requirement for claim in judge.claims.values() if claim.failures}


@pytest.mark.parametrize(
    ("body", "violated"),
    [
        (GOOD, set()),
        (GOOD | {"status": "no"}, {"STATUS"}),
        ({"items": [ONE]}, {"STATUS"}),
        ({"status": "ok"}, {"ITEMS", "NAME", "SIZE"}),
        (GOOD | {"items": {}}, {"ITEMS", "NAME", "SIZE"}),
        (GOOD | {"items": [ONE, {"name": "", "size": 1}]}, {"NAME"}),
        (GOOD | {"items": [{"name": "a"}]}, {"SIZE"}),
        (GOOD | {"items": ["a"]}, {"ITEMS", "NAME", "SIZE"}),
        (GOOD | {"more": 1}, {"EXTRA"}),
        ([GOOD], set(ROWS)),
        (None, set(ROWS)),
    ],
)
def test_fault_counts_where_it_is(body: Any, violated: set[str]) -> None:
    assert _violated(BODY, body) == violated


def test_many_faults_do_not_make_another_branch() -> None:
    """An object with a fault in every item is not taken for a bad array."""
    either = {"anyOf": [BODY, {"type": "array", "minItems": 2, "items": BODY}]}
    nameless = {"name": "", "size": 1}
    assert _violated(either, GOOD | {"items": [nameless] * 9}) == {"NAME"}


def test_branch_is_told_by_its_constant() -> None:
    sent = {"type": "object", "properties": {"state": {"const": "sent"}, "at": {"type": "integer"}}}
    failed = {
        "type": "object",
        "required": ["error"],
        "properties": {"state": {"const": "failed"}},
    }
    rows = {"AT": "/at", "ERROR": "/error"}
    body = {"state": "sent", "at": "noon"}
    assert _violated({"oneOf": [failed, sent]}, body, rows) == {"AT"}
