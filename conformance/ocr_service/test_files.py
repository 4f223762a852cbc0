"""GET /files: the list, the stored results, and that nothing else can be fetched."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

import pytest

from conformance.exchange import Answer, Request
from conformance.judging import Judge, decides
from conformance.ocr_service.service import plain_text
from conformance.shape import at, judge_shape
from schemas import load_contract
from schemas.ocr_service.pages import draw_marker
from schemas.text_distance import contains

if TYPE_CHECKING:
    from conformance.ocr_service.service import Service

_FIELDS = {
    "OCR-FILES-2": "/status",
    "OCR-FILES-3": "/count",
    "OCR-FILES-4": "/files/*/filename",
    "OCR-FILES-5": "/files/*/type",
    "OCR-FILES-6": "/files/*/size_bytes",
    "OCR-FILES-7": "/files/*/modified",
}
NOT_OFFERED = "GET /files is not offered"


@pytest.fixture
def offered(service: Service, first: Answer, judge: Judge) -> bool:
    """Whether the target offers stored results at all; in edition 1.3 it has to."""
    del first
    got = service.target.send(Request("GET", "/files"))
    absent = isinstance(got, Answer) and got.status == 404
    if absent and service.edition == "1.0":
        judge.unsupported(NOT_OFFERED)
        return False
    return True


def _listed(answer: Answer) -> list[dict[str, Any]]:
    files = at(answer.json, "files")
    return [one for one in files if isinstance(one, dict)] if isinstance(files, list) else []


@decides("OCR-FILES-1", *_FIELDS)
def test_list(service: Service, offered: bool, judge: Judge) -> None:  # noqa: FBT001 - a fixture
    if not offered:
        return
    answer = service.ask(Request("GET", "/files"))
    usable = answer.status == 200 and isinstance(answer.json, dict)
    judge("OCR-FILES-1", usable, expected="200 with a JSON object", got=answer.summary, by=answer)
    answer.expect(200)
    validator = load_contract("ocr-service").validator("files_list", service.edition)
    judge_shape(judge, validator, answer.json, by=answer, rows=_FIELDS)
    files = _listed(answer)
    count = at(answer.json, "count")
    judge(
        "OCR-FILES-3",
        count == len(files),
        expected=f"count {len(files)}",
        got=repr(count),
        by=answer,
    )
    names = [str(one.get("filename")) for one in files]
    judge(
        "OCR-FILES-4",
        not any("/" in name for name in names),
        expected="names without a path",
        got=repr(names),
        by=answer,
    )
    stamps = [one.get("modified") for one in files]
    judge(
        "OCR-FILES-7",
        all(map(_is_timestamp, stamps)),
        expected="ISO 8601 times",
        got=repr(stamps[:3]),
        by=answer,
    )


def _is_timestamp(value: object) -> bool:
    try:
        dt.datetime.fromisoformat(value if isinstance(value, str) else "")
    except ValueError:
        return False
    return True


@decides("OCR-FILES-8", "OCR-FILES-9", "OCR-FILES-10", "OCR-FILES-11", "OCR-FILES-12")
def test_filters(service: Service, offered: bool, judge: Judge) -> None:  # noqa: FBT001 - a fixture
    if not offered:
        return
    for requirement, kind in (("OCR-FILES-8", "md"), ("OCR-FILES-9", "json")):
        answer = service.ask(Request("GET", f"/files?file_type={kind}")).expect(200)
        types = {one.get("type") for one in _listed(answer)}
        judge(
            requirement, types == {kind}, expected=f"only {kind} files", got=repr(types), by=answer
        )
    one = service.ask(Request("GET", "/files?limit=1")).expect(200)
    judge(
        "OCR-FILES-10",
        len(_listed(one)) == 1,
        expected="one file",
        got=f"{len(_listed(one))} files",
        by=one,
    )
    for limit in ("0", "201", "-1", "many"):
        answer = service.ask(Request("GET", f"/files?limit={limit}"))
        judge(
            "OCR-FILES-11",
            answer.status == 422,
            expected="status 422",
            got=answer.summary,
            by=answer,
        )
    for kind in ("exe", "../md"):
        answer = service.ask(Request("GET", f"/files?file_type={quote(kind)}"))
        judge(
            "OCR-FILES-12",
            400 <= answer.status < 500,
            expected="a 4xx",
            got=answer.summary,
            by=answer,
        )


@decides(*(f"OCR-FILES-{number}" for number in (13, 14, 15, 16, 17, 18, 19)))
def test_stored_results(service: Service, offered: bool, judge: Judge) -> None:  # noqa: FBT001 - a fixture
    if not offered:
        return
    from conformance.ocr_service.requests import upload_request

    page = draw_marker(service.options.seed + 70)[0]
    read = service.read(upload_request(page.image, "stored.png"))
    names = {"md": service.stored_name(read, "markdown"), "json": service.stored_name(read, "json")}
    listing = service.ask(Request("GET", "/files?limit=200")).expect(200)
    sizes = {one.get("filename"): one.get("size_bytes") for one in _listed(listing)}
    missing = [name for name in names.values() if name not in sizes]
    judge(
        "OCR-FILES-13",
        not missing,
        expected="both results in the list",
        got=f"{missing} not listed",
        by=listing,
    )
    for requirement, kind in (("OCR-FILES-14", "md"), ("OCR-FILES-15", "json")):
        got = service.ask(Request("GET", f"/files/{kind}/{quote(names[kind])}"))
        right = got.status == 200 and contains(page.marker or "", plain_text(got.text))
        if kind == "json" and right:
            right = isinstance(got.json, dict | list)
        judge(requirement, right, expected=f"200 with {page.marker}", got=got.summary, by=got)
        size = sizes.get(names[kind])
        judge(
            "OCR-FILES-19",
            size == len(got.body),
            expected=f"size_bytes {len(got.body)}",
            got=repr(size),
            by=listing,
        )
    saved = service.ask(Request("GET", f"/files/md/{quote(names['md'])}?download=true"))
    disposition = saved.headers.get("content-disposition", "")
    judge(
        "OCR-FILES-18",
        disposition.startswith("attachment"),
        expected="Content-Disposition: attachment",
        got=repr(disposition),
        by=saved,
    )
    absent = service.ask(Request("GET", "/files/md/20200101_000000_no_such_page.md"))
    judge(
        "OCR-FILES-16", absent.status == 404, expected="status 404", got=absent.summary, by=absent
    )
    odd = service.ask(Request("GET", f"/files/exe/{quote(names['md'])}"))
    judge("OCR-FILES-17", 400 <= odd.status < 500, expected="a 4xx", got=odd.summary, by=odd)


_TRAVERSALS = {
    "OCR-FILES-20": ("/files/md/../../../../etc/passwd", "/files/md/..", "/files/json/../md/"),
    "OCR-FILES-21": (
        "/files/md/%2e%2e%2f%2e%2e%2f%2e%2e%2fetc%2fpasswd",
        "/files/md/..%2f..%2f..%2f..%2fetc%2fpasswd",
        "/files/md/%252e%252e%252f%252e%252e%252fetc%252fpasswd",
    ),
    "OCR-FILES-22": (
        "/files/md//etc/passwd",
        "/files/md/%2fetc%2fpasswd",
        "/files/md/..%5c..%5c..%5cetc%5cpasswd",
        "/files/md/%00",
    ),
}


@decides(*_TRAVERSALS)
def test_traversal(service: Service, judge: Judge) -> None:
    for requirement, paths in _TRAVERSALS.items():
        for path in paths:
            got = service.target.send(Request("GET", path))
            refused = (
                isinstance(got, Answer) and 400 <= got.status < 500 and "root:" not in got.text
            )
            judge(requirement, refused, expected="a 4xx", got=got.summary, by=got)
