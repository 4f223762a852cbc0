"""Two stored releases held against each other: what moved, what cannot be compared, and a verdict."""

from __future__ import annotations

from reports.comparison.caveats import Caveat
from reports.comparison.comparing import Comparison, compare
from reports.comparison.figures import Figure
from reports.comparison.moves import MOVE_KINDS, Move, MoveKind
from reports.comparison.sides import Side

__all__ = ["MOVE_KINDS", "Caveat", "Comparison", "Figure", "Move", "MoveKind", "Side", "compare"]
