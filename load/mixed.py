"""Everything one server speaks, at once: OCR, completion, embedding, classification, chat.

--mix sets the weights, such as --mix ocr/base64=1,completion/stream=4,embedding=10.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from load import chat, classification, completion, embedding, ocr
from load.engine import Scenario

if TYPE_CHECKING:
    import argparse

    from load.call import Operation


class Mixed(Scenario):
    """The operations of all HTTP scenarios."""

    @classmethod
    def operations(cls, options: argparse.Namespace) -> list[Operation]:
        """Each scenario's own operations, with its own weights."""
        return [
            *ocr.OcrService.operations(options),
            *completion.Completion.operations(options),
            *embedding.Embedding.operations(options),
            *classification.Classification.operations(options),
            *chat.Chat.operations(options),
        ]

    @classmethod
    def warm_up(cls) -> None:
        """What each of them loads beforehand."""
        ocr.OcrService.warm_up()
        completion.Completion.warm_up()
        chat.Chat.warm_up()
