"""Text completion over REST, in one piece and streamed: codes that must come back."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from load import yandex
from load.call import Operation, Post
from load.codes import LONG, SHORT, new_codes, prompt

if TYPE_CHECKING:
    import argparse

    from load.dice import Dice


class Completion(yandex.YandexScenario):
    """POST /foundationModels/v1/completion."""

    @classmethod
    def operations(cls, options: argparse.Namespace) -> list[Operation]:
        """A short answer at once, and a longer one as it is made."""
        return [
            Operation("completion", 1, partial(_ask, options.model_uri, SHORT, stream=False)),
            Operation("completion/stream", 1, partial(_ask, options.model_uri, LONG, stream=True)),
        ]


def _ask(model: str, count: int, dice: Dice, *, stream: bool) -> Post:
    codes = new_codes(dice, count)
    body = yandex.completion_request(model, prompt(codes), stream=stream)
    judge = partial(yandex.judge_completion, codes, stream=stream)
    path = f"{yandex.PREFIX}/completion"
    return Post(path, yandex.encoded(body), yandex.JSON, judge, stream=stream)
