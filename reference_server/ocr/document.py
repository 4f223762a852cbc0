"""From a page to its part of the two results: Markdown, and JSON in PaddleOCR-VL's shape."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from reference_server.ocr.engine import Page

MODEL_SETTINGS = {
    "use_doc_preprocessor": False,
    "use_layout_detection": True,
    "use_chart_recognition": False,
    "format_block_content": False,
}


def markdown(page: Page) -> str:
    """The page's text in reading order, blocks apart by an empty line."""
    if page.markdown is not None:
        return page.markdown
    return "\n\n".join(block.text for block in page.blocks if block.text)


def page_data(page: Page, input_path: str, number: int, count: int) -> dict[str, Any]:
    """What PaddleOCR-VL's `save_to_json` writes of page `number` (from 0) of `count`."""
    several = count > 1
    place = {
        "input_path": input_path,
        "page_index": number if several else None,
        "page_count": count if several else None,
    }
    if page.document is not None:
        return {**page.document, **place}
    return {
        **place,
        "width": page.width,
        "height": page.height,
        "model_settings": MODEL_SETTINGS,
        "parsing_res_list": [
            {
                "block_label": block.label,
                "block_content": block.text,
                "block_bbox": list(block.box),
                "block_id": order,
                "block_order": order + 1,
            }
            for order, block in enumerate(page.blocks)
        ],
    }
