"""Group before hiding: of the levels of a table, an audience gets the finest that still shows most."""

from __future__ import annotations

from operator import itemgetter

from eit_analysis.breakdown import Breakdown
from eit_analysis.config import Disclosure
from eit_analysis.publishing.release.disclosure import closed_rows, judge
from eit_analysis.reference.levels import raised

NEARLY = 0.8  # of what the level that shows most does: less, and an audience gets a coarser one


def finest(breakdown: Breakdown, rules: Disclosure) -> Breakdown:
    """The finest level of which the rules let through nearly as much as of any other.

    From one level to the next goes the key that shows most by it: not all pairs of levels are tried.
    """
    levels = [(let_through(breakdown, rules), breakdown)]
    while coarser := _coarser(levels[-1][1]):
        levels.append(max(((let_through(c, rules), c) for c in coarser), key=itemgetter(0)))
    most = max(shown for shown, _ in levels)
    return next(level for shown, level in levels if shown >= NEARLY * most)


def let_through(breakdown: Breakdown, rules: Disclosure) -> float:
    """How much the primary rules let through of the rows that are no totals."""
    cells, _ = judge(breakdown, rules)
    closed = closed_rows(breakdown, cells, rules)
    depth = max((len(cell.key) for cell in cells), default=0)
    return sum(c.size for c, shut in zip(cells, closed, strict=True) if len(c.key) == depth and not shut)


def _coarser(breakdown: Breakdown) -> list[Breakdown]:
    """The same table with one key a level higher, for each that has one."""
    if breakdown.regrouped is None:
        return []
    higher = [raised(breakdown.keys, key, breakdown.records.columns) for key in breakdown.keys]
    return [breakdown.regrouped(keys) for keys in higher if keys]
