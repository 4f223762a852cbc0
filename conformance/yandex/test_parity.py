"""The same input over REST and over gRPC: the same answer, usage, refusal and code."""

from __future__ import annotations

from typing import TYPE_CHECKING

from conformance.judging import Judge, NotTestable, decides
from conformance.yandex import conversations as say
from conformance.yandex import refusable
from conformance.yandex.outcome import (
    RATE_LIMITED,
    RESOURCE_EXHAUSTED,
    count,
    predictions,
    vector,
)
from conformance.yandex.test_embedding import LONG, UNRELATED, cosine

if TYPE_CHECKING:
    from collections.abc import Sequence

    from conformance.yandex.methods import Call
    from conformance.yandex.outcome import Outcome
    from conformance.yandex.samples import Samples

SAME_VECTOR = 0.9999
CONFIDENCE_TOLERANCE = 0.01
"""One text in another batch moves a confidence by rounding only; 0.003 has been seen."""

Both = dict[str, "Samples"]
Pair = tuple["Outcome", "Outcome"]


def _pairs(both: Both, calls: Sequence[Call]) -> list[Pair]:
    """What each call came to over REST and over gRPC."""
    over = [both[name].service.together(calls) for name in ("grpc", "rest")]
    if any(got.code == RESOURCE_EXHAUSTED for one in over for got in one):
        raise NotTestable(RATE_LIMITED, "prerequisite")
    return list(zip(over[1], over[0], strict=True))


def _judge_same(judge: Judge, row: str, pair: Pair, rest: object, grpc: object) -> None:
    expected = f"{rest!r}, as over REST"
    judge(row, rest == grpc, expected=expected, got=grpc, by=pair[1].reproduce)


@decides("YC-PARITY-1", "YC-PARITY-2", "YC-PARITY-3", "YC-PARITY-4", "YC-PARITY-5")
def test_completions(every_samples: Both, judge: Judge) -> None:
    rest = every_samples["rest"].service
    calls = [
        rest.completing(say.open_question(), max_tokens=40),
        rest.repeating(rest.codes("parity")[0]),
        rest.completing(say.told_in_turn(rest.codes("parity turns", 3), 1)),
        rest.completing(say.sentence()),
        rest.completing(say.counting(), max_tokens=5),
    ]
    once, again = _pairs(every_samples, calls), _pairs(every_samples, calls)
    for pair, other in zip(once, again, strict=True):
        one, two = (got.last for got in pair)
        _judge_same(judge, "YC-PARITY-2", pair, one.input_tokens, two.input_tokens)
        _judge_same(judge, "YC-PARITY-5", pair, one.model_version, two.model_version)
        repeats = all(a.last.text == b.last.text for a, b in zip(pair, other, strict=True))
        if repeats:
            _judge_same(judge, "YC-PARITY-1", pair, one.text, two.text)
        if one.text == two.text:
            _judge_same(judge, "YC-PARITY-3", pair, one.completion_tokens, two.completion_tokens)
            _judge_same(judge, "YC-PARITY-4", pair, one.status, two.status)
    _judge_any_same(judge, once, again)
    judge.untested("no text was the same in any two answers", because="not_observed")


def _judge_any_same(judge: Judge, once: Sequence[Pair], again: Sequence[Pair]) -> None:
    """Rounding may turn one answer; where not one is the same, temperature 0 means nothing."""
    rounds = list(zip(once, again, strict=True))
    same = any(
        rest.last.text == grpc.last.text
        for pairs in rounds
        for rest, _ in pairs
        for _, grpc in pairs
    )
    rest, grpc = rounds[0][0]
    judge(
        "YC-PARITY-1",
        same,
        expected=f"the same text over both for one of {len(rounds)} calls, such as {rest.last.text!r}",
        got=f"never the same, such as {grpc.last.text!r}",
        by=grpc.reproduce,
    )


@decides("YC-PARITY-6", "YC-PARITY-7", "YC-PARITY-8")
def test_unary_answers(every_samples: Both, judge: Judge) -> None:
    rest = every_samples["rest"].service
    texts = ("Litmus turns red.", UNRELATED, LONG)
    for pair in _pairs(every_samples, [rest.embedding(text) for text in texts]):
        one, two = (got.last.body for got in pair)
        alike = cosine(vector(one), vector(two))
        judge(
            "YC-PARITY-6", alike >= SAME_VECTOR, expected="the vector that REST gives",
            got=f"cosine {alike}", by=pair[1].reproduce,
        )  # fmt: skip
        tokens = [count(body.get("numTokens")) for body in (one, two)]
        _judge_same(judge, "YC-PARITY-7", pair, *tokens)
    for pair in _pairs(every_samples, [rest.classifying(text) for text in texts[:2]]):
        found = [predictions(got.last.body) for got in pair]
        labels = [[label for label, _ in one] for one in found]
        apart = max(
            (abs((a or 0) - (b or 0)) for (_, a), (_, b) in zip(*found, strict=False)), default=1.0
        )
        same = labels[0] == labels[1] and apart <= CONFIDENCE_TOLERANCE
        judge(
            "YC-PARITY-8", same, expected=f"{found[0]}, as over REST", got=f"{found[1]}",
            by=pair[1].reproduce,
        )  # fmt: skip


@decides("YC-PARITY-9", "YC-PARITY-10", "YC-PARITY-11")
def test_refusals(every_samples: Both, judge: Judge) -> None:
    calls = [call for _, call, _ in refusable.refusable(every_samples["rest"].service)]
    for pair in _pairs(every_samples, calls):
        one, two = pair
        _judge_same(judge, "YC-PARITY-9", pair, one.is_good, two.is_good)
        if not one.is_good and not two.is_good:
            _judge_same(judge, "YC-PARITY-10", pair, one.code, two.code)
            _judge_same(judge, "YC-PARITY-11", pair, one.detail, two.detail)
    judge.untested("nothing was refused", because="not_observed")
