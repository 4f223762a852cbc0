"""Few-shot classification over gRPC, the twin of classification.py."""

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

STUBS = "text_classification.text_classification_service"


class ClassificationGrpc(yandex_grpc.YandexGrpcScenario):
    """TextClassificationService/FewShotClassify, in a package segment of its own."""

    @classmethod
    def operations(cls, options: argparse.Namespace) -> list[Operation]:
        """One text and four topics."""
        return [Operation("grpc/classification", 1, partial(_classify, options.classifier_uri))]


def _classify(model: str, dice: Dice) -> GrpcCall:
    body = yandex.few_shot_request(model, dice.choice(yandex.TEXTS))
    return yandex_grpc.call(
        "text_classification.TextClassificationService/FewShotClassify",
        yandex_grpc.message(STUBS, "FewShotTextClassificationRequest", body),
        yandex_grpc.message_type(STUBS, "FewShotTextClassificationResponse"),
        _judge,
    )


def _judge(messages: list[tuple[float, Any]]) -> Judgement:
    if len(messages) != 1:
        return violation("messages", f"expected one message, got {len(messages)}")
    try:
        return yandex.judge_labels(yandex_grpc.valid(messages[0][1], "few_shot_answer"))
    except WrongShapeError as wrong:
        return wrong.judgement
