"""Text completion over gRPC, the twin of completion.py: the same codes, the same judgement."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any

from load import yandex, yandex_grpc
from load.answers import WrongShapeError
from load.call import Operation
from load.codes import LONG, SHORT, new_codes, prompt

if TYPE_CHECKING:
    import argparse

    from load.call import Judgement
    from load.dice import Dice
    from load.grpc_link import GrpcCall

STUBS = "text_generation.text_generation_service"


class CompletionGrpc(yandex_grpc.YandexGrpcScenario):
    """TextGenerationService/Completion, a server-streaming method."""

    @classmethod
    def operations(cls, options: argparse.Namespace) -> list[Operation]:
        """A short answer at once, and a longer one as it is made."""
        ask = partial(_ask, options.model_uri)
        return [
            Operation("grpc/completion", 1, partial(ask, SHORT, stream=False)),
            Operation("grpc/completion/stream", 1, partial(ask, LONG, stream=True)),
        ]


def _ask(model: str, count: int, dice: Dice, *, stream: bool) -> GrpcCall:
    codes = new_codes(dice, count)
    body = yandex.completion_request(model, prompt(codes), stream=stream)
    return yandex_grpc.call(
        "TextGenerationService/Completion",
        yandex_grpc.message(STUBS, "CompletionRequest", body),
        yandex_grpc.message_type(STUBS, "CompletionResponse"),
        partial(_judge, codes),
    )


def _judge(codes: tuple[str, ...], messages: list[tuple[float, Any]]) -> Judgement:
    try:
        shaped = [(at, yandex_grpc.valid(body, "completion_message")) for at, body in messages]
    except WrongShapeError as wrong:
        return wrong.judgement
    return yandex.judge_messages(codes, shaped)
