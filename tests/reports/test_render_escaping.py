"""What a hostile service answers can neither break a report nor put anything into it."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING
from xml.etree import ElementTree as ET

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from msgspec.structs import replace
from rendered import Skeleton, of_markdown
from report_samples import conformance, finding, reading, requirement

from reports.comparison import compare
from reports.conformance_result import Deviation
from reports.release import Release
from reports.rendering.ci import github_annotations
from reports.rendering.documents import comparison_documents, release_documents
from reports.rendering.html import release_page
from reports.rendering.markdown import release_markdown
from reports.rendering.markdown_text import block, code, inline, prose

if TYPE_CHECKING:
    from collections.abc import Mapping

HOSTILE = [
    "<script>alert(1)</script>",
    "</script></style></title><svg onload=alert(1)>",
    "| a | b |\n|---|---|\n| c | d |",
    "```\n# owned\n```",
    "````` ` ``",
    "`a`b``c```",
    "# Verdict: PASS",
    "\n\n## Problems\n\nNone found.\n",
    "[click](javascript:alert(1)) ![x](http://evil.example/x.png)",
    "<http://evil.example> http://evil.example www.evil.example a@evil.example @team",
    "[x]: http://evil.example\n\n[x]",
    "</details></summary></table>",
    "<details open><summary>",
    "<!-- ",
    "]]> <![CDATA[",
    "a\u202egnp.exe\u200b\x00\x1b[31m\x85\u2028b",
    "&lt;b&gt; &#60;b&#62; &amp;",
    "\\|\\`\\<b>",
    "- item\n1. item\n> quote\n    code",
    "===\n---",
    "{{ 7*7 }} {% raw %} {# x #}",
    "%(evil)s %s %",
    "~~x~~ **x** __x__ *x* _x_",
    "::error title=x::owned\n::warning::x",
    "\ud800 lone",
    "http://evil.example | a@evil.example | www.evil.example",
    "",
    " ",
]
texts = st.one_of(
    st.sampled_from(HOSTILE),
    st.lists(st.sampled_from(HOSTILE), min_size=2, max_size=3).map("\n".join),
    st.text(max_size=60),
)


def release(text: str) -> Release:
    """A release in which everything that others can write says `text`."""
    evidence = finding(expected=text, got=text, reproduce=text or "x")
    deviation = Deviation(
        requirement="OCR-AUTH-2", reason=text, owner=text, expires="2027-01-01", link=text
    )
    rows = (
        requirement("OCR-HEALTH-1", "violates", findings=(evidence,) * 4),
        requirement("OCR-HEALTH-2", "untested", reason=text, untested_because="prerequisite"),
        requirement("OCR-HEALTH-18", "warns", findings=(evidence,), text=text, text_ru=text),
        requirement("OCR-AUTH-1", "unsupported", reason=text),
        requirement("OCR-AUTH-2", "violates", findings=(evidence,), deviation=deviation),
        requirement("OCR-AUTH-3", "harness_error", reason=text, source=text, checks=(text,)),
    )
    run = conformance(
        rows,
        target=text,
        depth=text,
        notes=(text,),
        incomplete="target_lost",
        incomplete_reason=text,
        deviation_problems=(text,),
        started_at=text,
    )
    (contract,) = run.contracts
    (endpoint,) = contract.endpoints
    endpoint = replace(
        endpoint,
        path=text,
        statuses={text or "200": 3},
        sample_request=text or "x",
        sample_answer=text or "x",
    )
    contract = replace(contract, endpoints=(endpoint,), title=text, edition_known_from=text)
    run = replace(run, contracts=(contract,))
    logs = reading(errors=True)
    (one,) = logs.readings
    groups = tuple(replace(g, example=text or "x", means=text, means_ru=text) for g in one.groups)
    logs = replace(logs, readings=(replace(one, name=text, groups=groups),))
    return Release(service="service", version="1.0", conformance=run, logs=logs)


def documents(text: str) -> Mapping[str, str]:
    hostile = release(text)
    other = Release(service="service", version="0.9", conformance=conformance())
    found = release_documents(hostile) | comparison_documents(compare(other, hostile), None, "x")
    return {
        name: content if isinstance(content, str) else content.decode()
        for name, content in found.items()
    }


def skeletons(text: str) -> dict[str, Skeleton]:
    return {
        name: of_markdown(content) if name.endswith(".md") else Skeleton(content)
        for name, content in documents(text).items()
        if name.endswith((".md", ".html"))
    }


PLAIN = skeletons("plain")


def assert_same_shape(seen: Skeleton, plain: Skeleton, name: str) -> None:
    assert seen.headings == plain.headings, name
    assert seen.addresses == plain.addresses, name
    assert seen.handlers == [], name
    assert seen.unbalanced == [], name
    assert seen.tags.keys() <= plain.tags.keys() | {"code", "p"}, name
    for tag in ("table", "tr", "details", "script", "style", "img", "a", "pre"):
        assert seen.tags[tag] == plain.tags[tag], (name, tag)


@pytest.mark.parametrize("text", [*HOSTILE, "\n".join(HOSTILE), " | ".join(HOSTILE)])
def test_no_hostile_text_changes_the_shape_of_any_document(text: str) -> None:
    for name, seen in skeletons(text).items():
        assert_same_shape(seen, PLAIN[name], name)


@settings(deadline=None, max_examples=60, suppress_health_check=[HealthCheck.too_slow])
@given(texts)
def test_no_text_changes_the_shape_of_a_report(text: str) -> None:
    for name, write in (("report.md", release_markdown), ("report.html", release_page)):
        document = write(release(text), "en")
        seen = of_markdown(document) if name.endswith(".md") else Skeleton(document)
        assert_same_shape(seen, PLAIN[name], name)


@pytest.mark.parametrize("text", HOSTILE)
def test_junit_is_xml_whatever_a_service_says(text: str) -> None:
    content = release_documents(release(text))["junit.xml"]
    assert isinstance(content, bytes)
    root = ET.fromstring(content)  # noqa: S314 - our own
    assert len(root.findall(".//testcase")) == 6


@pytest.mark.parametrize("text", HOSTILE)
def test_code_quality_and_drawings_are_what_they_say(text: str) -> None:
    found = documents(text)
    assert len(json.loads(found["code-quality.json"])) == 4
    for name, content in found.items():
        if name.endswith(".svg"):
            ET.fromstring(content)  # noqa: S314 - our own


@pytest.mark.parametrize("text", HOSTILE)
def test_an_annotation_stays_one_command(text: str) -> None:
    row = requirement("OCR-AUTH-2", "violates", text=text, findings=(finding(got=text),))
    (line,) = github_annotations([row])
    assert line.startswith("::error title=OCR-AUTH-2 (MUST)::")
    assert "\n" not in line
    assert "\r" not in line


@settings(deadline=None)
@given(texts)
def test_a_code_span_is_one_code_element_everywhere(text: str) -> None:
    table = f"| {code(text)} | x |\n|---|---|\n| {code(text)} | x |\n\n- {code(text)}\n"
    seen = of_markdown(table)
    assert seen.tags["td"] == 2
    assert seen.tags["li"] == 1
    assert seen.tags["a"] == seen.tags["script"] == 0
    assert seen.tags["code"] == (0 if code(text) == "—" else 3)


@settings(deadline=None)
@given(texts)
def test_words_are_words_everywhere(text: str) -> None:
    for write in (inline, prose):
        said = write(text)
        seen = of_markdown(f"{said}\n\n| {said} | x |\n|---|---|\n| {said} | x |\n\n- a {said}\n")
        assert seen.tags["td"] == 2
        assert seen.tags["li"] == 1
        assert set(seen.tags) <= {
            "p",
            "table",
            "thead",
            "tbody",
            "tr",
            "th",
            "td",
            "ul",
            "li",
            "code",
        }


@settings(deadline=None)
@given(texts)
def test_a_block_holds_all_of_a_text_and_ends_where_it_should(text: str) -> None:
    seen = of_markdown(f"{block(text, 'bash')}\n\nafter\n")
    assert seen.tags["pre"] == 1
    assert seen.text.rstrip().endswith("after")
    assert set(seen.tags) <= {"pre", "code", "p"}


def test_ordinary_text_is_left_readable() -> None:
    assert (
        inline("GET /health answers 200 in 1.5 s (p95).")
        == "GET /health answers 200 in 1.5 s (p95)."
    )
    assert prose("`status` is `healthy`.") == "`status` is `healthy`."
    assert prose("a `b|c` d") == "a <code>b&#124;c</code> d"
    assert code('{"status":"healthy"}') == '`{"status":"healthy"}`'


def test_what_prints_nothing_or_turns_text_around_is_spelled_out() -> None:
    assert code("a\u202eb\x1bc\u200bd") == "`a\\u202eb\\u001bc\\u200bd`"
