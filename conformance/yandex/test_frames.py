"""The lines of a completion over REST, as they stand on the wire."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from conformance.exchange import Answer
from conformance.judging import Judge, decides

if TYPE_CHECKING:
    from conformance.yandex.outcome import Outcome
    from conformance.yandex.samples import Samples


def _body_of(got: Outcome) -> bytes:
    return got.answer.body if isinstance(got.answer, Answer) and got.answer.status == 200 else b""


@decides("YC-FRAMES-1", "YC-FRAMES-2", "YC-FRAMES-3", "YC-FRAMES-4", "YC-FRAMES-5", depth="quick")
def test_lines(samples: Samples, judge: Judge) -> None:
    for got in (samples.plain, samples.streamed, samples.cut):
        body, shown = _body_of(got), got.reproduce
        lines = body.split(b"\n")
        ended = bool(body) and lines[-1] == b""
        judge(
            "YC-FRAMES-3", ended, expected="a line feed at the end", got=f"{body[-40:]!r}", by=shown
        )
        inner = lines[:-1] if ended else lines
        empty = sum(not line.strip() for line in inner)
        judge(
            "YC-FRAMES-4", not empty, expected="no empty line", got=f"{empty} empty lines", by=shown
        )
        parsed = [_object(line) for line in inner if line.strip()]
        objects = [one for one in parsed if one is not None]
        judge(
            "YC-FRAMES-1",
            len(objects) == len(parsed) > 0,
            expected="a JSON object in every line",
            got=got.summary,
            by=shown,
        )
        wrapped = [one for one in objects if isinstance(one.get("result"), dict)]
        judge(
            "YC-FRAMES-2",
            len(wrapped) == len(objects) > 0,
            expected='{"result": {…}} in every line',
            got=f"{objects[:1]!r}",
            by=shown,
        )
        beside = sorted({name for one in wrapped for name in one} - {"result"})
        judge("YC-FRAMES-5", not beside, expected="result alone", got=f"also {beside}", by=shown)


def _object(line: bytes) -> dict[str, Any] | None:
    try:
        found = json.loads(line)
    except ValueError:
        return None
    return found if isinstance(found, dict) else None


@decides("YC-FRAMES-7", depth="quick")
def test_unary_answers_are_bare(samples: Samples, judge: Judge) -> None:
    for got, name in ((samples.embedded, "embedding"), (samples.classified, "predictions")):
        found = _object(_body_of(got)) or {}
        bare = name in found and "result" not in found
        judge("YC-FRAMES-7", bare, expected=f"{name} at the top", got=got.summary, by=got.reproduce)
