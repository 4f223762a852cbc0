"""Drawn requests go out together, and one that fails is made as small as the limit allows."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, cast

import pytest
from hypothesis import strategies as st

from conformance.drawing import MOST_SHRINKING_REQUESTS, counterexample, examples
from conformance.exchange import Answer, NoAnswer, Request
from conformance.target import RequestsSpent

NUMBERS = st.integers(0, 1_000_000)


@dataclass
class FakeTarget:
    """Answers with the number in the path; counts what is sent together and alone."""

    together_sent: int = 0
    alone_sent: int = 0
    alone_allowed: int = 1000
    asked: list[int] = field(default_factory=list)

    def together(self, requests: list[Request]) -> list[Answer]:
        self.together_sent += len(requests)
        return [self._answer(request) for request in requests]

    def send(self, request: Request) -> Answer:
        if self.alone_sent == self.alone_allowed:
            raise RequestsSpent("no more")
        self.alone_sent += 1
        return self._answer(request)

    def _answer(self, request: Request) -> Answer:
        self.asked.append(int(request.path))
        return Answer(request, 200, {}, request.path.encode(), 0.0, "curl")


def _search(
    target: FakeTarget, *, wrong_from: int, count: int = 30, kinds: Any = (NUMBERS,)
) -> Any:
    def fault_of(number: int, got: Answer | NoAnswer) -> str | None:
        assert isinstance(got, Answer)
        assert got.text == str(number)
        return f"{number} is too large" if number >= wrong_from else None

    return counterexample(
        cast("Any", target),
        kinds,
        lambda number: Request("GET", str(number)),
        fault_of,
        count=count,
        seed=7,
    )


def test_same_seed_same_examples() -> None:
    assert examples(NUMBERS, 20, 1) == examples(NUMBERS, 20, 1)
    assert examples(NUMBERS, 20, 1) != examples(NUMBERS, 20, 2)
    assert len(set(examples(NUMBERS, 20, 1))) > 10


def test_nothing_wrong_costs_one_round() -> None:
    target = FakeTarget()
    assert _search(target, wrong_from=2_000_000) is None
    assert target.alone_sent == 0
    assert target.together_sent == len(set(target.asked)) > 10


def test_counterexample_is_small() -> None:
    target = FakeTarget()
    found = _search(target, wrong_from=1000)
    assert 1000 <= found.example <= 1100
    assert found.fault == f"{found.example} is too large"
    assert 0 < target.alone_sent <= MOST_SHRINKING_REQUESTS
    assert len(target.asked) == len(set(target.asked)), "nothing is asked twice"


def test_shrinking_respects_the_budget_of_the_run() -> None:
    with pytest.raises(RequestsSpent):
        _search(FakeTarget(alone_allowed=3), wrong_from=1000)


def test_each_kind_has_its_share() -> None:
    target = FakeTarget()
    small, large = st.integers(0, 9), st.integers(10**6, 10**7)
    assert _search(target, wrong_from=10**9, count=8, kinds=[small, large]) is None
    assert len([number for number in target.asked if number < 10]) > 1
    assert len([number for number in target.asked if number >= 10**6]) > 1


def test_shrinks_within_the_kind_that_fails() -> None:
    found = _search(FakeTarget(), wrong_from=1000, kinds=[st.integers(0, 9), NUMBERS])
    assert 1000 <= found.example <= 1100
