"""Few-shot classification over REST: the labels asked for, each once, with shares of one."""

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


class Classification(yandex.YandexScenario):
    """POST /foundationModels/v1/fewShotTextClassification."""

    @classmethod
    def operations(cls, options: argparse.Namespace) -> list[Operation]:
        """One text and four topics."""
        return [Operation("classification", 1, partial(_classify, options.classifier_uri))]


def _classify(model: str, dice: Dice) -> Post:
    body = yandex.encoded(yandex.few_shot_request(model, dice.choice(yandex.TEXTS)))
    return Post(f"{yandex.PREFIX}/fewShotTextClassification", body, yandex.JSON, _judge)


def _judge(answer: Answer) -> Judgement:
    try:
        return yandex.judge_labels(parsed(answer.body, "yandex", "few_shot_answer"))
    except WrongShapeError as wrong:
        return wrong.judgement
