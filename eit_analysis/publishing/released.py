"""What has passed the gate: tables, figures and sentences that know which of their cells may be read.

These objects hold their data until the page is written, because a cell may still have to be withheld when all
tables of an audience are protected together. Only their rendered form, never their frame, reaches a page.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pandas as pd

from eit_analysis.errors import DisclosureError
from eit_analysis.publishing import wording
from eit_analysis.publishing.disclosure import Cell, CellKey

MIME = "application/vnd.eit.release+json"

# Everything released in this process, in order: an output that is not in here does not reach a page.
LEDGER: list[Released] = []
# Whether notebooks run for a page (nobody looks at the cells) rather than under an analyst's eyes.
preview = True


class Released:
    """Anything a notebook may show; registered when it is displayed."""

    def plain(self) -> str:
        raise NotImplementedError

    def _repr_mimebundle_(self, **_: Any) -> dict[str, Any]:
        LEDGER.append(self)
        bundle: dict[str, Any] = {MIME: {"id": len(LEDGER) - 1}, "text/plain": self.plain()}
        if preview:
            from eit_analysis.publishing.html import fragment

            bundle["text/html"] = fragment(self)
        return bundle


@dataclass(eq=False)
class Value:
    """One published value: a table's cell, the label of its n-th largest row, or a plain count."""

    render: Callable[[], str]


@dataclass(eq=False)
class Text(Released):
    """A sentence whose numbers all come from released values."""

    template: str
    values: dict[str, Value]

    def plain(self) -> str:
        return self.template.format(**{name: value.render() for name, value in self.values.items()})


@dataclass(eq=False)
class Table(Released):
    """A table with, for each row, whether it may be read.

    Attributes
    ----------
    frame : pandas.DataFrame
        Key columns then value columns. Site ids are already names.
    cells : list of Cell or None
        What disclosure control knows of each row; None when there is nothing to protect.
    withheld : set
        Keys of the cells withheld over all tables of the audience.
    closed : numpy.ndarray or None
        Listing only, shape (rows, columns): cells that the sensitivity of their column closes.
    """

    title: str
    frame: pd.DataFrame
    keys: list[str]
    total: str | None = None
    note: str = ""
    cells: list[Cell] | None = None
    withheld: set[CellKey] = field(default_factory=set)
    closed: np.ndarray | None = None

    @property
    def hidden(self) -> np.ndarray:
        """Shape (rows,): rows whose values are withheld."""
        if self.cells is None:
            return np.zeros(len(self.frame), dtype=bool)
        return np.array([cell.sensitive or cell.key in self.withheld for cell in self.cells], dtype=bool)

    @property
    def visible(self) -> pd.DataFrame:
        """The rows that may be drawn: hidden rows and the total row left out."""
        keep = ~self.hidden
        if self.total is not None:
            for key in self.keys:
                keep &= (self.frame[key].astype(str) != self.total).to_numpy()
        return self.frame[keep]

    def row(self, key: object) -> int:
        """Position of the row with this key (a tuple when there are several key columns)."""
        wanted = key if isinstance(key, tuple) else (key,)
        if len(wanted) != len(self.keys):
            raise DisclosureError(
                f"« {self.title} » a {len(self.keys)} colonnes clés, {len(wanted)} données."
            )
        mask = np.ones(len(self.frame), dtype=bool)
        for name, value in zip(self.keys, wanted, strict=True):
            mask &= (self.frame[name].astype(str) == str(value)).to_numpy()
        positions = np.flatnonzero(mask)
        return int(positions[0]) if len(positions) else -1

    def value(self, key: object, column: str, low: str | None = None, high: str | None = None) -> Value:
        """The published form of one cell, with its interval when ``low`` and ``high`` are named."""
        if column not in self.frame.columns:
            raise DisclosureError(f"« {self.title} » n'a pas de colonne « {column} ».")
        return Value(_CellText(self, self.row(key), column, low, high))

    def first(self, column: str, rank: int = 1) -> Value:
        """The label of the row with the ``rank``-th largest visible value."""
        return Value(_FirstLabel(self, column, rank))

    label = first

    def plain(self) -> str:
        return f"{self.title} ({wording.counted(len(self.frame), 'ligne', 'lignes')})"

    def header(self) -> list[str]:
        headings = [wording.heading(column) for column in self.frame.columns]
        return [f"{h.header} ({h.unit})" if h.unit else h.header for h in headings]

    def body(self) -> list[list[str]]:
        """Every cell as it is printed, withheld ones as ``s``."""
        hidden, rows = self.hidden, []
        for i, values in enumerate(self.frame.itertuples(index=False)):
            row = []
            for j, (column, value) in enumerate(zip(self.frame.columns, values, strict=True)):
                is_closed = self.closed is not None and self.closed[i, j]
                if is_closed or (hidden[i] and column not in self.keys):
                    row.append(wording.SUPPRESSED)
                else:
                    row.append(wording.cell(value, column))
            rows.append(row)
        return rows

    def numeric(self) -> list[bool]:
        return [
            pd.api.types.is_numeric_dtype(self.frame[c]) and c not in self.keys for c in self.frame.columns
        ]

    def exported(self) -> pd.DataFrame:
        """The table as data (codes and full numbers), withheld cells as ``s``."""
        data = self.frame.astype(object)
        hidden = self.hidden
        for j, column in enumerate(data.columns):
            closed = hidden & (column not in self.keys)
            if self.closed is not None:
                closed = closed | self.closed[:, j]
            data[column] = data[column].where(~closed, wording.SUPPRESSED)
        return data


@dataclass(eq=False)
class _CellText:
    table: Table
    position: int
    column: str
    low: str | None
    high: str | None

    def __call__(self) -> str:
        if self.position < 0:
            return "aucune donnée"
        if self.table.hidden[self.position]:
            return "une valeur non diffusée"
        row = self.table.frame.iloc[self.position]
        text = wording.measured(row[self.column], self.column)
        if self.low and self.high:
            bounds = [wording.cell(row[self.low], self.column), wording.cell(row[self.high], self.column)]
            text += f" ({bounds[0]} à {bounds[1]})"
        return text


@dataclass(eq=False)
class _FirstLabel:
    table: Table
    column: str
    rank: int

    def __call__(self) -> str:
        rows = self.table.visible.sort_values(self.column, ascending=False, kind="stable")
        if len(rows) < self.rank:
            return "aucune ligne diffusable"
        row = rows.iloc[self.rank - 1]
        return ", ".join(wording.cell(row[key], key) for key in self.table.keys)


@dataclass(eq=False)
class Constant:
    """A text known in advance, such as a count with its noun."""

    text: str

    def __call__(self) -> str:
        return self.text


@dataclass(eq=False)
class Figure(Released):
    """A drawing of a released table: drawn from its visible rows only, with the table beneath."""

    draw: Callable[..., str]
    table: Table
    title: str
    options: dict[str, Any]

    def plain(self) -> str:
        return f"{self.title} (figure)"

    def svg(self) -> str:
        return self.draw(self.table, **self.options)
