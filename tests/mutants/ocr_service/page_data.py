"""Mutants of json_data."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from tests.mutants.mutant import rewrites

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.mutants.exchange import Reply


def _pages(reply: Reply) -> list[dict[str, Any]]:
    """The pages of a success, whether it holds one or several."""
    data = reply.json.get("json_data") if reply.status == 200 else None
    return data if isinstance(data, list) else [data] if data else []


def _blocks(reply: Reply) -> Iterator[dict[str, Any]]:
    for page in _pages(reply):
        yield from page["parsing_res_list"]


@rewrites("POST /ocr", kills=("OCR-JSON-1",))
def one_page_in_an_array(reply: Reply) -> None:
    """`json_data` of a single page is an array."""
    if pages := _pages(reply):
        reply.json["json_data"] = pages


@rewrites("POST /ocr", kills=("OCR-JSON-2",))
def first_page_only(reply: Reply) -> None:
    """`json_data` of several pages is the first of them."""
    if pages := _pages(reply):
        reply.json["json_data"] = pages[0]


@rewrites("POST /ocr", kills=("OCR-JSON-3",))
def input_path_null(reply: Reply) -> None:
    """`input_path` is null."""
    for page in _pages(reply):
        page["input_path"] = None


@rewrites("POST /ocr", kills=("OCR-JSON-4",))
def page_index_as_text(reply: Reply) -> None:
    """`page_index` is a text."""
    for page in _pages(reply):
        page["page_index"] = "0"


@rewrites("POST /ocr", kills=("OCR-JSON-5",))
def page_count_zero(reply: Reply) -> None:
    """`page_count` is 0."""
    for page in _pages(reply):
        page["page_count"] = 0


@rewrites("POST /ocr", kills=("OCR-JSON-6",))
def width_of_a_thumbnail(reply: Reply) -> None:
    """`width` is that of the page as scaled for the model."""
    for page in _pages(reply):
        page["width"] //= 2


@rewrites("POST /ocr", kills=("OCR-JSON-7",))
def height_missing(reply: Reply) -> None:
    """`height` is missing."""
    for page in _pages(reply):
        del page["height"]


@rewrites("POST /ocr", kills=("OCR-JSON-8",))
def model_settings_as_list(reply: Reply) -> None:
    """`model_settings` is a list of names."""
    for page in _pages(reply):
        page["model_settings"] = list(page["model_settings"])


@rewrites("POST /ocr", kills=("OCR-JSON-9",))
def blocks_renamed(reply: Reply) -> None:
    """`parsing_res_list` is called `blocks`."""
    for page in _pages(reply):
        page["blocks"] = page.pop("parsing_res_list")


@rewrites("POST /ocr", kills=("OCR-JSON-10",))
def labels_empty(reply: Reply) -> None:
    """`block_label` is empty."""
    for block in _blocks(reply):
        block["block_label"] = ""


@rewrites("POST /ocr", kills=("OCR-JSON-11",))
def content_in_lines(reply: Reply) -> None:
    """`block_content` is a list of lines."""
    for block in _blocks(reply):
        block["block_content"] = [block["block_content"]]


@rewrites("POST /ocr", kills=("OCR-JSON-12",))
def boxes_of_corners(reply: Reply) -> None:
    """`block_bbox` is a list of two corners."""
    for block in _blocks(reply):
        x1, y1, x2, y2 = block["block_bbox"]
        block["block_bbox"] = [[x1, y1], [x2, y2]]


@rewrites("POST /ocr", kills=("OCR-JSON-12",))
def boxes_by_size(reply: Reply) -> None:
    """`block_bbox` gives width and height in place of the second corner."""
    for block in _blocks(reply):
        x1, y1, x2, y2 = block["block_bbox"]
        block["block_bbox"] = [x1, y1, x2 - x1, y2 - y1]


@rewrites("POST /ocr", kills=("OCR-JSON-13",))
def boxes_of_another_resolution(reply: Reply) -> None:
    """`block_bbox` is in pixels of a page twice as large."""
    for block in _blocks(reply):
        block["block_bbox"] = [2 * value for value in block["block_bbox"]]


@rewrites("POST /ocr", kills=("OCR-JSON-14",))
def ids_all_alike(reply: Reply) -> None:
    """`block_id` is 0 in every block."""
    for block in _blocks(reply):
        block["block_id"] = 0


@rewrites("POST /ocr", kills=("OCR-JSON-15",))
def order_in_words(reply: Reply) -> None:
    """`block_order` is a text."""
    for block in _blocks(reply):
        block["block_order"] = f"#{block['block_order']}"


@rewrites("POST /ocr", kills=("OCR-JSON-16",), outcome="warns")
def markdown_of_the_first_block(reply: Reply) -> None:
    """`markdown_text` holds the first block alone."""
    blocks = list(_blocks(reply))
    if blocks:
        reply.json["markdown_text"] = blocks[0]["block_content"]


@rewrites("POST /ocr", kills=("OCR-ACC-15",))
def boxes_upside_down(reply: Reply) -> None:
    """Boxes count from the bottom of the page."""
    for page in _pages(reply):
        for block in page["parsing_res_list"]:
            x1, y1, x2, y2 = block["block_bbox"]
            block["block_bbox"] = [x1, page["height"] - y2, x2, page["height"] - y1]


@rewrites("POST /ocr", kills=("OCR-ACC-16",))
def boxes_shifted(reply: Reply) -> None:
    """Boxes lie a line and a half too low."""
    for page in _pages(reply):
        for block in page["parsing_res_list"]:
            x1, y1, x2, y2 = block["block_bbox"]
            block["block_bbox"] = [x1, y1 + 60, x2, y2 + 60]


@rewrites("POST /ocr", kills=("OCR-ACC-17",))
def blocks_from_the_bottom(reply: Reply) -> None:
    """Blocks come from the bottom of the page to its top."""
    for page in _pages(reply):
        page["parsing_res_list"].reverse()
