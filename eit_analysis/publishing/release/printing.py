"""What of a table is printed: its rows in an order that tells nothing, its columns, every cell as text.

The rows come sorted by weight, which would rank the withheld ones: the order follows from what is printed.
"""

from __future__ import annotations

from functools import cached_property, partial

import numpy as np
import pandas as pd

from eit_analysis import french
from eit_analysis.publishing import wording
from eit_analysis.publishing.release.grid import Grid


def leaving(
    frame: pd.DataFrame, codes: pd.DataFrame, keys: list[str], total: str | None, hidden: np.ndarray
) -> list[int]:
    """Positions of the rows: what is withheld comes after what is shown, by its printed name.

    A row in its group, and a group whose total is withheld among the groups. Totals stay last, and years and
    months in their order.

    Parameters
    ----------
    frame, codes : DataFrame
        The table as it is printed, and its keys as they identify its rows.
    total : str or None
        The code that means *all values* of a key.
    hidden : array of bool
        Rows that are withheld.
    """
    if not hidden.any():
        return list(range(len(hidden)))
    of_all = {key: (codes[key] == total).to_numpy(dtype=bool) for key in keys}

    def ordered(rows: np.ndarray, keys: list[str]) -> list[int]:
        if not keys:
            return rows.tolist()
        key, *finer = keys
        given = codes[key].iloc[rows].astype(object)
        own = given.map(str).to_numpy()
        numbers = [code for code in given if code != total]
        natural = all(isinstance(n, (int, np.integer)) for n in numbers) and numbers == sorted(numbers)
        names = dict(zip(own, (wording.cell(v, key) for v in frame[key].iloc[rows]), strict=True))

        def place(code: str) -> tuple[bool, bool, str]:
            secret = not natural and ranked_by_secret(rows[own == code], finer)
            return code == total, secret, wording.alphabetical(names[code]) if secret else ""

        return [row for code in sorted(names, key=place) for row in ordered(rows[own == code], finer)]

    def ranked_by_secret(rows: np.ndarray, finer: list[str]) -> bool:
        """Whether the place of a group tells what is withheld: its total or, without one, any of its rows."""
        totals = np.logical_and.reduce([of_all[key][rows] for key in finer]) if finer else []
        return bool(hidden[rows[totals] if np.any(totals) else rows].any())

    return ordered(np.arange(len(hidden)), keys)


class Printed:
    """A table as a page or a file shows it.

    Withheld rows are one line; columns closed on every row are named beneath the table.

    Attributes
    ----------
    table : Grid
        The table, as its audience sees it.
    rows, columns : list of int
        Positions of those printed.
    closed : list of str
        Headers of the columns that are closed on every row.
    withheld : int
        Rows that are not printed.
    marked : bool
        Whether a printed cell is an ``s``: it is explained.
    blanks : list of str
        What the sign of a printed cell that has nothing to say means, in these columns.
    """

    def __init__(self, table: Grid) -> None:
        self.table, self._totals = table, table.totals
        self._finest = table.finest
        self._shut = shut = table.shut
        hidden = table.hidden
        silent = np.full(shut.shape[1], len(shut) > 0) & shut.all(axis=0)
        self.rows = [position for position in self.order if not hidden[position]]
        self.columns = np.flatnonzero(~silent).tolist()
        self.closed = [title for title, closed in zip(self.header, silent, strict=True) if closed]
        self.withheld = table.withheld
        self.marked = bool(shut[~hidden][:, ~silent].any())
        # Plain objects, read cell by cell: a column of texts would check each of them.
        self._values = values = table.frame.to_numpy(dtype=object)
        nothing = pd.isna(values)
        nothing[~nothing] = values[~nothing] == ""  # what is missing compares with nothing
        nothing = (nothing & ~shut)[~hidden]
        blank = table.frame.columns[nothing.any(axis=0) & ~silent]
        told = {wording.NOT_KNOWN_OF.get(str(name), wording.NOT_KNOWN) for name in blank}
        self.blanks = sorted(told, key=wording.NOT_KNOWN.__ne__)  # of any column first

    @property
    def order(self) -> list[int]:
        """Positions of the rows as they leave (see :func:`leaving`)."""
        table = self.table
        return leaving(table.frame, table.codes, list(table.keys), table.total, table.hidden)

    @property
    def header(self) -> list[str]:
        return [wording.heading(str(column)).titled for column in self.table.frame.columns]

    @property
    def body(self) -> list[list[str]]:
        """Every cell as it is printed, withheld ones as ``s``."""
        names, coarse = [*map(str, self.table.frame.columns)], self.table.coarse
        return [
            [
                wording.SUPPRESSED if shut else wording.cell(value, name, coarse)
                for name, value, shut in zip(names, *row, strict=True)
            ]
            for row in zip(self._values, self._shut, strict=True)
        ]

    @property
    def lines(self) -> list[tuple[str, list[str]]]:
        """Each line in its order with its kind: ``row``, ``total``, or ``others`` for what is withheld."""
        body, totals = self.body, ~self._finest
        lines = [("total" if totals[row] else "row", body[row]) for row in self.rows]
        if self.withheld:
            last = next((i for i, row in enumerate(self.rows) if self._totals[row].all()), len(lines))
            lines.insert(last, ("others", self._others))
        return lines

    @property
    def _others(self) -> list[str]:
        count = french.counted(self.withheld, "ligne", "lignes")
        count += ", aussi dans les sous-totaux" if self._counted_twice else ""
        rest = self.table.rest

        def cell(position: int, name: str) -> str:
            if position == min(self.columns, default=0):
                return f"autres, non diffusé ({count})"
            if name in rest:
                return wording.cell(rest[name], name, self.table.coarse)
            return ""  # the line says that they are withheld

        return [cell(position, str(name)) for position, name in enumerate(self.table.frame.columns)]

    @property
    def _counted_twice(self) -> bool:
        """Whether a withheld line is in a subtotal that is printed."""
        codes, hidden = self.table.codes.to_numpy(dtype=object), self.table.hidden
        part = self._totals.any(axis=1) & ~self._totals.all(axis=1) & ~hidden
        within = [(codes[hidden & self._finest] == own) | (own == self.table.total) for own in codes[part]]
        return any(bool(of.all(axis=1).any()) for of in within)

    @property
    def alone(self) -> str:
        """The values of the grand total, in words, where it is the only row this audience may read."""
        table = self.table
        shown = np.flatnonzero(~table.hidden)
        if len(shown) != 1 or len(table.frame) == 1 or not self._totals[shown].all():
            return ""
        row, words = int(shown[0]), []
        for column, shut in zip(table.frame.columns, self._shut[row], strict=True):
            value = table.frame[column].iloc[row]
            if column not in table.keys and not shut and not wording.is_missing(value):
                name = french.lowered(wording.heading(column).header)
                words.append(f"{name} {wording.measured(value, column, table.coarse)}")
        return "\u00a0; ".join(words)

    @property
    def numeric(self) -> list[bool]:
        """Which columns are values that line up by their units."""
        return [
            number and column not in self.table.keys
            for number, column in zip(self._numbers, self.table.frame.columns, strict=True)
        ]

    @cached_property
    def exported(self) -> pd.DataFrame:
        """The table as data: French labels, withheld cells as ``s``; numbers in full for the team alone."""
        data = self.table.frame.astype(object)
        if not self.table.viewer.internal:
            for column in data.columns[self.numeric]:
                if column not in wording.PARAMETERS:  # of any unit and size, and public
                    printed = partial(wording.as_printed, column=str(column))
                    data[column] = [printed(v) if isinstance(v, float) else v for v in data[column]]
        for column in data.columns[[not number for number in self._numbers]]:
            data[column] = [None if wording.is_missing(v) else wording.cell(v, column) for v in data[column]]
        data = data.where(~self._shut, wording.SUPPRESSED).iloc[self.rows]
        if not self.withheld:
            return data
        others = dict(zip(data.columns, self._others, strict=True)) | self.table.rest
        return pd.concat([data, pd.DataFrame([others], dtype=object)], ignore_index=True)

    @property
    def _numbers(self) -> list[bool]:
        return [*map(pd.api.types.is_numeric_dtype, self.table.frame.dtypes)]
