"""Sums over actors and what is reckoned from them: shown row by row as disclosure control lets them."""

from __future__ import annotations

from collections.abc import Container, Sequence
from dataclasses import dataclass, field, replace

import numpy as np
import pandas as pd

from eit_analysis.publishing import wording
from eit_analysis.publishing.release.disclosure import Cell, CellKey, blurred
from eit_analysis.publishing.release.released import Seen
from eit_analysis.publishing.release.tables import Table
from eit_analysis.publishing.release.viewer import Viewer


@dataclass(eq=False, repr=False)
class Aggregate(Table):
    """A breakdown that was released.

    Attributes
    ----------
    cells : sequence of Cell
        What disclosure control knows of each row.
    base : Cell
        The same for all records of the table together.
    withheld : container
        Keys of the cells withheld over all tables of the audience.
    """

    cells: Sequence[Cell] = field(kw_only=True)
    base: Cell = field(kw_only=True)
    withheld: Container[CellKey] = frozenset()

    def _for(self, viewer: Viewer, seen: Seen) -> Table:
        shown = replace(self, cells=()) if viewer.internal else self
        return _coarser(super(Aggregate, shown)._for(viewer, seen), viewer)

    @property
    def hidden(self) -> np.ndarray:
        if not self.cells:
            return super().hidden
        return np.array([cell.sensitive or cell.key in self.withheld for cell in self.cells], dtype=bool)

    @property
    def shut(self) -> np.ndarray:
        if not self.cells or not self.base.sensitive:
            return super().shut
        # A share beside its own value tells the total.
        return super().shut | [wording.heading(column).unit == "%" for column in self.frame.columns]

    @property
    def complete(self) -> bool:
        """Whether the finest rows add up to all records behind the table."""
        deepest = max((len(cell.key[1]) for cell in self.cells), default=0)
        parts = sum(cell.size for cell in self.cells if len(cell.key[1]) == deepest)
        return bool(np.isclose(parts, self.base.size))


@dataclass(eq=False, repr=False)
class DerivedTable(Table):
    """A table reckoned row by row from ``parents``: a row leaves when theirs do."""

    parents: Sequence[Table] = ()

    def _for(self, viewer: Viewer, seen: Seen) -> Table:
        shown = replace(self, parents=[parent.seen_by(viewer, seen) for parent in self.parents])
        return _coarser(super(DerivedTable, shown)._for(viewer, seen), viewer)

    @property
    def hidden(self) -> np.ndarray:
        rows = [self.from_rows(parent, parent.hidden) for parent in self.parents]
        return np.logical_or.reduce([super().hidden, *rows], dtype=bool)

    def from_rows(self, parent: Table, of: np.ndarray | slice = slice(None)) -> np.ndarray:
        """Shape (rows,): rows that agree on the common keys with a row ``of`` the parent (all by default)."""
        common = [key for key in self.keys if key in parent.keys]
        theirs, ours = (
            pd.MultiIndex.from_frame(rows[common].astype(object).astype(str))
            for rows in (parent.codes[of], self.codes)
        )
        return ours.isin(theirs)


def _coarser(table: Table, viewer: Viewer) -> Table:
    """The table with bounds rounded for readers outside the team, and the note that says so."""
    coarse = {} if viewer.internal else blurred(table.frame)
    if not coarse:
        return table
    pooled = any("pooled" in column.split("_") for column in coarse)
    what = "bornes et les volumes réunis sont arrondis" if pooled else "bornes sont arrondies"
    return replace(table, frame=table.frame.assign(**coarse), note=table.noted(f"Les {what} pour ce public."))
