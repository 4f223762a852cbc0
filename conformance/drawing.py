"""Property-based checks over the wire: draw many requests, send them together, shrink what failed.

Hypothesis draws and shrinks; it would send one request after the other, so here the drawn ones
go out concurrently first, and only what is new while shrinking is sent one by one.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Generic, Protocol, TypeVar

from conformance.target import CutShort

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from hypothesis.strategies import SearchStrategy

Example = TypeVar("Example")
Asked = TypeVar("Asked")
Asking_contra = TypeVar("Asking_contra", contravariant=True)
Got = TypeVar("Got")
MOST_SHRINKING_REQUESTS = 40


class Sender(Protocol[Asking_contra, Got]):
    """What requests go through: a target, or a service over one transport of it."""

    def send(self, request: Asking_contra, /) -> Got:
        """Send one request."""

    def together(self, requests: Sequence[Asking_contra], /) -> list[Got]:
        """Send requests concurrently."""


@dataclass(frozen=True, slots=True)
class Counterexample(Generic[Example, Got]):
    """The smallest example found that is not answered as it should be."""

    example: Example
    got: Got
    fault: str


class _Wrong(Exception):
    """Tells Hypothesis that this example is of interest: it is not answered as it should be."""


def examples(strategy: SearchStrategy[Example], count: int, seed: int) -> list[Example]:
    """At most `count` distinct examples, the same for the same seed in the same installation.

    Hypothesis mixes in constants of the loaded modules, so another one may draw others.
    """
    drawn: dict[str, Example] = {}
    _each(strategy, count, seed, lambda example: drawn.setdefault(repr(example), example))
    return list(drawn.values())


def counterexample(
    target: Sender[Asked, Got],
    kinds: Sequence[SearchStrategy[Example]],
    request_of: Callable[[Example], Asked],
    fault_of: Callable[[Example, Got], str | None],
    *,
    count: int,
    seed: int,
) -> Counterexample[Example, Got] | None:
    """Send `count` drawn requests; of those answered wrongly return the smallest, or None.

    Each kind has the same share of them, so that none is left to chance. `fault_of` says what is
    wrong with an answer. Shrinking costs at most MOST_SHRINKING_REQUESTS. Examples are told apart
    by their repr. Raises CutShort.
    """
    share = math.ceil(count / len(kinds))
    drawn = [(kind, example) for kind in kinds for example in examples(kind, share, seed)]
    answers = target.together([request_of(example) for _, example in drawn])
    tried = dict[str, Counterexample[Example, Got] | None]()
    failing = list[tuple["SearchStrategy[Example]", Counterexample[Example, Got]]]()
    for (kind, example), got in zip(drawn, answers, strict=True):
        found = tried[repr(example)] = _counterexample(example, got, fault_of)
        if found:
            failing.append((kind, found))
    if not failing:
        return None
    kind, smallest = failing[0]
    left, cut = MOST_SHRINKING_REQUESTS, list[CutShort]()

    def replay(example: Example) -> None:
        nonlocal left, smallest
        key = repr(example)
        if key not in tried and left and not cut:
            left -= 1
            try:
                tried[key] = _counterexample(example, target.send(request_of(example)), fault_of)
            except CutShort as why:  # kept from Hypothesis, which would shrink towards it
                cut.append(why)
        if found := tried.get(key):
            smallest = found
            raise _Wrong

    _each(kind, share, seed, replay)
    if cut:
        raise cut[0]
    return smallest


def _counterexample(
    example: Example,
    got: Got,
    fault_of: Callable[[Example, Got], str | None],
) -> Counterexample[Example, Got] | None:
    fault = fault_of(example, got)
    return None if fault is None else Counterexample(example, got, fault)


def _each(
    strategy: SearchStrategy[Example], count: int, seed: int, look: Callable[[Example], object]
) -> None:
    """Show `look` the drawn examples, and smaller and smaller ones once it has raised _Wrong."""
    from hypothesis import HealthCheck, Phase, Verbosity, given, settings
    from hypothesis import seed as seeded

    @seeded(seed)
    @settings(
        max_examples=count,
        database=None,
        deadline=None,
        phases=(Phase.generate, Phase.shrink),
        suppress_health_check=tuple(HealthCheck),
        report_multiple_bugs=False,
        verbosity=Verbosity.quiet,
    )
    @given(strategy)
    def shown(example: Example) -> None:
        look(example)

    try:
        shown()
    except _Wrong:
        return
