"""Starts each request at its time, whatever the answers do, and records how each one ends."""

from __future__ import annotations

import bisect
import itertools
import time
from typing import TYPE_CHECKING

import gevent
import msgspec
from gevent.pool import Group

from load.call import CENSORED, CallError, Judgement, judge_failure, judge_status
from load.dice import Dice
from load.recorder import (
    CHARACTER_ERROR_RATE,
    INTER_TOKEN_LATENCY,
    TIME_TO_FIRST_TOKEN,
    TOKENS_PER_SECOND,
    Observation,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from load.arrivals import Arrival
    from load.call import Answer, Link, Operation
    from load.plan import Plan
    from load.recorder import Recorder

MILLIONTH = 1e6
THOUSANDTH = 1e3


class Mix:
    """The operations of a scenario and how to choose among them."""

    def __init__(self, operations: Iterable[Operation], weights: dict[str, float]) -> None:
        self.by_name = {row.name: row for row in operations}
        chosen = [(row, weights.get(row.name, 0.0)) for row in self.by_name.values()]
        self.rows = [row for row, weight in chosen if weight > 0]
        self._edges = list(itertools.accumulate(weight for _, weight in chosen if weight > 0))

    def choose(self, dice: Dice, named: str | None) -> Operation:
        """The operation that the schedule names, otherwise one by weight."""
        if named is not None:
            return self.by_name[named]
        return self.rows[bisect.bisect_right(self._edges, dice.share() * self._edges[-1])]


class Ended(msgspec.Struct, frozen=True):
    """A request that has ended, for those who want to log or display it."""

    seen: Observation
    number: int
    scheduled_s: float
    warmup: bool


class Dispatcher:
    """One process's part of one round, on the clock of `time.perf_counter`."""

    def __init__(
        self,
        plan: Plan,
        mix: Mix,
        link: Link,
        recorder: Recorder,
        on_end: Callable[[Ended], None],
        on_fault: Callable[[gevent.Greenlet], None],
        *,
        secret: str,
    ) -> None:
        self._secret = secret
        self._plan = plan
        self._mix = mix
        self._link = link
        self._recorder = recorder
        self._on_end = on_end
        self._on_fault = on_fault
        self._in_flight = Group()

    def run(
        self,
        arrivals: Iterable[Arrival],
        began_at: float,
        in_flight_limit: int,
        on_all_sent: Callable[[], None],
    ) -> None:
        """Send every arrival at `began_at + arrival.at`, then wait for what is in flight.

        Requests that the drain time does not see answered end as `censored`.
        """
        for arrival in arrivals:
            due = began_at + arrival.at
            # Also yields when late, so that what is due now can be sent.
            gevent.sleep(max(0.0, due - time.perf_counter()))
            dice = Dice(self._plan.seed, arrival.number)
            operation = self._mix.choose(dice, arrival.operation)
            second = int(arrival.at - self._plan.warmup_s)
            if not arrival.warmup:
                self._recorder.scheduled(operation.name, second)
            if len(self._in_flight) >= in_flight_limit:
                if not arrival.warmup:
                    self._recorder.dropped(operation.name, second)
                continue
            greenlet = self._in_flight.spawn(self.perform, arrival, operation, dice, due)
            greenlet.link_exception(self._on_fault)
        on_all_sent()
        self._in_flight.join(timeout=self._plan.drain_s)
        self.abandon()

    def abandon(self) -> None:
        """End everything in flight as censored."""
        self._in_flight.kill(block=True)

    def perform(self, arrival: Arrival, operation: Operation, dice: Dice, due: float) -> None:
        """Send one request, judge its answer and record it; one that is cut off says so."""
        cut_off: gevent.GreenletExit | None = None
        judged = dice.share() < self._plan.validated_share
        call = operation.build(dice)
        sent_at = time.perf_counter()
        received = 0
        try:
            answer = call.send(self._link)
        except CallError as failed:
            ended_at = time.perf_counter()
            judgement = judge_failure(failed, overload=self._plan.overload)
        except gevent.GreenletExit as exit_:
            cut_off = exit_
            ended_at = time.perf_counter()
            judgement = Judgement(outcome=CENSORED, kind="failure", detail="unanswered at the end")
        else:
            ended_at, received = answer.done_at, len(answer.body)
            judgement = self._judgement(answer, call.judge if judged else None)
        seen = Observation(
            operation=operation.name,
            outcome=judgement.outcome,
            kind=judgement.kind,
            second=int(arrival.at - self._plan.warmup_s),
            latency=round((ended_at - due) * MILLIONTH),
            latency_from_send=round((ended_at - sent_at) * MILLIONTH),
            lag=round((sent_at - due) * MILLIONTH),
            detail=self._redacted(judgement.detail),
            content_judged=judgement.content_judged,
            sent_bytes=call.sent_bytes,
            received_bytes=received,
            pages=judgement.pages,
            tokens=judgement.tokens,
            measures=tuple(measures_of(judgement, due)),
        )
        if not arrival.warmup:
            self._recorder.ended(seen)
        self._on_end(Ended(seen, arrival.number, arrival.at, arrival.warmup))
        if cut_off is not None:
            raise cut_off

    def _redacted(self, detail: str) -> str:
        # A target may echo the key in what it says, and what it says is published.
        return detail.replace(self._secret, "$API_KEY") if self._secret else detail

    def _judgement(self, answer: Answer, judge: Callable[[Answer], Judgement] | None) -> Judgement:
        by_status = judge_status(answer, overload=self._plan.overload)
        if by_status is not None:
            return by_status
        return judge(answer) if judge else Judgement(content_judged=False)


def measures_of(judgement: Judgement, due: float) -> Iterable[tuple[str, int]]:
    """(name, value) of what a right answer measures: microseconds, or thousandths.

    The time to the first token counts from the schedule, like every latency. The gap before a
    piece is shared among its tokens.
    """
    if judgement.character_error_rate is not None:
        yield CHARACTER_ERROR_RATE, round(judgement.character_error_rate * MILLIONTH)
    times = judgement.token_times
    if not times or not judgement.right:
        return
    yield TIME_TO_FIRST_TOKEN, round((times[0] - due) * MILLIONTH)
    counts = judgement.token_counts or (1,) * len(times)
    for (before, now), tokens in zip(itertools.pairwise(times), counts[1:], strict=True):
        yield INTER_TOKEN_LATENCY, round((now - before) / max(tokens, 1) * MILLIONTH)
    if times[-1] > times[0]:
        yield TOKENS_PER_SECOND, round(sum(counts[1:]) / (times[-1] - times[0]) * THOUSANDTH)
