"""From pages to the two result documents: Markdown, and JSON in PaddleOCR-VL's shape."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Sequence

    from reference_server.ocr.engine import Page

MODEL_SETTINGS = {
    "use_doc_preprocessor": False,
    "use_layout_detection": True,
    "use_chart_recognition": False,
    "format_block_content": False,
}


def markdown(pages: Sequence[Page]) -> str:
    """The text of all pages in reading order, blocks apart by an empty line."""
    return "\n\n".join(block.text for page in pages for block in page.blocks if block.text)


def json_data(pages: Sequence[Page], input_path: str) -> dict[str, Any] | list[dict[str, Any]]:
    """What PaddleOCR-VL's `save_to_json` writes: an object, or an array of several pages."""
    documents = [_page(page, input_path, number, len(pages)) for number, page in enumerate(pages)]
    return documents[0] if len(documents) == 1 else documents


def _page(page: Page, input_path: str, number: int, count: int) -> dict[str, Any]:
    several = count > 1
    return {
        "input_path": input_path,
        "page_index": number if several else None,
        "page_count": count if several else None,
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
