"""The rows of one table while they are cleaned column by column, with what is corrected and refused."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import numpy as np

from eit_analysis import tables
from eit_analysis.intake.cells.columns import Cells, objects
from eit_analysis.intake.cells.parsing import clean_text
from eit_analysis.intake.sheets.ledger import Ledger
from eit_analysis.reference.findings import Finding


@dataclass
class Batch:
    """Rows of one table; arrays have the shape (n_rows,) unless told otherwise."""

    table: str
    places: np.ndarray  #: place in the ledger: file and sheet
    rows: np.ndarray  #: row number from 1
    cells: dict[str, Cells]  #: raw, by form column; a column that no sheet has is blank
    ledger: Ledger
    header_units: Cells  #: unit that the header of the quantity states for each row
    firms: np.ndarray  #: identifier of the only firm that the file of each row describes, or ""
    #: Shape (n, 3), of rows that were merged: place, number, and the position here of the row they repeat.
    repeats: np.ndarray
    #: Rows that go to quarantine; the first reason found names it, any other is about a cell only.
    fatal: np.ndarray
    values: dict[str, Cells] = field(default_factory=dict)  #: clean values by column, None where missing
    numbers: dict[str, Any] = field(default_factory=dict)  #: what is computed, NaN where missing
    refused: dict[str, np.ndarray] = field(default_factory=dict)  #: by column, rows whose cell is refused

    def __len__(self) -> int:
        return len(self.rows)

    def clean(self, column: str) -> np.ndarray:
        """Clean values of a column, one for each row."""
        return self.values[column].column()

    def header(self, column: str) -> str:
        return tables.header(self.table, column)

    def correct(self, where: np.ndarray, column: str, clean: Any, rule: Any) -> None:
        """Log that the cells of some rows were read as something else than what was typed.

        ``clean`` (a text) and ``rule`` (a code or a `Finding`) are one for all rows, or an array for each.
        """
        if not len(where):
            return
        if isinstance(clean, np.ndarray):
            clean = objects(["" if value is None else clean_text(value) for value in clean])
        raw = self.raw(where, column)
        self.ledger.correct(self.places[where], self.rows[where], self.header(column), raw, clean, rule)

    def reject(
        self, where: np.ndarray, column: str, found: Finding | list[Finding], *, fatal: bool, raw: Any = None
    ) -> None:
        """Quarantine the cells of some rows, and the rows themselves when ``fatal``."""
        if not len(where):
            return
        each = [found] * len(where) if isinstance(found, Finding) else found
        first = (~self.fatal[where] & fatal).tolist()
        each = [one if whole else one.in_cell() for one, whole in zip(each, first, strict=True)]
        if raw is None:
            raw = self.raw(where, column)
        header = self.header(column)
        self.ledger.quarantine(self.places[where], self.rows[where], header, raw, objects(each))
        self.refused.setdefault(column, np.zeros(len(self), dtype=bool))[where] = True
        if fatal:
            self.fatal[where] = True

    def mark(self, where: np.ndarray, column: str, found: Finding) -> None:
        """Keep the cells of some rows, with the reason to doubt them."""
        if len(where):
            raw = self.raw(where, column)
            self.ledger.mark(self.places[where], self.rows[where], self.header(column), raw, found)

    def raw(self, where: np.ndarray, column: str) -> Cells:
        """Cells of some rows as they were typed."""
        own = Cells.among(self.cells[column].values, self.cells[column].codes[where])
        return Cells([cell if isinstance(cell, str) else clean_text(cell) for cell in own.values], own.codes)
