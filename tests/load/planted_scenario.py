"""The scenario that the tests send to fake targets: a code that must come back, or a stream."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from load.answers import WrongShapeError, decoded
from load.call import Answer, Judgement, Operation, Post, violation
from load.engine import Scenario

if TYPE_CHECKING:
    import argparse

    from load.dice import Dice


class Planted(Scenario):
    """Three operations; only `ask` is sent unless --mix says otherwise."""

    probe_path = "/"

    @classmethod
    def operations(cls, options: argparse.Namespace) -> list[Operation]:
        return [
            Operation("ask", 1, lambda dice: ask(dice, "/ask")),
            Operation("other", 0, lambda dice: ask(dice, "/other")),
            Operation("stream", 0, stream),
        ]


def ask(dice: Dice, path: str) -> Post:
    code = dice.code()

    def opinion(answer: Answer) -> Judgement:
        try:
            value = decoded(answer.body)
        except WrongShapeError as wrong:
            return wrong.judgement
        if value.get("echo") != code:
            return violation("cross_talk", f"expected {code}, got {value.get('echo')}")
        return Judgement(tokens=len(code))

    return Post(path, json.dumps({"code": code}).encode(), "application/json", opinion)


def stream(dice: Dice) -> Post:
    def opinion(answer: Answer) -> Judgement:
        times = tuple(at for at, line in answer.lines if line.strip())
        return Judgement(tokens=len(times), token_times=times)

    body = json.dumps({"code": dice.code()}).encode()
    return Post("/stream", body, "application/json", opinion, stream=True)
