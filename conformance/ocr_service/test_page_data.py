"""json_data: the page, its blocks, their texts, boxes and order."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING, Any

from conformance.exchange import Answer, answered
from conformance.judging import Judge, decides
from conformance.ocr_service.requests import upload_request
from conformance.shape import MISSING, at, judge_shape
from schemas import load_contract
from schemas.ocr_service.pages import draw_marker, draw_upper
from schemas.text_distance import contains, squeeze

if TYPE_CHECKING:
    from conformance.ocr_service.service import Service
    from schemas.ocr_service.pages import DrawnPage

_FIELDS = {
    "OCR-JSON-3": "/input_path",
    "OCR-JSON-4": "/page_index",
    "OCR-JSON-5": "/page_count",
    "OCR-JSON-6": "/width",
    "OCR-JSON-7": "/height",
    "OCR-JSON-8": "/model_settings",
    "OCR-JSON-9": "/parsing_res_list",
    "OCR-JSON-10": "/parsing_res_list/*/block_label",
    "OCR-JSON-11": "/parsing_res_list/*/block_content",
    "OCR-JSON-12": "/parsing_res_list/*/block_bbox",
    "OCR-JSON-14": "/parsing_res_list/*/block_id",
    "OCR-JSON-15": "/parsing_res_list/*/block_order",
}
BOX_SLACK_PX = 12
"""Detectors pad their boxes by a few pixels; up to 8 were observed."""
PADDING_PX = 40
"""The margin of a drawn page."""


@decides(
    "OCR-JSON-1", *_FIELDS, "OCR-JSON-13", "OCR-JSON-16", "OCR-ACC-15", "OCR-ACC-16", "OCR-ACC-17"
)
def test_single_page(service: Service, judge: Judge) -> None:
    page = draw_upper(service.options.seed + 40)
    answer = service.read(upload_request(page.image))
    data = at(answer.json, "json_data")
    if data is MISSING and service.edition == "1.0":
        judge.unsupported("the answer holds no json_data, which came with 1.3")
        return
    judge("OCR-JSON-1", isinstance(data, dict), expected="an object", got=repr(data), by=answer)
    validator = load_contract("ocr-service").validator("json_data", service.edition)
    judge_shape(judge, validator, data, by=answer, rows=_FIELDS)
    for requirement, field, wanted in (
        ("OCR-JSON-6", "width", page.width),
        ("OCR-JSON-7", "height", page.height),
    ):
        got = at(data, field)
        judge(requirement, got == wanted, expected=f"{field} {wanted}", got=repr(got), by=answer)
    blocks = _blocks(data)
    ids = [block.get("block_id") for block in blocks]
    judge(
        "OCR-JSON-14",
        len(set(map(repr, ids))) == len(ids),
        expected="distinct ids",
        got=repr(ids),
        by=answer,
    )
    _judge_boxes(judge, blocks, page.width, page.height, answer)
    _judge_order(judge, blocks, page, answer)
    text = squeeze(str(at(answer.json, "markdown_text")))
    absent = [one for one in map(_content, blocks) if squeeze(one)[:12] not in text]
    judge(
        "OCR-JSON-16",
        not absent,
        expected="every block's text in markdown_text",
        got=repr(absent),
        by=answer,
    )


def _blocks(data: Any) -> list[dict[str, Any]]:
    listed = at(data, "parsing_res_list")
    return [one for one in listed if isinstance(one, dict)] if isinstance(listed, list) else []


def _content(block: dict[str, Any]) -> str:
    return str(block.get("block_content", ""))


def _box(block: dict[str, Any]) -> tuple[float, ...] | None:
    box = block.get("block_bbox")
    usable = (
        isinstance(box, list) and len(box) == 4 and all(isinstance(v, int | float) for v in box)
    )
    return tuple(box) if usable and box else None


def _judge_boxes(
    judge: Judge, blocks: list[dict[str, Any]], width: int, height: int, answer: Answer
) -> None:
    boxes = [box for block in blocks if (box := _box(block))]
    judge(
        "OCR-JSON-12",
        all(x1 < x2 and y1 < y2 for x1, y1, x2, y2 in boxes) and len(boxes) == len(blocks),
        expected="x1 < x2 and y1 < y2 in every box",
        got=repr([block.get("block_bbox") for block in blocks]),
        by=answer,
    )
    inside = all(
        x1 >= -1 and y1 >= -1 and x2 <= width + 1 and y2 <= height + 1 for x1, y1, x2, y2 in boxes
    )
    judge(
        "OCR-JSON-13",
        inside and bool(boxes),
        expected=f"boxes inside 0,0,{width},{height}",
        got=repr(boxes),
        by=answer,
    )


def _judge_order(
    judge: Judge, blocks: list[dict[str, Any]], page: DrawnPage, answer: Answer
) -> None:
    """The page holds five lines of equal pitch in its upper half: it is known where each stands.

    An engine may put several lines, or all of them, into one block.
    """
    text = squeeze(" ".join(map(_content, blocks)))
    places = [text.find(squeeze(line)[:10]) for line in page.lines]
    found = [place for place in places if place >= 0]
    judge(
        "OCR-ACC-17",
        len(found) >= 3 and found == sorted(found),
        expected="the lines in the order in which they were drawn",
        got=f"lines at {places} in the text of the blocks",
        by=answer,
    )
    held = [
        (number, box)
        for number, line in enumerate(page.lines)
        for block in blocks
        if (box := _box(block)) and squeeze(line)[:10] in squeeze(_content(block))
    ]
    tops = [box[1] for _, box in held]
    above = all(box[1] + box[3] <= page.height for _, box in held)
    judge(
        "OCR-ACC-15",
        bool(held) and above and tops == sorted(tops),
        expected=f"y growing down the page, the text above {page.height / 2:g}",
        got=f"boxes {[box for _, box in held]}",
        by=answer,
    )
    pitch = (page.height / 2 - 2 * PADDING_PX) / len(page.lines)
    off = [
        (number, box)
        for number, box in held
        if not box[1] - BOX_SLACK_PX <= PADDING_PX + (number + 0.4) * pitch <= box[3] + BOX_SLACK_PX
    ]
    judge(
        "OCR-ACC-16",
        bool(held) and not off,
        expected="each box where its line was drawn",
        got=repr(off),
        by=answer,
    )


@decides("OCR-JSON-2")
def test_several_pages(service: Service, judge: Judge) -> None:
    from PIL import Image

    pages = draw_marker(service.options.seed + 41, count=2)
    images = [Image.open(io.BytesIO(page.image)) for page in pages]
    buffer = io.BytesIO()
    images[0].save(buffer, "TIFF", save_all=True, append_images=images[1:])
    got = answered(service.target.send(upload_request(buffer.getvalue(), "two.tiff")))
    if got.status in (400, 415, 422):
        judge.unsupported("the service takes no images of several pages")
        return
    data = at(got.expect(200).json, "json_data")
    if data is MISSING and service.edition == "1.0":
        judge.unsupported("the answer holds no json_data, which came with 1.3")
        return
    right = (
        isinstance(data, list)
        and len(data) == 2
        and all(
            contains(page.marker or "", " ".join(map(_content, _blocks(one))))
            for page, one in zip(pages, data, strict=True)
        )
    )
    judge(
        "OCR-JSON-2",
        right,
        expected="an array of two pages, each with its own text",
        got=repr(data),
        by=got,
    )
