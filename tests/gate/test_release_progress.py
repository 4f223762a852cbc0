"""A live line on a terminal, plain lines elsewhere; and what a moment's change of `/` means."""

from __future__ import annotations

import io

import pytest
from rich.console import Console

from gate.release.identity import difference
from gate.release.progress import telling
from gate.release.secrets import redactor
from reports.verdict import ExitCode


def shown(*, terminal: bool) -> str:
    text = io.StringIO()
    console = Console(file=text, force_terminal=terminal, width=100)
    with telling(console) as told:
        told.step("load on [1.0.9]", done=2, of=8)
        told.say("1.0.9: [kept] as it is")
    return text.getvalue()


def test_in_ci_each_thing_is_a_plain_line() -> None:
    assert shown(terminal=False) == "load on [1.0.9] … (3 of at most 8)\n1.0.9: [kept] as it is\n"


def test_on_a_terminal_a_line_says_what_is_being_done() -> None:
    text = shown(terminal=True)
    assert "\x1b[" in text
    assert "2/8" in text
    assert "1.0.9: [kept] as it is" in text


@pytest.mark.parametrize(
    ("after", "code"),
    [
        ({"a": "1"}, None),
        ({}, None),
        ({"a": "2"}, ExitCode.INVALID_RUN),
        ({"a": "HTTP 404"}, ExitCode.INVALID_RUN),
        ({"a": "HTTP 401"}, ExitCode.USAGE),
    ],
)
def test_what_counts_as_a_change(after: dict[str, str], code: ExitCode | None) -> None:
    found = difference({"a": "1"}, after)
    assert (None if found is None else found[1]) == code


def test_the_key_is_named_and_never_shown(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SOME_KEY", "abc-123")
    assert redactor("SOME_KEY")("serve --api-key abc-123") == "serve --api-key $SOME_KEY"
