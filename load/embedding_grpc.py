"""Text embedding over gRPC, the twin of embedding.py."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any

from load import yandex, yandex_grpc
from load.answers import WrongShapeError
from load.call import Operation, violation

if TYPE_CHECKING:
    import argparse

    from load.call import Judgement
    from load.dice import Dice
    from load.grpc_link import GrpcCall

STUBS = "embedding.embedding_service"


class EmbeddingGrpc(yandex_grpc.YandexGrpcScenario):
    """EmbeddingsService/TextEmbedding."""

    @classmethod
    def operations(cls, options: argparse.Namespace) -> list[Operation]:
        """A text of a fixed set, so that its vector is known from the second time on."""
        return [Operation("grpc/embedding", 1, partial(_embed, options.embedding_uri))]


def _embed(model: str, dice: Dice) -> GrpcCall:
    text = dice.choice(yandex.TEXTS)
    return yandex_grpc.call(
        "EmbeddingsService/TextEmbedding",
        yandex_grpc.message(STUBS, "TextEmbeddingRequest", {"modelUri": model, "text": text}),
        yandex_grpc.message_type(STUBS, "TextEmbeddingResponse"),
        partial(_judge, text),
    )


def _judge(text: str, messages: list[tuple[float, Any]]) -> Judgement:
    if len(messages) != 1:
        return violation("messages", f"expected one message, got {len(messages)}")
    try:
        return yandex.judge_embedding(text, yandex_grpc.valid(messages[0][1], "embedding_answer"))
    except WrongShapeError as wrong:
        return wrong.judgement
