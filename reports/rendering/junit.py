"""The result as JUnit XML: one test case per requirement, for any CI that reads it."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING
from xml.etree import ElementTree as ET

from reports.rendering.release_view import Tally
from reports.standing import standing

if TYPE_CHECKING:
    from reports.conformance_result import ConformanceResult, ContractResult, RequirementResult

_NOT_IN_XML = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def junit_xml(result: ConformanceResult) -> bytes:
    """Return the XML document.

    A violated MUST is a failure, a fault of the harness an error; what was not tested or is not
    offered is skipped with its reason; warnings and accepted deviations pass and say so.
    """
    root = ET.Element("testsuites", name=_legal(f"{result.service} {result.version}"))
    for contract in result.contracts:
        root.append(_suite(contract, result))
    _add_totals(root, result.requirements)
    ET.indent(root)
    document: bytes = ET.tostring(root, encoding="utf-8", xml_declaration=True)
    return document + b"\n"


def _suite(contract: ContractResult, result: ConformanceResult) -> ET.Element:
    suite = ET.Element("testsuite", name=_legal(f"{contract.contract} {contract.edition}"))
    suite.set("timestamp", _legal(result.started_at))
    _add_totals(suite, contract.requirements)
    for row in contract.requirements:
        suite.append(_case(row, contract.contract))
    return suite


def _add_totals(element: ET.Element, rows: tuple[RequirementResult, ...]) -> None:
    tally = Tally.of(rows)
    element.set("tests", str(tally.total))
    element.set("failures", str(tally.critical))
    element.set("errors", str(tally.counts["harness_error"]))
    element.set("skipped", str(tally.open))


def _case(row: RequirementResult, contract: str) -> ET.Element:
    case = ET.Element("testcase", classname=_legal(f"{contract}.{row.group}"))
    case.set("name", _legal(f"{row.id} {row.text}"))
    if standing(row) == "violates":
        _add(case, "failure", f"{row.level} violated: {row.text}", _evidence(row), row.level)
    elif row.outcome == "harness_error":
        _add(case, "error", row.reason, _evidence(row), "harness_error")
    elif row.outcome in ("untested", "unsupported"):
        _add(case, "skipped", f"{row.outcome}: {row.reason}", "", "")
    elif row.deviation is not None:
        said = f"accepted until {row.deviation.expires} by {row.deviation.owner}"
        _add(case, "system-out", "", f"{said}: {row.deviation.reason}\n{_evidence(row)}", "")
    elif row.outcome == "warns":
        _add(case, "system-out", "", f"warning ({row.level}): {row.reason}\n{_evidence(row)}", "")
    return case


def _add(case: ET.Element, tag: str, message: str, text: str, kind: str) -> None:
    element = ET.SubElement(case, tag)
    if message:
        element.set("message", _legal(message))
    if kind:
        element.set("type", kind)
    element.text = _legal(text) or None


def _evidence(row: RequirementResult) -> str:
    lines = [f"source: {row.source}"]
    for finding in row.findings:
        lines += [f"expected: {finding.expected}", f"got: {finding.got}"]
        lines += [f"repeat: {finding.reproduce}"] if finding.reproduce else []
    return "\n".join(lines)


def _legal(text: str) -> str:
    """The text with what XML 1.0 cannot hold at all spelled out."""
    return _NOT_IN_XML.sub(lambda found: f"\\u{ord(found[0]):04x}", text)
