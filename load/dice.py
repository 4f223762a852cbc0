"""Seeded choices that depend on the request's number alone, whichever worker sends it."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeVar

if TYPE_CHECKING:
    from collections.abc import Sequence

T = TypeVar("T")
_MASK = (1 << 64) - 1
_GOLDEN = 0x9E3779B97F4A7C15


class Dice:
    """SplitMix64 seeded by (run seed, request number): cheap enough to make one per request.

    Source: Steele, Lea, Flood, "Fast splittable pseudorandom number generators", 2014.
    """

    __slots__ = ("_state",)

    def __init__(self, seed: int, number: int) -> None:
        self._state = _mixed((seed * _GOLDEN + number) & _MASK)

    def roll(self) -> int:
        """The next 64 random bits."""
        self._state = (self._state + _GOLDEN) & _MASK
        return _mixed(self._state)

    def below(self, limit: int) -> int:
        """A number in [0, limit)."""
        return (self.roll() * limit) >> 64

    def share(self) -> float:
        """A number in [0, 1)."""
        return (self.roll() >> 11) / (1 << 53)

    def choice(self, items: Sequence[T]) -> T:
        """One of the items, each as likely as the others."""
        return items[self.below(len(items))]

    def code(self, length: int = 8, alphabet: str = "ACDEFHKLMNPRTVWXY34679") -> str:
        """A random word of up to 13 of these, which are not easily taken for one another."""
        base = len(alphabet)
        number = self.below(base**length)
        letters = []
        for _ in range(length):
            number, place = divmod(number, base)
            letters.append(alphabet[place])
        return "".join(letters)


def _mixed(value: int) -> int:
    value = ((value ^ (value >> 30)) * 0xBF58476D1CE4E5B9) & _MASK
    value = ((value ^ (value >> 27)) * 0x94D049BB133111EB) & _MASK
    return value ^ (value >> 31)
