"""What of a table is printed: its rows in their order, its columns, and every cell as text."""

from __future__ import annotations

from functools import cached_property

import numpy as np
import pandas as pd

from eit_analysis.publishing import wording
from eit_analysis.publishing.release.released import Tabular
from eit_analysis.publishing.release.row_order import leaving


class Printed:
    """A table as a page or a file shows it.

    Columns closed on every row, and rows withheld when they are most of all, say nothing: they are named or
    counted beneath the table.

    Attributes
    ----------
    table : Tabular
        The table, as its audience sees it.
    rows, columns : list of int
        Positions of those printed.
    closed : list of str
        Headers of the columns that are closed on every row.
    folded : int
        Withheld rows left out because they are the larger part.
    marked : bool
        Whether a printed cell is an ``s``, to be explained.
    """

    def __init__(self, table: Tabular) -> None:
        self.table = table
        shut, hidden = self._shut, table.hidden
        silent = np.full(shut.shape[1], len(shut) > 0) & shut.all(axis=0)
        folded = hidden & (2 * hidden.sum() > len(hidden))
        self.rows = [position for position in self.order if not folded[position]]
        self.columns = np.flatnonzero(~silent).tolist()
        self.closed = [title for title, closed in zip(self.header, silent, strict=True) if closed]
        self.folded = int(folded.sum())
        self.marked = bool(shut[~folded][:, ~silent].any())

    @cached_property
    def _shut(self) -> np.ndarray:
        return self.table.shut

    @property
    def order(self) -> list[int]:
        """Positions of the rows as they leave (see `row_order.leaving`)."""
        table = self.table
        return leaving(table.frame, table.codes, list(table.keys), table.total, table.hidden)

    @property
    def header(self) -> list[str]:
        headings = [wording.heading(str(column)) for column in self.table.frame.columns]
        return [f"{h.header} ({h.unit})" if h.unit else h.header for h in headings]

    @property
    def body(self) -> list[list[str]]:
        """Every cell as it is printed, withheld ones as ``s``."""
        frame = self.table.frame
        columns = [
            [
                wording.SUPPRESSED if shut else wording.cell(value, str(name))
                for value, shut in zip(frame[name], closed, strict=True)
            ]
            for name, closed in zip(frame.columns, self._shut.T, strict=True)
        ]
        return [list(row) for row in zip(*columns, strict=True)]

    @property
    def alone(self) -> str:
        """The values of the grand total, in words, where it is the only row this audience may read."""
        table = self.table
        shown = np.flatnonzero(~table.hidden)
        totals = (table.codes.iloc[shown] == table.total).to_numpy()
        if len(shown) != 1 or len(table.frame) == 1 or not totals.all():
            return ""
        row, words = int(shown[0]), []
        for column, shut in zip(table.frame.columns, self._shut[row], strict=True):
            value = table.frame[column].iloc[row]
            if column not in table.keys and not shut and not wording.is_missing(value):
                name = wording.heading(column).header
                name = name if name[:2].isupper() else name[:1].lower() + name[1:]
                words.append(f"{name} {wording.measured(value, column)}")
        return "\u00a0; ".join(words)

    @property
    def numeric(self) -> list[bool]:
        """Which columns are values that line up by their units."""
        return [
            number and column not in self.table.keys
            for number, column in zip(self._numbers, self.table.frame.columns, strict=True)
        ]

    @property
    def exported(self) -> pd.DataFrame:
        """The table as data: French labels and full numbers, withheld cells as ``s``."""
        data = self.table.frame.astype(object)
        for column in data.columns[[not number for number in self._numbers]]:
            data[column] = [None if wording.is_missing(v) else wording.cell(v, column) for v in data[column]]
        return data.where(~self._shut, wording.SUPPRESSED).iloc[self.order]

    @property
    def _numbers(self) -> list[bool]:
        frame = self.table.frame
        return [pd.api.types.is_numeric_dtype(frame[column]) for column in frame.columns]
