"""Any table whose header row is found: its rows read by its specification, what cannot be used refused.

    rows read = rows kept + rows ignored + rows refused + rows merged

Columns are read one by one, each distinct cell once: a hundred thousand rows repeat few.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
import pandas as pd

from eit_analysis.errors import InputError
from eit_analysis.intake.cells.columns import Cells, Rows, objects, plain_texts
from eit_analysis.intake.cells.parsing import clean_text
from eit_analysis.intake.cells.privacy import PRIVATE
from eit_analysis.intake.sheets.ledger import FINDING, QUARANTINE, Ledger
from eit_analysis.intake.sheets.spec import Column, Layout
from eit_analysis.reference.findings import Finding


@dataclass
class Batch:
    """Rows of one table; arrays have the shape (n_rows,) unless told otherwise."""

    columns: Mapping[str, Column]  #: how each is read, by name
    places: np.ndarray  #: place in the ledger: file and sheet
    rows: np.ndarray  #: row number from 1
    cells: dict[str, Cells]  #: raw, by column; a column that no sheet has is blank
    ledger: Ledger
    #: Rows that go to quarantine; the first reason found names it, any other is about a cell only.
    fatal: np.ndarray
    values: dict[str, Cells] = field(default_factory=dict)  #: clean values by column, None where missing
    numbers: dict[str, Any] = field(default_factory=dict)  #: what is computed, NaN where missing
    refused: dict[str, np.ndarray] = field(default_factory=dict)  #: by column, rows whose cell is refused
    rules: dict[str, dict[int, str]] = field(default_factory=dict)  #: by column and distinct cell

    def __len__(self) -> int:
        return len(self.rows)

    def clean(self, column: str) -> np.ndarray:
        """Clean values of a column, one for each row."""
        return self.values[column].column()

    def header(self, column: str) -> str:
        return self.columns[column].header

    def read(self, name: str) -> None:
        """Read each distinct cell of a column once; values, corrections and refusals go back to its rows."""
        column, cells = self.columns[name], self.cells[name]
        plain = plain_texts(cells.values) if column.free else np.zeros(len(cells.values), dtype=bool)
        values, errors, rules = list(cells.values), {}, {}
        for code in np.flatnonzero(~plain).tolist():
            values[code], rule, error = column.read(values[code])
            if error:
                errors[code] = error
            if rule and not (column.fatal and error):
                rules[code] = rule
        self.values[name] = Cells(values, cells.codes)
        self.rules[name] = rules
        if errors:
            where = cells.rows_of(errors)
            found = [errors[code].finding for code in cells.codes[where].tolist()]
            personal = [one.code == "personal_data" for one in found]
            raw = np.where(personal, PRIVATE, self.raw(where, name).column())
            self.reject(where, name, found, fatal=column.fatal, raw=raw)

    def log_rules(self, name: str) -> None:
        """Log which cells of a column were read as something else than what was typed."""
        cells, rules = self.cells[name], self.rules[name]
        if rules:
            where = cells.rows_of(rules)
            shown = {code: self.columns[name].shown(self.values[name].values[code]) for code in rules}
            codes = cells.codes[where].tolist()
            self.correct(where, name, objects([shown[c] for c in codes]), objects([rules[c] for c in codes]))

    def distinct(self, name: str) -> Any:
        """Distinct clean cells of a column, in its type; what is made of several columns is a text."""
        values: Any = self.values[name].values
        dtype: Any = self.columns[name].dtype if name in self.columns else "str"
        if dtype == "float64":
            return objects(values).astype(dtype)
        return pd.array(objects(values), dtype=dtype)

    def frame(self, names: Iterable[str] = (), rows: np.ndarray | None = None) -> pd.DataFrame:
        """Some rows, those that are kept unless told, in the types of their columns, then their source."""
        rows = np.flatnonzero(~self.fatal) if rows is None else rows
        names = names or self.columns
        found = {
            name: self.numbers[name][rows]
            if name in self.numbers
            else self.distinct(name).take(self.values[name].codes[rows])
            for name in names
        }
        return pd.DataFrame(found | self.ledger.sources(self.places[rows], self.rows[rows]), copy=False)

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


def read_table(
    layout: Layout, cells: Rows, rows: np.ndarray, ledger: Ledger, place: int, numbers: Sequence[int] = ()
) -> Batch:
    """Some rows of a sheet, every column read, each distinct cell once.

    Parameters
    ----------
    layout : Layout
        Where the columns are; one that the sheet does not have is blank.
    cells : Rows
        The whole sheet.
    rows : numpy.ndarray of int
        Those that are data, counted from 0.
    ledger, place
        Where what is refused goes, and the sheet there.
    numbers : sequence of int
        Numbers of all rows in the file, where they are not those of the sheet.

    Returns
    -------
    Batch
        Clean values, and which rows are refused (``fatal``).
    """
    header, under = [clean_text(cell) for cell in cells[layout.header_row]], cells.numbers[rows]
    columns = dict(layout.spec.columns)
    if wide := layout.spec.wide:
        columns |= dict.fromkeys(layout.wide, wide.column)
    raw = dict.fromkeys(columns, Cells([None], np.zeros(len(rows), dtype=np.int32)))
    for name, index in (layout.columns | layout.wide).items():
        columns[name] = replace(columns[name], header=header[index])
        raw[name] = Cells.among(cells.values, under[:, index])
    places, fatal = np.full(len(rows), place, dtype=np.int64), np.zeros(len(rows), dtype=bool)
    batch = Batch(columns, places, np.array(numbers)[rows] if numbers else rows + 1, raw, ledger, fatal)
    for name in columns:
        batch.read(name)
    return batch


def read_list(layout: Layout, cells: Rows, file: str) -> pd.DataFrame:
    """The rows of a short list that the team writes itself, with their source: nothing of it is left out.

    Raises
    ------
    InputError
        With the first cell that cannot be used.
    """
    own = cells.numbers[layout.header_row + 1 :, list(layout.columns.values())]
    rows = np.flatnonzero(cells.filled()[own].any(axis=1)) + layout.header_row + 1
    ledger = Ledger()
    batch = read_table(layout, cells, rows, ledger, ledger.place(file))
    for line in ledger.frame(ledger.refused, QUARANTINE).head(1).to_dict("records"):
        problem = f"{line[FINDING].sentence}, {line[FINDING].advice}"
        raise InputError(problem, file=file, row=int(line["source_row"]), column=line["column"])
    return batch.frame()
