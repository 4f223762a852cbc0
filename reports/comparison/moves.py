"""Which requirements moved from one release to the next, and how."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal, get_args

from reports.standing import standing

if TYPE_CHECKING:
    from reports.conformance_result import ContractResult, RequirementResult
    from reports.standing import Standing

MoveKind = Literal[
    "newly_violated",
    "newly_unsupported",
    "newly_untested",
    "newly_warned",
    "newly_accepted",
    "still_violated",
    "fixed",
    "newly_tested",
    "level_changed",
    "appeared",
    "vanished",
]
MOVE_KINDS: tuple[MoveKind, ...] = get_args(MoveKind)
"""The order in which a report tells them: what hurts first."""


@dataclass(frozen=True)
class Move:
    """One requirement that does not stand in both releases alike.

    `before` or `after` is None where the release was never asked for this requirement.
    """

    kind: MoveKind
    contract: str
    before: RequirementResult | None
    after: RequirementResult | None

    @property
    def row(self) -> RequirementResult:
        """The requirement as the newer release was asked for it, if it was."""
        row = self.after or self.before
        if row is None:
            raise ValueError("a move is of a requirement that at least one release has")
        return row

    @property
    def critical(self) -> bool:
        """Whether a MUST is at stake."""
        return self.row.level == "MUST"


def moves_of(a: ContractResult, b: ContractResult) -> tuple[Move, ...]:
    """Return what moved between two results of one contract, in the order of MOVE_KINDS.

    Within a kind the catalogue's order is kept. Requirements that stand alike are left out,
    except those violated in both.
    """
    before = {row.id: row for row in a.requirements}
    after = {row.id: row for row in b.requirements}
    ids = dict.fromkeys([*after, *before])
    found = [
        Move(kind=kind, contract=b.contract, before=before.get(name), after=after.get(name))
        for name in ids
        if (kind := _kind(before.get(name), after.get(name)))
    ]
    return tuple(sorted(found, key=lambda move: MOVE_KINDS.index(move.kind)))


def _kind(before: RequirementResult | None, after: RequirementResult | None) -> MoveKind | None:
    if after is None:
        return "vanished"
    now = standing(after)
    if before is None:
        return "newly_violated" if now == "violates" else "appeared"
    was = standing(before)
    if now == "violates":
        return "still_violated" if was == "violates" else "newly_violated"
    if now == was:
        return "level_changed" if before.level != after.level else None
    return _quiet_kind(was, now)


def _quiet_kind(was: Standing, now: Standing) -> MoveKind | None:
    """The kind of a move that ends in no violation."""
    if now == "accepted":
        return "newly_accepted"
    if now == "warns":
        return "fixed" if was == "violates" else "newly_warned"
    if now == "unsupported":
        return "newly_unsupported"
    if now in ("untested", "harness_error"):
        return "newly_untested" if was not in ("untested", "harness_error") else None
    return "newly_tested" if was not in ("violates", "accepted", "warns") else "fixed"
