"""Text embedding over REST: one text, one vector, however busy the service is."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from load import yandex
from load.answers import WrongShapeError, parsed
from load.call import Operation, Post

if TYPE_CHECKING:
    import argparse

    from load.call import Answer, Judgement
    from load.dice import Dice


class Embedding(yandex.YandexScenario):
    """POST /foundationModels/v1/textEmbedding."""

    @classmethod
    def operations(cls, options: argparse.Namespace) -> list[Operation]:
        """A text of a fixed set, so that its vector is known from the second time on."""
        return [Operation("embedding", 1, partial(_embed, options.embedding_uri))]


def _embed(model: str, dice: Dice) -> Post:
    text = dice.choice(yandex.TEXTS)
    body = yandex.encoded({"modelUri": model, "text": text})
    return Post(f"{yandex.PREFIX}/textEmbedding", body, yandex.JSON, partial(_judge, text))


def _judge(text: str, answer: Answer) -> Judgement:
    try:
        return yandex.judge_embedding(text, parsed(answer.body, "yandex", "embedding_answer"))
    except WrongShapeError as wrong:
        return wrong.judgement
