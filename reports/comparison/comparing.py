"""The comparison of two releases, and whether the newer one is worse."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from reports import sentences
from reports.comparison.caveats import (
    REFUSALS,
    Caveat,
    caveats_of,
    load_is_comparable,
    shared_contracts,
)
from reports.comparison.figures import Figure, load_figures, start_figures
from reports.comparison.moves import Move, MoveKind, moves_of
from reports.comparison.sides import Side, side_of
from reports.verdict import ExitCode, Verdict

if TYPE_CHECKING:
    from reports.release import Release


@dataclass(frozen=True)
class Comparison:
    """Release `b` held against release `a`, the older one.

    `verdict` is about requirements alone: figures of two single runs differ by chance, so they
    are shown and decide nothing (the release gate measures them in interleaved blocks).
    """

    a: Release
    b: Release
    side_a: Side
    side_b: Side
    moves: tuple[Move, ...]
    caveats: tuple[Caveat, ...]
    start: tuple[Figure, ...]
    load: tuple[Figure, ...]
    verdict: Verdict

    def moved(self, *kinds: MoveKind) -> tuple[Move, ...]:
        """The moves of these kinds."""
        return tuple(move for move in self.moves if move.kind in kinds)

    @property
    def unchanged(self) -> int:
        """How many requirements of contracts that both have stand in both alike."""
        if self.a.conformance is None or self.b.conformance is None:
            return 0
        rows = sum(
            len(b.requirements) for _, b in shared_contracts(self.a.conformance, self.b.conformance)
        )
        return rows - sum(1 for move in self.moves if move.after is not None)


def compare(a: Release, b: Release) -> Comparison:
    """Compare two releases. Never raises for unequal ones: the caveats say what is unequal."""
    caveats = caveats_of(a, b)
    moves: tuple[Move, ...] = ()
    if a.conformance is not None and b.conformance is not None:
        pairs = shared_contracts(a.conformance, b.conformance)
        moves = tuple(move for one, other in pairs for move in moves_of(one, other))
    return Comparison(
        a=a,
        b=b,
        side_a=side_of(a),
        side_b=side_of(b),
        moves=moves,
        caveats=caveats,
        start=start_figures(a, b),
        load=load_figures(a.load, b.load, comparable=load_is_comparable(caveats)),
        verdict=_verdict(moves, caveats),
    )


def _verdict(moves: tuple[Move, ...], caveats: tuple[Caveat, ...]) -> Verdict:
    """FAIL for a MUST that is violated now and was not; no PASS while one was lost from sight."""
    refused = [caveat for caveat in caveats if caveat.refuses]
    if refused:
        return Verdict(
            name="INCONCLUSIVE",
            exit_code=ExitCode.INCONCLUSIVE,
            reasons=tuple(REFUSALS[one.subject](a=one.a, b=one.b) for one in refused),
        )
    worse = [move for move in moves if move.kind == "newly_violated"]
    if worse:
        return Verdict(
            name="FAIL",
            exit_code=ExitCode.VIOLATION,
            reasons=tuple(
                sentences.NEWLY_VIOLATED(id=one.row.id, text=one.row.text) for one in worse
            ),
        )
    unseen = [move for move in moves if lost_from_sight(move)]
    if unseen:
        return Verdict(
            name="INCONCLUSIVE",
            exit_code=ExitCode.INCONCLUSIVE,
            reasons=tuple(
                (
                    sentences.NO_LONGER_OFFERED
                    if one.kind == "newly_unsupported"
                    else sentences.NO_LONGER_TESTED
                )(id=one.row.id, reason=one.row.reason)
                for one in unseen
            ),
        )
    return Verdict(name="PASS", exit_code=ExitCode.PASS)


def lost_from_sight(move: Move) -> bool:
    """Whether a MUST that the older release was seen to keep is no longer seen kept.

    What the user chose not to test, or has declared not to be offered, is no loss; nor is a state
    that the target did not come into this time.
    """
    before, after = move.before, move.after
    if before is None or after is None or not move.critical:
        return False
    if before.outcome not in ("conforms", "warns"):
        return False
    if move.kind == "newly_unsupported":
        return after.deviation is None
    return move.kind == "newly_untested" and after.untested_because not in (
        "not_selected",
        "not_observed",
        "excluded",
    )
